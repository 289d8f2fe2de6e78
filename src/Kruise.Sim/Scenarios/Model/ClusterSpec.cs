using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

internal sealed record ClusterSpec
{
    [Field("Zones, each behind an uplink of its own. Without this list the zones that pools name have uplinks that never limit.")]
    public IReadOnlyList<ZoneSpec> Zones { get; init; } = [];

    [Field("Groups of nodes that are alike.", Min = 1)]
    public required IReadOnlyList<NodePoolSpec> NodePools { get; init; }

    [Field("Namespaces that have labels. Others exist as well, without any.")]
    public IReadOnlyList<NamespaceSpec> Namespaces { get; init; } = [];
}

internal sealed record NamespaceSpec
{
    [Field("The namespace's name.", Format = TextFormat.DnsLabel)]
    public required string Name { get; init; }

    [Field("Labels of the namespace. The one that counts has the key control-plane, whatever its value: the pods of such a namespace are not shown to the pod webhook and get no sidecars.", Format = TextFormat.Labels)]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ScenarioDefaults.NoLabels;
}

internal sealed record ZoneSpec
{
    [Field("The zone's name.", Format = TextFormat.DnsLabel)]
    public required string Name { get; init; }

    [Field("What the zone's nodes can receive from the registries together.", WhenAbsent = "unlimited", Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth? Uplink { get; init; }

    [Field("What the way from this zone adds to a registry's round trip.", Min = 0, Max = 60)]
    public SimTime RoundTrip { get; init; }
}

/// <summary>Nodes that are alike. Nodes are named pool-0, pool-1, ... and dealt out to the pool's zones in turn.</summary>
internal sealed record NodePoolSpec
{
    [Field("The pool's name; its nodes are named after it.", Format = TextFormat.DnsLabel)]
    public required string Name { get; init; }

    [Field("Nodes at the start.", Min = 0, Max = 1_000_000)]
    public required int Count { get; init; }

    [Field("Labels of every node of the pool.", Format = TextFormat.Labels)]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ScenarioDefaults.NoLabels;

    [Field("Zones that the nodes are dealt out to, in turn.", WhenAbsent = "one zone whose uplink never limits", Format = TextFormat.DnsLabel)]
    public IReadOnlyList<string> Zones { get; init; } = [];

    [Field("What the node offers to pods.")]
    public CapacitySpec Capacity { get; init; } = new();

    [Field("Taints of every node of the pool.")]
    public IReadOnlyList<TaintSpec> Taints { get; init; } = [];

    [Field("Whether the nodes are cordoned from the start.")]
    public bool Unschedulable { get; init; }

    [Field("The node's network interface.")]
    public NodeNetworkSpec Network { get; init; } = new();

    [Field("The node's disk.")]
    public NodeDiskSpec Disk { get; init; } = new();

    [Field("The node's container runtime.")]
    public RuntimeSpec Runtime { get; init; } = new();

    [Field("The node's kubelet.")]
    public KubeletSpec Kubelet { get; init; } = new();

    [Field("Nodes that are slower than the others.", WhenAbsent = "none")]
    public SlowShareSpec? Slow { get; init; }

    [Field("The daemon on the node.")]
    public NodeDaemonSpec Daemon { get; init; } = new();

    [Field("Images of the scenario's registries that are on the nodes before the run begins.", Format = TextFormat.ImageReference)]
    public IReadOnlyList<string> Images { get; init; } = [];
}

internal sealed record NodeNetworkSpec
{
    [Field("What the node can receive.", Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth Bandwidth { get; init; } = new(125e6);
}

internal sealed record NodeDiskSpec
{
    [Field("What the node can write to disk.", Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth Write { get; init; } = new(400e6);

    [Field("Room for images, unpacked.", WhenAbsent = "unlimited: images are never removed and pods never evicted for them", Min = 0, AboveMin = true, Max = 1e15)]
    public DataSize? Images { get; init; }
}

/// <summary>A named set of constants of a container runtime.</summary>
internal enum RuntimePreset
{
    [Word("containerd-1.6", "containerd 1.6, as measured.")]
    Containerd16,

    [Word("containerd-1.2", "containerd 1.2, which unpacks when everything has arrived.")]
    Containerd12,

    [Word("containerd-2.1", "containerd 2.1, which may fetch one layer in parallel pieces.")]
    Containerd21,

    [Word("docker-20.10", "dockerd 20.10 and its kin: three layers at a time on the whole node.")]
    Docker2010,
}

/// <summary>The container runtime of a pool's nodes. A null value is the preset's.</summary>
internal sealed record RuntimeSpec
{
    private const string FromPreset = "from the preset";

    [Field("The runtime whose measured constants are used; single values can be replaced beside it.")]
    public RuntimePreset Preset { get; init; } = RuntimePreset.Containerd16;

    [Field("Layers that are downloaded at a time.", WhenAbsent = FromPreset, Min = 1, Max = 1000)]
    public int? MaxConcurrentDownloads { get; init; }

    [Field("Unpacked bytes per second of content that does not compress.", WhenAbsent = FromPreset, Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth? Unpack { get; init; }

    [Field("Unpacked bytes per second of text.", WhenAbsent = FromPreset, Min = 0, AboveMin = true, Max = 1.25e13)]
    public Bandwidth? UnpackText { get; init; }

    [Field("What each file adds to the unpacking of its layer.", WhenAbsent = FromPreset, Min = 0, Max = 60)]
    public SimTime? PerFileCost { get; init; }

    [Field("How long a call into the runtime takes.", WhenAbsent = FromPreset, Max = 600)]
    public Latency? CallLatency { get; init; }

    [Field("The share of the wire's rate that is payload; the rest is headers.", WhenAbsent = FromPreset, Min = 0, AboveMin = true, Max = 1)]
    public double? PayloadShare { get; init; }

    [Field("What each pull costs besides round trips, bytes and unpacking.", WhenAbsent = FromPreset, Min = 0, Max = 600)]
    public SimTime? FixedCost { get; init; }

    [Field("Round trips that opening a connection takes.", WhenAbsent = FromPreset, Min = 0, Max = 100)]
    public int? ConnectRoundTrips { get; init; }

    [Field("What each layer costs besides round trips, bytes and unpacking.", WhenAbsent = FromPreset, Min = 0, Max = 600)]
    public SimTime? PerLayerCost { get; init; }

    [Field("Whether unpacking waits until every layer has arrived.", WhenAbsent = FromPreset)]
    public bool? UnpackAfterAll { get; init; }

    [Field("How long a request may go unanswered before it fails.", WhenAbsent = FromPreset, Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime? RequestTimeout { get; init; }

    [Field("Whether a repeated request waits as long as the Retry-After of a 429 says.", WhenAbsent = FromPreset)]
    public bool? HonoursRetryAfter { get; init; }
}

internal sealed record NodeDaemonSpec
{
    [Field("How long a daemon takes to start on a node that joins, and after it was down. On the nodes of the start daemons have been running for long.", Max = 86_400)]
    public Latency StartDelay { get; init; }

    [Field("How long after a write the daemon's watch delivers it.", WhenAbsent = "as for the controllers", Max = 3600)]
    public Latency? WatchDelay { get; init; }

    [Field("Nodes whose daemon was never there: a number of those of the start, or a percentage, which is also the probability for each node that joins later. The nodes are ready.")]
    public CountOrPercent Absent { get; init; } = CountOrPercent.None;

    [Field(
        "Nodes that are gone but not removed, not ready and without a daemon: a number of those of the start, whose NodeImage still exists, "
        + "or a percentage, which is also the probability for each node that joins later and never becomes ready.")]
    public CountOrPercent Dead { get; init; } = CountOrPercent.None;

    [Field("The most by which a node's clock is wrong, to either side.", Min = 0, Max = 31_536_000)]
    public SimTime ClockSkew { get; init; }
}
