using System.Globalization;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Workloads;

namespace Kruise.Sim.Cluster;

/// <summary>
/// The nodes of a run, pool by pool: their objects in the API server, their place in the network, their runtimes and daemons. Nodes of the start have been there since
/// long before; nodes that join later go the whole way.
/// </summary>
internal sealed partial class NodeFleet : IEventTarget
{
    private const int DaemonsStart = 0;

    private readonly ScenarioSpec _spec;
    private readonly EventLoop _loop;
    private readonly ApiServer _server;
    private readonly IFlowNetwork _network;
    private readonly RuntimeFleet _runtimes;
    private readonly DaemonWorld _daemons;
    private readonly ControlPlaneSettings _settings;
    private readonly NodeImageOptions _nodeImages;
    private readonly Dictionary<string, (int Link, SimTime RoundTrip)> _zones = new(StringComparer.Ordinal);
    private readonly List<Pool> _pools = [];
    private readonly RandomStream _choices;
    private readonly List<Node[]> _outages = [];
    private readonly WorkloadWorld? _workloads;
    private int _expected;

    public NodeFleet(
        ScenarioSpec spec,
        EventLoop loop,
        ApiServer server,
        IFlowNetwork network,
        RuntimeFleet runtimes,
        DaemonWorld daemons,
        ControlPlaneSettings settings,
        WorkloadWorld? workloads = null)
    {
        _workloads = workloads;
        _spec = spec;
        _loop = loop;
        _server = server;
        _network = network;
        _runtimes = runtimes;
        _daemons = daemons;
        _settings = settings;
        _nodeImages = settings.Timing.NodeImage;
        _choices = RandomStream.Named(spec.Seed, "nodes/choices");
        foreach (ZoneSpec zone in spec.Cluster.Zones)
        {
            _zones.Add(zone.Name, (network.AddZone(zone.Uplink?.BytesPerSecond ?? double.PositiveInfinity), zone.RoundTrip));
        }

        foreach (NodePoolSpec pool in spec.Cluster.NodePools)
        {
            foreach (string zone in pool.Zones)
            {
                if (!_zones.ContainsKey(zone))
                {
                    _zones.Add(zone, (network.AddZone(double.PositiveInfinity), SimTime.Zero));
                }
            }

            _pools.Add(new Pool(pool, WorldBuilder.Runtime(pool), WorldBuilder.Daemon(pool, settings.WatchDelay), Preloaded(pool)));
        }
    }

    /// <summary>Whether the NodeImages are those of the nodes that are there: none is still to be made, none to be deleted.</summary>
    public bool NodeImagesAreThere =>
        _server.CountOf<NodeImage>() == _expected
        && _pools.TrueForAll(p => p.Nodes.TrueForAll(n => !n.HasNodeImage || _server.Peek<NodeImage>(ObjectKey.Cluster(n.Name)) is not null));

    /// <summary>Puts the nodes of the start into the world as they would stand after running for long.</summary>
    public void Settle()
    {
        foreach (Pool pool in _pools)
        {
            for (int i = 0; i < pool.Spec.Count; i++)
            {
                Add(pool);
            }

            SlowAtStart(pool);
            foreach (Node node in Choose(pool.Nodes, pool.Spec.Daemon.Absent.Of(pool.Nodes.Count)))
            {
                node.HasDaemon = false;
            }

            Node[] withDaemon = [.. pool.Nodes.Where(n => n.HasDaemon)];
            foreach (Node node in Choose(withDaemon, Math.Min(withDaemon.Length, pool.Spec.Daemon.Dead.Of(pool.Nodes.Count))))
            {
                node.IsReady = false;
            }

            foreach (Node node in pool.Nodes)
            {
                V1Node stored = Register(pool, node);

                // A node that is dead was ready once, and its NodeImage stays.
                if (Expects(node, stored with { Status = Ready }))
                {
                    _server.Create(new NodeImage { Metadata = new V1ObjectMeta { Name = node.Name, Labels = stored.Metadata.Labels } });
                    if (node.HasDaemon && node.IsReady)
                    {
                        node.Daemon!.BeginRunning();
                    }
                }
            }
        }
    }

    /// <summary>Nodes that join a pool now; each is registered, and its daemon starts after the pool's start delay.</summary>
    public void Join(string poolName, int count)
    {
        Pool pool = Find(poolName);
        for (int i = 0; i < count; i++)
        {
            Node node = Add(pool);
            SlowAtJoin(pool, node);
            double drawn = node.Random.Derive("daemon/presence").NextDouble() * 100;
            double absent = pool.Spec.Daemon.Absent.Percent ?? 0;
            node.HasDaemon = drawn >= absent;
            node.IsReady = !node.HasDaemon || drawn >= absent + (pool.Spec.Daemon.Dead.Percent ?? 0);
            if (Expects(node, Register(pool, node)) && node.HasDaemon && node.IsReady)
            {
                node.Daemon!.StartLater();
            }
        }
    }

    /// <summary>Nodes that leave a pool now, the newest first: their daemons stop and their Node objects are deleted.</summary>
    public void Leave(string poolName, int count)
    {
        Pool pool = Find(poolName);
        for (int i = 0; i < count && pool.Nodes.Count > 0; i++)
        {
            Node node = pool.Nodes[^1];
            pool.Nodes.RemoveAt(pool.Nodes.Count - 1);
            node.Gone = true;
            _expected -= node.HasNodeImage ? 1 : 0;
            node.Daemon!.Stop(nodeLeaves: true);
            node.Kubelet?.Stop();
            _server.Delete(typeof(V1Node), ObjectKey.Cluster(node.Name));
            _workloads?.Lifecycle.Removed(node.Name);
        }
    }

    /// <summary>Stops the daemons of some of a pool's nodes, drawn at random; they start again at <paramref name="until"/>.</summary>
    public void StopDaemons(string poolName, CountOrPercent count, SimTime until)
    {
        Node[] running = [.. Find(poolName).Nodes.Where(n => n.Daemon!.IsUp)];
        Node[] chosen = Choose(running, count.Of(running.Length));
        foreach (Node node in chosen)
        {
            node.Daemon!.Stop(nodeLeaves: false);
        }

        _outages.Add(chosen);
        if (until < SimTime.MaxValue)
        {
            _loop.Schedule(until, this, DaemonsStart, _outages.Count - 1);
        }
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        if (kind != DaemonsStart)
        {
            OnNodeEvent(kind, (NodeFault)state!);
            return;
        }

        foreach (Node node in _outages[(int)argument])
        {
            if (!node.Gone && !node.IsDead)
            {
                node.Daemon!.StartLater();
            }
        }
    }

    private Node Add(Pool pool)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{pool.Spec.Name}-{pool.Named}");
        string? zone = pool.Spec.Zones.Count == 0 ? null : pool.Spec.Zones[pool.Named % pool.Spec.Zones.Count];
        pool.Named++;
        var random = RandomStream.Named(_spec.Seed, "node/" + name);
        (int zoneLink, SimTime addedRoundTrip) = zone is null ? DefaultZone() : _zones[zone];
        int link = _network.AddNode(zoneLink, pool.Spec.Network.Bandwidth.BytesPerSecond);
        var runtime = new NodeRuntime(_runtimes, pool.Runtime, link, random.Derive("runtime"), addedRoundTrip);
        foreach (Images.RegistryImage image in pool.Preloaded)
        {
            runtime.Preload(image);
        }

        var node = new Node(name, zone, pool.Spec.Labels, random);
        int index = _daemons.Recorder.NodeJoined(name, pool.Spec.Name);
        long skew = pool.Spec.Daemon.ClockSkew.Nanoseconds;
        DaemonParameters parameters = skew == 0
            ? pool.Daemon
            : pool.Daemon with { ClockSkew = new SimTime(random.Derive("clock").Next((2 * skew) + 1) - skew) };
        node.Daemon = new DaemonHost(_daemons, index, name, runtime, parameters, random.Derive("daemon"));
        node.Kubelet = _workloads?.AddNode(pool.Spec.Name, name, runtime, random.Derive("kubelet"));
        node.Runtime = runtime;
        pool.Nodes.Add(node);
        return node;
    }

    private bool Expects(Node node, V1Node seen)
    {
        node.HasNodeImage = _settings.Gates.KruiseDaemon && _nodeImages.Wants(seen);
        _expected += node.HasNodeImage ? 1 : 0;
        return node.HasNodeImage;
    }

    private V1Node Register(Pool pool, Node node)
    {
        PoolWorkloads? workloads = _workloads?.Pool(pool.Spec.Name);
        var labels = new Dictionary<string, string>(node.Labels, StringComparer.Ordinal) { ["kubernetes.io/hostname"] = node.Name };
        if (node.Zone is not null)
        {
            labels["topology.kubernetes.io/zone"] = node.Zone;
        }

        V1NodeStatus status = node.IsReady ? Ready : NotReady;
        var stored = (V1Node)_server.Create(new V1Node
        {
            ApiVersion = V1Node.KubeApiVersion,
            Kind = V1Node.KubeKind,
            Metadata = new V1ObjectMeta { Name = node.Name, Labels = labels },
            Spec = workloads is null ? NodeSpec : new V1NodeSpec
            {
                Taints = workloads.Taints.Count > 0 ? [.. workloads.Taints] : null,
                Unschedulable = pool.Spec.Unschedulable ? true : null,
            },
            Status = workloads is null ? status : status with { Allocatable = workloads.Capacity.ToAllocatable() },
        }).Object!;
        node.IsCordoned = pool.Spec.Unschedulable;
        if (node.IsReady)
        {
            node.Kubelet?.Begin();
        }

        return stored;
    }

    private static readonly V1NodeSpec NodeSpec = new();

    private static readonly V1NodeStatus Ready = new() { Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] };

    private static readonly V1NodeStatus NotReady = new() { Conditions = [new V1NodeCondition { Type = "Ready", Status = "Unknown" }] };

    private (int Link, SimTime RoundTrip) DefaultZone()
    {
        const string Unnamed = "";
        if (!_zones.TryGetValue(Unnamed, out (int Link, SimTime RoundTrip) zone))
        {
            _zones.Add(Unnamed, zone = (_network.AddZone(double.PositiveInfinity), SimTime.Zero));
        }

        return zone;
    }

    private Pool Find(string name) => _pools.Find(p => p.Spec.Name == name) ?? throw new InvalidOperationException($"There is no pool {name}.");

    private IReadOnlyList<Images.RegistryImage> Preloaded(NodePoolSpec pool)
    {
        var images = new List<Images.RegistryImage>();
        foreach (string name in pool.Images)
        {
            if (_runtimes.Catalog.TryGetImage(ImageReference.Parse(name).FamiliarReference, out Images.RegistryImage? image))
            {
                images.Add(image);
            }
        }

        return images;
    }

    /// <summary>Draws nodes without repetition (the first steps of a Fisher-Yates shuffle), in order of the pool.</summary>
    private Node[] Choose(IReadOnlyList<Node> nodes, int wanted)
    {
        if (wanted == 0)
        {
            return [];
        }

        int[] order = [.. Enumerable.Range(0, nodes.Count)];
        for (int i = 0; i < wanted; i++)
        {
            int j = i + (int)_choices.Next(order.Length - i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        Array.Sort(order, 0, wanted);
        return [.. order.Take(wanted).Select(i => nodes[i])];
    }

    private sealed class Pool(NodePoolSpec spec, RuntimeParameters runtime, DaemonParameters daemon, IReadOnlyList<Images.RegistryImage> preloaded)
    {
        public NodePoolSpec Spec { get; } = spec;

        public RuntimeParameters Runtime { get; } = runtime;

        public DaemonParameters Daemon { get; } = daemon;

        public IReadOnlyList<Images.RegistryImage> Preloaded { get; } = preloaded;

        public List<Node> Nodes { get; } = [];

        /// <summary>Names given out: a name is never given twice.</summary>
        public int Named { get; set; }
    }

    private sealed class Node(string name, string? zone, IReadOnlyDictionary<string, string> labels, RandomStream random)
    {
        public string Name { get; } = name;

        public string? Zone { get; } = zone;

        public IReadOnlyDictionary<string, string> Labels { get; } = labels;

        /// <summary>Only derived from, never drawn from.</summary>
        public RandomStream Random { get; } = random;

        public bool HasDaemon { get; set; } = true;

        public bool HasNodeImage { get; set; }

        public bool IsReady { get; set; } = true;

        public bool Gone { get; set; }

        public DaemonHost? Daemon { get; set; }

        public NodeRuntime? Runtime { get; set; }

        /// <summary>What it was like before it became slow; null while it is not.</summary>
        public (RuntimeParameters Runtime, KubeletParameters Kubelet)? Before { get; set; }

        public bool IsCordoned { get; set; }

        /// <summary>It died and has not come back.</summary>
        public bool IsDead { get; set; }

        /// <summary>Null in a world without pods.</summary>
        public Kubelet? Kubelet { get; set; }
    }
}
