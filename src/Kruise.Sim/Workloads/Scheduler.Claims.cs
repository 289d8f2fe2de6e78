using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Workloads;

// Claims that pods name. What they are bound to is not modelled, so that no node is better than another.
internal sealed partial class Scheduler
{
    private WatchStream? _claims;

    /// <summary>Which claim keeps a pod from every node; null when all that it names are there.</summary>
    private string? ClaimProblem(SchedulingPod pod)
    {
        foreach (V1Volume volume in pod.Object.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim?.ClaimName is not { } name)
            {
                continue;
            }

            V1PersistentVolumeClaim? claim = _server.Peek<V1PersistentVolumeClaim>(new ObjectKey(pod.Namespace, name));
            if (claim is not { Metadata.DeletionTimestamp: null })
            {
                // A claim that comes lets pods go on. Nobody has to hear of claims as long as none is missing.
                if (_claims is null)
                {
                    _server.Watch(typeof(V1PersistentVolumeClaim), null, _server.Revision, _claimDelay, this, out _claims);
                }

                return claim is null ? $"persistentvolumeclaim \"{name}\" not found" : $"persistentvolumeclaim \"{name}\" is being deleted";
            }
        }

        return null;
    }
}
