using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Tests.Cluster.Conformance;

namespace Kruise.Live.Tests.Conformance;

/// <summary>
/// A watch of the API server whose events are gathered. That everything has arrived is known by a marker: what the test itself writes last comes last.
/// </summary>
internal sealed class RealWatch : IAsyncDisposable
{
    /// <summary>What carries this label is no part of a row.</summary>
    public const string MarkerLabel = "lab-marker";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static int s_markers;
    private readonly RestClient _rest;
    private readonly RealKind _kind;
    private readonly ObjectKey? _key;
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private readonly List<GatheredEvent> _events = [];

    private RealWatch(RestClient rest, RealKind kind, ObjectKey? key, HttpResponseMessage response, StreamReader lines)
    {
        _rest = rest;
        _kind = kind;
        _key = key;
        _response = response;
        _lines = lines;
    }

    /// <summary>Opens a watch. The server answers 200 first and an error, such as 410, as the first event.</summary>
    public static async Task<(RealWatch? Watch, ApiAnswer Answer)> OpenAsync(RestClient rest, RealKind kind, ObjectKey? key, long fromRevision)
    {
        string name = key is { } one ? $"&fieldSelector=metadata.name%3D{one.Name}" : "";
        HttpResponseMessage response = await rest.OpenAsync($"{kind.Collection(key?.Namespace)}?watch=true&resourceVersion={fromRevision}{name}");
        if (!response.IsSuccessStatusCode)
        {
            using HttpResponseMessage refused = response;
            return (null, new ApiAnswer((int)refused.StatusCode, (await rest.StatusAsync(refused.Content)).Reason ?? "", null));
        }

        var watch = new RealWatch(rest, kind, key, response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        // A watch of one object would have to be marked on that object: its error is left to be found with its events.
        if (key is null && await watch.ReadToMarkerAsync() is { } error)
        {
            await watch.DisposeAsync();
            return (null, error);
        }

        return (watch, new ApiAnswer(200, "", null));
    }

    /// <summary>The events so far.</summary>
    public async Task<IReadOnlyList<GatheredEvent>> EventsAsync()
    {
        if (await ReadToMarkerAsync() is { } error)
        {
            throw new InvalidOperationException($"the watch ended with {error.Code} {error.Reason}");
        }

        return _events;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsMarker(IKubernetesObject<V1ObjectMeta> obj) => obj.Metadata.Labels?.ContainsKey(MarkerLabel) == true;

    /// <summary>Writes a marker and reads until it comes by, or until the server ends the watch with an error, which is returned.</summary>
    private async Task<ApiAnswer?> ReadToMarkerAsync()
    {
        string value = $"m{Interlocked.Increment(ref s_markers)}";
        // A watch of one object sees no other: its marker is an object of that name, or a label on the one there is.
        string name = _key?.Name ?? $"lab-marker-{value}";
        var key = new ObjectKey(_kind.Namespaced ? Known.Namespace : "", name);
        IKubernetesObject<V1ObjectMeta> marker = _kind.New(new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = _kind.Namespaced ? Known.Namespace : null,
            Labels = new Dictionary<string, string> { [MarkerLabel] = value },
        });
        ApiAnswer created = await _rest.SendAsync(HttpMethod.Post, _kind.Collection(Known.Namespace), _kind, marker);
        bool exists = created.Code == 409;
        if (exists)
        {
            await _rest.SendAsync(HttpMethod.Patch, _kind.Item(key), _kind, Labels(value), "application/merge-patch+json");
            await _rest.SendAsync(HttpMethod.Patch, _kind.Item(key), _kind, Labels(null), "application/merge-patch+json");
        }
        else
        {
            await _rest.SendAsync(HttpMethod.Delete, _kind.Item(key), _kind);
        }

        using var limit = new CancellationTokenSource(s_limit);
        bool marked = false;
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            string type = json.RootElement.GetProperty("type").GetString()!;
            string text = json.RootElement.GetProperty("object").GetRawText();
            if (type == "ERROR")
            {
                V1Status status = KubernetesJson.Deserialize<V1Status>(text);
                return new ApiAnswer(status.Code ?? 0, status.Reason ?? "", null);
            }

            IKubernetesObject<V1ObjectMeta> obj = _kind.Read(text);
            if (obj.Metadata.Labels is { } labels && labels.TryGetValue(MarkerLabel, out string? label) && label == value)
            {
                if (type == "DELETED")
                {
                    return null;
                }

                marked = true;
            }
            else if (marked && exists)
            {
                // The mark was taken off again.
                return null;
            }
            else if (!IsMarker(obj))
            {
                _events.Add(new GatheredEvent(Enum.Parse<WatchEventType>(type, ignoreCase: true), obj.Metadata.Name, ApiServer.RevisionOf(obj), obj));
            }
        }

        throw new InvalidOperationException("the watch ended by itself");

        static object Labels(string? value) => new { metadata = new { labels = new Dictionary<string, string?> { [MarkerLabel] = value } } };
    }
}
