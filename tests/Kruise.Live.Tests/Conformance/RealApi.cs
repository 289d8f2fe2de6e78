using System.Net;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Lab;
using Kruise.Sim.Cluster;
using Kruise.Sim.Tests.Cluster.Conformance;

namespace Kruise.Live.Tests.Conformance;

/// <summary>A real kube-apiserver behind the interface of the conformance cases.</summary>
internal sealed class RealApi(LabControlPlane plane) : IApiUnderTest, IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly RestClient _rest = new(plane.Admin);
    private readonly Dictionary<string, RealWatch> _watches = [];
    private long _newest;

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    /// <summary>Removes what an earlier row has left behind.</summary>
    public async Task ClearAsync()
    {
        foreach (RealKind kind in RealKind.All)
        {
            await Until.HoldsAsync(async _ => await ClearAsync(kind), $"no {kind.Plural} are left", s_limit, Cancellation);
        }
    }

    public ValueTask<ApiAnswer> CreateAsync(IKubernetesObject<V1ObjectMeta> obj)
    {
        RealKind kind = RealKind.Of(obj.GetType());
        return SendAsync(HttpMethod.Post, kind.Collection(obj.Metadata.NamespaceProperty), kind, obj);
    }

    public ValueTask<ApiAnswer> UpdateAsync(IKubernetesObject<V1ObjectMeta> obj) => PutAsync(obj, "");

    public ValueTask<ApiAnswer> UpdateStatusAsync(IKubernetesObject<V1ObjectMeta> obj) => PutAsync(obj, "/status");

    public async ValueTask<ApiAnswer> DeleteAsync(Type kind, ObjectKey key, DeleteOptions options)
    {
        if (options.Propagation is Propagation.Orphan or Propagation.Foreground)
        {
            // The real collector decides by the dependents that it has heard of; the table speaks of one that has heard of all.
            await SettleAsync();
        }

        var body = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            Preconditions = options is { Uid: null, Revision: null }
                ? null
                : new V1Preconditions { Uid = options.Uid, ResourceVersion = options.Revision?.ToString() },
            PropagationPolicy = options.Propagation == Propagation.Default ? null : options.Propagation.ToString(),
        };
        return await SendAsync(HttpMethod.Delete, RealKind.Of(kind).Item(key), RealKind.Of(kind), body);
    }

    public ValueTask<ApiAnswer> GetAsync(Type kind, ObjectKey key) => SendAsync(HttpMethod.Get, RealKind.Of(kind).Item(key), RealKind.Of(kind), null);

    public async ValueTask<(IReadOnlyList<string> Names, long Revision)> ListAsync(Type kind)
    {
        (_, string text) = await _rest.SendAsync(HttpMethod.Get, RealKind.Of(kind).Collection(null));
        using var json = JsonDocument.Parse(text);
        JsonElement.ArrayEnumerator items = json.RootElement.GetProperty("items").EnumerateArray();
        string[] names = [.. items.Select(item => item.GetProperty("metadata").GetProperty("name").GetString()!)];
        return (names, long.Parse(json.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!));
    }

    public async ValueTask<ApiAnswer> WatchAsync(string watch, Type kind, ObjectKey? key, long fromRevision)
    {
        (RealWatch? opened, ApiAnswer answer) = await RealWatch.OpenAsync(_rest, RealKind.Of(kind), key, fromRevision);
        if (opened is not null)
        {
            _watches.Add(watch, opened);
        }

        return answer;
    }

    public async ValueTask<IReadOnlyList<GatheredEvent>> EventsAsync(string watch) => await _watches[watch].EventsAsync();

    /// <summary>Forgets what came before the newest answer.</summary>
    public async ValueTask CompactAsync() => await plane.CompactEtcdAsync(_newest, Cancellation);

    public async ValueTask SettleAsync() => await new CollectorRounds(_rest).SettleAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (RealWatch watch in _watches.Values)
        {
            await watch.DisposeAsync();
        }
    }

    private ValueTask<ApiAnswer> PutAsync(IKubernetesObject<V1ObjectMeta> obj, string subresource)
    {
        RealKind kind = RealKind.Of(obj.GetType());
        return SendAsync(HttpMethod.Put, kind.Item(new ObjectKey(obj.Metadata.NamespaceProperty ?? "", obj.Metadata.Name)) + subresource, kind, obj);
    }

    private async ValueTask<ApiAnswer> SendAsync(HttpMethod method, string path, RealKind kind, object? body)
    {
        ApiAnswer answer = await _rest.SendAsync(method, path, kind, body);
        _newest = Math.Max(_newest, answer.Object is { } obj ? ApiServer.RevisionOf(obj) : 0);
        return answer;
    }

    private async Task<bool> ClearAsync(RealKind kind)
    {
        (_, string text) = await _rest.SendAsync(HttpMethod.Get, kind.Collection(null));
        using var json = JsonDocument.Parse(text);
        bool clear = true;
        foreach (JsonElement item in json.RootElement.GetProperty("items").EnumerateArray())
        {
            clear = false;
            V1ObjectMeta metadata = KubernetesJson.Deserialize<V1ObjectMeta>(item.GetProperty("metadata").GetRawText());
            string path = kind.Item(new ObjectKey(metadata.NamespaceProperty ?? "", metadata.Name));
            await _rest.SendAsync(HttpMethod.Patch, path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
            (HttpStatusCode status, string refusal) = await _rest.SendAsync(HttpMethod.Delete, path, new V1DeleteOptions { PropagationPolicy = "Background" });
            if (status is not (HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.Conflict))
            {
                throw new InvalidOperationException(refusal);
            }
        }

        return clear;
    }
}
