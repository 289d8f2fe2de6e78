using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>One pod's way to another version of a set's containers, from the moment that version was asked for until the API server stores that the pod is ready with it.</summary>
internal sealed class SidecarUpgrade(SidecarRollout rollout, V1Pod pod, IReadOnlyList<string> labels) : CauseClock(rollout.Begin, PodCause.WaitingForTurn)
{
    public SidecarRollout Rollout { get; } = rollout;

    /// <summary>The set's containers whose image changed, a bit each of the pod's containers; those that run the new image; those that answer their probes.</summary>
    public ulong All { get; init; }

    public ulong Running { get; set; }

    public ulong Answering { get; set; }

    /// <summary>Whether a container stops because its image changed.</summary>
    public bool IsStopping { get; set; }

    public string PodName => pod.Metadata.Name;

    /// <summary>The pod (or the set) went before it was ready.</summary>
    public bool HasLeft { get; set; }

    /// <summary>It had begun, and its pod was not ready when the next version came or the run ended.</summary>
    public bool HasFailed => Done is null && !HasLeft;

    public SidecarRow ToRow(SimTime now)
    {
        Close(now);
        return new SidecarRow
        {
            Set = Rollout.Set.Name,
            Rollout = Rollout.Number,
            Namespace = pod.Metadata.NamespaceProperty ?? "",
            Pod = pod.Metadata.Name,
            Node = pod.Spec.NodeName,
            Labels = labels,
            Asked = Asked,
            Begun = Begun!.Value,
            Pulled = Pulled,
            Started = Started,
            Done = Done,
            PullAttempts = PullAttempts,
            BytesFetched = BytesFetched,
            Outcome = Done is not null ? SidecarOutcome.Upgraded : HasLeft ? SidecarOutcome.Left : SidecarOutcome.Failed,
            CauseNanoseconds = Causes,
            Steps = Steps,
        };
    }
}
