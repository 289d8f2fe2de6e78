using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>What of a pod a CloneSet decides by, read once for each of its versions.</summary>
/// <param name="Rank">Its place among pods to be given up.</param>
/// <param name="IsActive">Whether it counts as one of the set's.</param>
/// <param name="Revision">The revision that it has or is being moved to.</param>
/// <param name="State">Its lifecycle state; Normal when nobody said.</param>
/// <param name="InstanceId">What ties it to its claims; empty when it has none.</param>
/// <param name="IsSpecified">Whether its label chooses it for deletion.</param>
/// <param name="IsReady">Whether it runs, is ready, and is not being updated in place.</param>
/// <param name="GraceEndsAt">When the grace of its update in place ends; long ago when that cannot be read; null when it is in none.</param>
/// <param name="IsToOpen">Whether its readiness gate is not True, or it is marked as being updated, although its update in place is complete.</param>
/// <param name="IsTerminating">Whether its deletion has begun.</param>
internal readonly record struct PodFacts(
    PodRank Rank,
    bool IsActive,
    string Revision,
    string State,
    string InstanceId,
    bool IsSpecified,
    bool IsReady,
    DateTime? GraceEndsAt,
    bool IsToOpen,
    bool IsTerminating)
{
    /// <summary>Whether an update in place waits for the end of its grace.</summary>
    public bool InGrace => GraceEndsAt is not null;

    /// <summary>Whether something may be due for it: its gate is to be opened, or others may have let go of it.</summary>
    public bool NeedsRefresh => IsToOpen || State is LifecycleState.Updated or LifecycleState.PreparingUpdate;

    /// <summary>Whether it serves and nothing is being done to it.</summary>
    public bool IsSteady => IsReady && State == LifecycleState.Normal;

    public static PodFacts Of(V1Pod pod)
    {
        V1PodCondition? condition = PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady);
        string state = PodState.LifecycleState(pod);
        return new PodFacts(
            PodRank.Of(pod),
            PodState.IsActive(pod),
            PodState.Revision(pod),
            state.Length == 0 ? LifecycleState.Normal : state,
            PodState.Label(pod, WorkloadKeys.CloneSetInstanceId) ?? "",
            PodState.IsSpecifiedDelete(pod),
            PodState.IsRunningAndReady(pod) && (condition?.Status is null or PodState.True),
            InPlaceUpdater.GraceEndsAt(pod),
            ((condition?.Status != PodState.True && InPlaceUpdater.HasGate(pod)) || state == LifecycleState.Updating) && InPlaceUpdater.IsCompleted(pod),
            PodState.IsTerminating(pod));
    }
}
