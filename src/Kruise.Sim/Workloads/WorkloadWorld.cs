using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>What a scenario says about pods.</summary>
internal sealed record WorkloadSettings
{
    public SchedulerParameters Scheduler { get; init; } = new();

    public NodeLifecycleParameters Lifecycle { get; init; } = new();

    /// <summary>What containers do; the first that matches counts.</summary>
    public IReadOnlyList<ContainerBehaviour> Behaviours { get; init; } = [];

    /// <summary>Pools by name; those that are missing are like <see cref="OtherPools"/>.</summary>
    public IReadOnlyDictionary<string, PoolWorkloads> Pools { get; init; } = new Dictionary<string, PoolWorkloads>(StringComparer.Ordinal);

    public PoolWorkloads OtherPools { get; init; } = new(new KubeletParameters(), NodeCapacity.Default, []);
}

/// <summary>The nodes of a pool as far as pods are concerned.</summary>
internal sealed record PoolWorkloads(KubeletParameters Kubelet, NodeCapacity Capacity, IReadOnlyList<V1Taint> Taints);

/// <summary>Everything that deals with pods in a world; there is none in a world without pods.</summary>
internal sealed class WorkloadWorld
{
    private readonly EventLoop _loop;
    private readonly ApiServer _server;
    private readonly WorkloadSettings _settings;
    private readonly LatencyDistribution _watchDelay;
    private readonly ulong _seed;
    private readonly IPodObserver? _observer;
    private readonly RandomStream _drains;
    private int _nodes;

    public WorkloadWorld(
        EventLoop loop,
        ApiServer server,
        ImageCatalog catalog,
        WorkloadSettings settings,
        LatencyDistribution apiLatency,
        LatencyDistribution watchDelay,
        ulong seed,
        IPodObserver? observer = null)
    {
        _loop = loop;
        _server = server;
        _settings = settings;
        _watchDelay = watchDelay;
        _seed = seed;
        _observer = observer;
        _drains = RandomStream.Named(seed, "drain");
        Kubelets = new KubeletWorld(loop, server, catalog, apiLatency, watchDelay, observer) { Behaviours = settings.Behaviours };
        Lifecycle = new NodeLifecycle(loop, server, settings.Lifecycle, RandomStream.Named(seed, "node-lifecycle"));
    }

    public KubeletWorld Kubelets { get; }

    public NodeLifecycle Lifecycle { get; }

    /// <summary>The scheduler; null before <see cref="BeginScheduling"/>.</summary>
    public Scheduler? Scheduler { get; private set; }

    public PoolWorkloads Pool(string name) => _settings.Pools.GetValueOrDefault(name) ?? _settings.OtherPools;

    /// <summary>The scheduler begins; call it when the nodes of the start are registered.</summary>
    public void BeginScheduling() =>
        Scheduler = new Scheduler(_loop, _server, _settings.Scheduler, _watchDelay, RandomStream.Named(_seed, "scheduler"), _observer) { Bound = Lifecycle.Bound };

    /// <summary>The kubelet of a node, which does nothing before <see cref="Kubelet.Begin"/>.</summary>
    public Kubelet AddNode(string pool, string name, NodeRuntime runtime, RandomStream random)
    {
        KubeletParameters parameters = Pool(pool).Kubelet;
        runtime.Parameters = runtime.Parameters.Slowed(parameters.SlowFactor);
        return new Kubelet(Kubelets, _nodes++, name, runtime, parameters, random) { Restarted = () => Lifecycle.Recovered(name) };
    }

    /// <summary>Drains a node from now on.</summary>
    public NodeDrain Drain(string node) => new(_server, Lifecycle, node, () => _watchDelay.Sample(_drains));
}
