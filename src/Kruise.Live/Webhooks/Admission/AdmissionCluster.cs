using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Events;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>The cluster as admission sees it, and where admission tells what it saw.</summary>
/// <param name="client">Asks the API server about what a cache may not know yet.</param>
/// <param name="sets">The SidecarSets for pods.</param>
/// <param name="events">Where events go.</param>
internal sealed class AdmissionCluster(ApiClient client, ISidecarSetSource sets, IEventSink events)
{
    private readonly PodLookup _pods = new(client);

    /// <summary>
    /// What a step may look at. Pods are given the sets of the cache, once it knows all: a replica that has just started must let none through without its sidecars.
    /// Sets are held against those of the API server: two that are applied one after the other come faster than a watch.
    /// </summary>
    public async Task<IAdmissionView> ViewAsync(
        AdmissionStep step, IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta> obj, CancellationToken cancellationToken)
    {
        switch (obj)
        {
            case V1Pod:
                await sets.Synced.WaitAsync(cancellationToken);
                return new View(sets.Current, static _ => null);
            case SidecarSet when !step.IsMutating:
                return new View(await StoredSetsAsync(cancellationToken), static _ => null);
            case CloneSet set when !step.IsMutating:
                return new View([], await _pods.FindAsync(old as CloneSet, set, cancellationToken));
            default:
                return new View([], static _ => null);
        }
    }

    /// <summary>Records the events of a verdict.</summary>
    public void Record(AdmissionVerdict verdict)
    {
        foreach (Write.RecordEvent happened in verdict.Events)
        {
            events.Record(happened.About, happened.Severity, happened.Reason, happened.Message);
        }
    }

    // One that cannot be read is in nobody's way, as it is in no cache: it must not keep all others from being written.
    private async Task<IReadOnlyList<SidecarSet>> StoredSetsAsync(CancellationToken cancellationToken)
    {
        ResourceKind<SidecarSet> kind = ResourceKind.Of<SidecarSet>();
        var stored = new List<SidecarSet>();
        await foreach (JsonElement item in ListPages.ItemsAsync(client, ListScope.Everything.PathOf(kind), cancellationToken))
        {
            try
            {
                stored.Add(kind.ReadForCache(item));
            }
            catch (JsonException)
            {
                // The reflector says in the log which it is.
            }
        }

        return stored;
    }

    private sealed class View(IReadOnlyList<SidecarSet> sets, Func<ObjectKey, V1Pod?> pod) : IAdmissionView
    {
        public bool HasCluster => true;

        public IReadOnlyList<SidecarSet> SidecarSets => sets;

        public V1Pod? Pod(ObjectKey key) => pod(key);
    }
}
