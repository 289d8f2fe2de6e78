using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

// What must not be left when a run is over.
internal sealed partial class InvariantChecker
{
    private static readonly Type[] s_owned = [typeof(V1Pod), typeof(V1PersistentVolumeClaim), typeof(V1ControllerRevision)];

    /// <summary>What garbage collection has: far more than its delays, so that what is left after it is left for good.</summary>
    private static readonly SimTime s_patience = SimTime.FromSeconds(60);

    private readonly Dictionary<string, SimTime> _gone = new(StringComparer.Ordinal);

    /// <summary>
    /// Looks at what is left. Objects of an owner that has been gone for a minute (and for the grace of pods) must be gone too; claims of an instance without
    /// a pod must be
    /// gone when the run <paramref name="isSettled"/>.
    /// </summary>
    public void CheckEnd(ApiServer server, bool isSettled)
    {
        var instances = new HashSet<(string, string)>();
        foreach (IKubernetesObject<V1ObjectMeta> item in server.StoreOf(typeof(V1Pod)).List(@namespace: null))
        {
            if (OwnerOf(item.Metadata) is { } uid && SetLedger.Label((V1Pod)item, WorkloadKeys.CloneSetInstanceId) is { } id)
            {
                instances.Add((uid, id));
            }
        }

        var alive = server.StoreOf(typeof(CloneSet)).List(@namespace: null).Select(set => set.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (Type kind in s_owned)
        {
            foreach (IKubernetesObject<V1ObjectMeta> item in server.StoreOf(kind).List(@namespace: null))
            {
                if (OwnerOf(item.Metadata) is not { } uid)
                {
                    continue;
                }

                if (!alive.Contains(uid))
                {
                    SimTime allowed = s_patience + SimTime.FromSeconds((item as V1Pod)?.Metadata.DeletionGracePeriodSeconds ?? 0);
                    if (loop.Now - _gone.GetValueOrDefault(uid) > allowed)
                    {
                        _violations.Add(ViolationRule.Orphan, $"{Name(item)} was left although its CloneSet is gone", Name(item));
                    }
                }
                else if (isSettled
                    && item is V1PersistentVolumeClaim { Metadata.DeletionTimestamp: null }
                    && item.Metadata.Labels is { } labels
                    && labels.TryGetValue(WorkloadKeys.CloneSetInstanceId, out string? id)
                    && !instances.Contains((uid, id)))
                {
                    _violations.Add(ViolationRule.Orphan, $"{Name(item)} was left although no pod has its instance id {id}", Name(item));
                }
            }
        }
    }
}
