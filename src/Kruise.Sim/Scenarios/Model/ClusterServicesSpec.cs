using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>How the scheduler behaves. Latencies are assumptions, fitted to about 100 pods per second.</summary>
internal sealed record SchedulerSpec
{
    [Field("Choosing a node for one pod; pods go one after another.", Max = 3600)]
    public Latency Decision { get; init; } = new(SimTime.FromMilliseconds(3), SimTime.FromMilliseconds(20));

    [Field("From the choice to the binding's arrival; bindings of several pods run at the same time.", Max = 3600)]
    public Latency Binding { get; init; } = new(SimTime.FromMilliseconds(10), SimTime.FromMilliseconds(80));

    [Field("Waits of a pod that fits nowhere; each is twice the one before (podInitialBackoffSeconds, podMaxBackoffSeconds).")]
    public SchedulerBackOffSpec BackOff { get; init; } = new();

    [Field(
        "The share of nodes that fit, in percent, after which the search for more ends (percentageOfNodesToScore).",
        WhenAbsent = "kube-scheduler's own: 50 less one for each 125 nodes, but no less than 5",
        Min = 1,
        Max = 100)]
    public int? PercentageOfNodesToScore { get; init; }
}

internal sealed record SchedulerBackOffSpec
{
    [Field("The first wait.", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime Initial { get; init; } = SimTime.FromSeconds(1);

    [Field("The longest wait.", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime Max { get; init; } = SimTime.FromSeconds(10);
}

/// <summary>How the control plane deals with nodes that fall silent. The defaults are kube-controller-manager's of 1.20.</summary>
internal sealed record NodeLifecycleSpec
{
    [Field("From one sign of life of a node to the next (nodeLeaseRenewInterval).", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime Heartbeat { get; init; } = SimTime.FromSeconds(10);

    [Field("Silence after which a node's readiness is unknown (node-monitor-grace-period).", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime MonitorGrace { get; init; } = SimTime.FromSeconds(40);

    [Field("From one look at all nodes to the next (node-monitor-period).", Min = 0, Max = 86_400)]
    public SimTime MonitorPeriod { get; init; } = SimTime.FromSeconds(5);

    [Field("How long pods that say nothing of it stay on a lost node (default-unreachable-toleration-seconds).", Min = 0, Max = 31_536_000)]
    public SimTime EvictionAfter { get; init; } = SimTime.FromSeconds(300);

    [Field("Lost nodes per second whose pods are evicted (node-eviction-rate).", Min = 0, AboveMin = true, Max = 1_000_000)]
    public double EvictionRate { get; init; } = 0.1;
}
