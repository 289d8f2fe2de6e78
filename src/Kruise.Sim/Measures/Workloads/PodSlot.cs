using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>One place of a set on its way through one rollout: a pod that is changed in place, or an old pod and then the one that follows it.</summary>
internal sealed class PodSlot(RolloutTrack rollout, SimTime asked, PodCause cause) : CauseClock(asked, cause)
{
    public RolloutTrack Rollout { get; } = rollout;

    /// <summary>The pod that holds it now, or held it last.</summary>
    public required PodTrack Pod { get; set; }

    public PodTrack? Replaced { get; set; }

    public PodUpdateWay Way { get; set; } = PodUpdateWay.Created;

    /// <summary>Labels that the pod had when its update began, beside its template's.</summary>
    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Not one of the pods to be updated after all.</summary>
    public bool IsDropped { get; set; }

    private bool HasNewPod => Way != PodUpdateWay.InPlace && Pod != Replaced;

    public PodRow ToRow(SimTime now)
    {
        Close(now);
        return new PodRow
        {
            Namespace = Rollout.Set.Namespace,
            Workload = Rollout.Set.Name,
            Rollout = Rollout.Number,
            Pod = Pod.Name,
            Replaces = Replaced?.Name,
            Node = Pod.Node,
            Way = Way,
            Labels = Labels,
            Asked = Asked,
            Begun = Begun,
            Requested = HasNewPod ? Pod.Requested : null,
            Created = HasNewPod ? Pod.Created : null,
            Bound = HasNewPod ? Pod.Bound : null,
            Pulled = Pulled,
            Started = Started,
            Done = Done,
            PullAttempts = PullAttempts,
            BytesFetched = BytesFetched,
            Outcome = Done is null ? PodOutcome.Unfinished : PodOutcome.Updated,
            CauseNanoseconds = Causes,
            Steps = Steps,
        };
    }
}
