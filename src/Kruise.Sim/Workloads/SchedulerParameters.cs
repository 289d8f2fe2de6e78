using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>How the scheduler behaves. Latencies are assumptions fitted to about 100 pods a second, what kube-scheduler is usually measured at.</summary>
internal sealed record SchedulerParameters
{
    /// <summary>Choosing a node for one pod; pods go one after another.</summary>
    public LatencyDistribution DecisionLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(3), SimTime.FromMilliseconds(20));

    /// <summary>From the choice to the binding's arrival at the API server and back; bindings of several pods run at the same time.</summary>
    public LatencyDistribution BindingLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(10), SimTime.FromMilliseconds(80));

    /// <summary>The first wait of a pod that fits nowhere (<c>podInitialBackoffSeconds</c>, 1).</summary>
    public SimTime BackOffInitial { get; init; } = SimTime.FromSeconds(1);

    /// <summary>The longest wait (<c>podMaxBackoffSeconds</c>, 10).</summary>
    public SimTime BackOffMax { get; init; } = SimTime.FromSeconds(10);

    /// <summary>A pod that fits nowhere is looked at again after this long even when nothing changed (scheduling_queue.go,
    /// <c>unschedulableQTimeInterval</c>).</summary>
    public SimTime UnschedulableFlush { get; init; } = SimTime.FromSeconds(60);

    /// <summary>
    /// Share of feasible nodes, in percent, after which the search ends; 0 for kube-scheduler's adaptive share, 50 - nodes/125 but not below 5
    /// (generic_scheduler.go). At least 100 nodes are always looked for.
    /// </summary>
    public int PercentageOfNodesToScore { get; init; }
}
