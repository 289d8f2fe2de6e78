using System.Net;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Lab;
using Kruise.Sim.Tests.Cluster.Conformance;

namespace Kruise.Live.Tests.Conformance;

/// <summary>
/// Waits for kube-controller-manager's garbage collector. It works through one queue with one worker and hears of each kind in order; so an owner and a
/// dependent of our own, for each kind, are collected after everything that was asked for before. What that led to is asked for by the next round: when a few
/// rounds in a row found nothing changed, there is nothing left to do.
/// </summary>
internal sealed class CollectorRounds(RestClient rest)
{
    private const int QuietRounds = 3;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static int s_rounds;

    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    public async Task SettleAsync()
    {
        string before = "";
        for (int quiet = 0; quiet < QuietRounds;)
        {
            (string now, bool collectable) = await StateAsync();
            if (!collectable)
            {
                return;
            }

            quiet = now == before ? quiet + 1 : 0;
            before = now;
            await Task.WhenAll(RealKind.All.SelectMany(kind => new[] { RoundAsync(kind, "Background"), RoundAsync(kind, "Orphan") }));
        }
    }

    /// <summary>Which objects exist in which state, and whether any of them can concern the collector.</summary>
    private async Task<(string State, bool Collectable)> StateAsync()
    {
        var states = new List<string>();
        bool collectable = false;
        foreach (RealKind kind in RealKind.All)
        {
            (_, string text) = await rest.SendAsync(HttpMethod.Get, $"{kind.Collection(null)}");
            using var json = JsonDocument.Parse(text);
            foreach (JsonElement item in json.RootElement.GetProperty("items").EnumerateArray())
            {
                V1ObjectMeta metadata = KubernetesJson.Deserialize<V1ObjectMeta>(item.GetProperty("metadata").GetRawText());
                states.Add($"{kind.Plural} {metadata.Name} {metadata.ResourceVersion}");
                collectable |= metadata.OwnerReferences is { Count: > 0 }
                    || (metadata.Finalizers is { } finalizers && (finalizers.Contains("orphan") || finalizers.Contains("foregroundDeletion")));
            }
        }

        return (string.Join('\n', states), collectable);
    }

    private async Task RoundAsync(RealKind kind, string propagation)
    {
        RealKind secrets = RealKind.Of(typeof(V1Secret));
        string name = $"lab-round-{Interlocked.Increment(ref s_rounds)}";
        var owner = new ObjectKey(kind.Namespaced ? Known.Namespace : "", name + "-owner");
        var dependent = new ObjectKey(Known.Namespace, name);
        ApiAnswer created = await rest.SendAsync(HttpMethod.Post, kind.Collection(Known.Namespace), kind, kind.New(Metadata(owner)));
        IKubernetesObject<V1ObjectMeta> stored = created.Object ?? throw new InvalidOperationException($"{name}: {created.Code} {created.Reason}");
        V1ObjectMeta metadata = Metadata(dependent);
        metadata.OwnerReferences = [new V1OwnerReference { ApiVersion = stored.ApiVersion, Kind = stored.Kind, Name = owner.Name, Uid = stored.Metadata.Uid }];
        await rest.SendAsync(HttpMethod.Post, secrets.Collection(Known.Namespace), secrets, secrets.New(metadata));
        await rest.SendAsync(HttpMethod.Delete, kind.Item(owner), kind, new V1DeleteOptions { PropagationPolicy = propagation });
        await GoneAsync(kind.Item(owner));
        if (propagation == "Orphan")
        {
            await rest.SendAsync(HttpMethod.Delete, secrets.Item(dependent), secrets);
        }

        await GoneAsync(secrets.Item(dependent));
    }

    private static V1ObjectMeta Metadata(ObjectKey key) => new()
    {
        Name = key.Name,
        NamespaceProperty = key.Namespace.Length > 0 ? key.Namespace : null,
        Labels = new Dictionary<string, string> { [RealWatch.MarkerLabel] = "round" },
    };

    private Task GoneAsync(string path) => Until.HoldsAsync(
        async _ => (await rest.SendAsync(HttpMethod.Get, path)).Status == HttpStatusCode.NotFound,
        $"the collector has dealt with {path}", s_limit, Cancellation);
}
