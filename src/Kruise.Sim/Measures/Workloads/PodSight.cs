using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Workloads;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>What of a pod's object is measured, read once for each of its versions.</summary>
/// <param name="IsActive">It counts as one of its set's.</param>
/// <param name="IsTerminating">Its deletion has begun.</param>
/// <param name="Revision">The revision of its label.</param>
/// <param name="State">Its lifecycle state; Normal when nobody said.</param>
/// <param name="IsMarked">It was chosen for deletion.</param>
/// <param name="IsReady">It runs and is ready, and no update in place keeps it from serving.</param>
/// <param name="ContainersReady">Its kubelet says that all containers are ready.</param>
/// <param name="GateOpen">The readiness gate for updates in place is True, or not there.</param>
/// <param name="GateClosed">It is False: an update in place is under way.</param>
/// <param name="InGrace">An update in place waits for the end of its grace.</param>
/// <param name="IsUnschedulable">The scheduler found no node.</param>
internal readonly record struct PodSight(
    bool IsActive,
    bool IsTerminating,
    string Revision,
    string State,
    bool IsMarked,
    bool IsReady,
    bool ContainersReady,
    bool GateOpen,
    bool GateClosed,
    bool InGrace,
    bool IsUnschedulable)
{
    public static PodSight Of(V1Pod pod)
    {
        string? gate = PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady)?.Status;
        string state = PodState.LifecycleState(pod);
        return new PodSight(
            PodState.IsActive(pod),
            PodState.IsTerminating(pod),
            PodState.Revision(pod),
            state.Length == 0 ? LifecycleState.Normal : state,
            PodState.IsSpecifiedDelete(pod),
            PodState.IsRunningAndReady(pod) && gate is null or PodState.True,
            PodState.Condition(pod, PodState.ContainersReadyCondition)?.Status == PodState.True,
            gate == PodState.True || (gate is null && !InPlaceUpdater.HasGate(pod)),
            gate == PodState.False,
            InPlaceUpdater.IsInGrace(pod),
            pod.Spec?.NodeName is null or "" && PodState.Condition(pod, "PodScheduled")?.Status == PodState.False);
    }
}
