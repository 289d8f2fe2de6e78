using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>How the control plane deals with nodes that fall silent. Defaults are kube-controller-manager's of 1.20.</summary>
internal sealed record NodeLifecycleParameters
{
    /// <summary>Between two renewals of a node's lease (kubelet's <c>nodeLeaseRenewInterval</c>: a quarter of 40 s).</summary>
    public SimTime HeartbeatInterval { get; init; } = SimTime.FromSeconds(10);

    /// <summary>Silence after which a node's readiness is unknown (<c>node-monitor-grace-period</c>).</summary>
    public SimTime MonitorGrace { get; init; } = SimTime.FromSeconds(40);

    /// <summary>Between two looks at all nodes (<c>node-monitor-period</c>); zero to look at once.</summary>
    public SimTime MonitorPeriod { get; init; } = SimTime.FromSeconds(5);

    /// <summary>Nodes of a zone tainted NoExecute a second (<c>node-eviction-rate</c>): one in ten seconds.</summary>
    public double EvictionNodesPerSecond { get; init; } = 0.1;

    /// <summary>
    /// How long pods that say nothing tolerate a lost node. The API server writes it into them (the admission plugin DefaultTolerationSeconds), in whole seconds.
    /// </summary>
    public SimTime PodEvictionAfter { get; init; } = SimTime.FromSeconds(300);

    /// <summary>Between two rounds of pod garbage collection (podgc's <c>gcCheckPeriod</c>).</summary>
    public SimTime PodGcPeriod { get; init; } = SimTime.FromSeconds(20);

    /// <summary>How long a node must be gone before its pods are removed (podgc's <c>quarantineTime</c>).</summary>
    public SimTime PodGcQuarantine { get; init; } = SimTime.FromSeconds(40);
}
