using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>
/// Finds the pods that a CloneSet newly lists for deletion. The API server is asked, not a cache: a cache may not know a pod of a moment ago, and holds one
/// namespace only where the manager works in one. Such lists are short and rare.
/// </summary>
internal sealed class PodLookup(ApiClient client)
{
    private const int RequestsAtOnce = 8;

    /// <summary>What there is of them; a failure to ask is thrown, so that nothing is allowed unseen.</summary>
    public async Task<Func<ObjectKey, V1Pod?>> FindAsync(CloneSet? old, CloneSet set, CancellationToken cancellationToken)
    {
        string @namespace = set.Metadata.NamespaceProperty ?? "";
        string[] names =
        [
            .. (set.Spec.ScaleStrategy.PodsToDelete ?? [])
                .Except(old?.Spec.ScaleStrategy.PodsToDelete ?? [], StringComparer.Ordinal)
                .Where(name => !string.IsNullOrEmpty(name)),
        ];
        var found = new V1Pod?[names.Length];
        await Parallel.ForAsync(
            0,
            names.Length,
            new ParallelOptions { MaxDegreeOfParallelism = RequestsAtOnce, CancellationToken = cancellationToken },
            async (i, token) => found[i] = await FindAsync(new ObjectKey(@namespace, names[i]), token));
        Dictionary<ObjectKey, V1Pod?> pods = names.Select((name, i) => (name, i)).ToDictionary(p => new ObjectKey(@namespace, p.name), p => found[p.i]);
        return key => pods.GetValueOrDefault(key);
    }

    // No more is looked at than whose the pod is and whether it is terminating.
    private async Task<V1Pod?> FindAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        string path = $"api/v1/namespaces/{Uri.EscapeDataString(key.Namespace)}/pods/{Uri.EscapeDataString(key.Name)}";
        JsonObject? pod = await client.TryGetJsonAsync(path, cancellationToken);
        return pod is null ? null : new V1Pod { Metadata = pod["metadata"].Deserialize(KubeJson.Default.V1ObjectMeta) };
    }
}
