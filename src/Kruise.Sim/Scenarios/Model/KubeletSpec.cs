using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>What a node offers to pods (allocatable). The defaults are a common machine of a cloud, and the kubelet's limit of pods.</summary>
internal sealed record CapacitySpec
{
    [Field("CPU for pods.", Min = 0, AboveMin = true, Max = 100_000)]
    public ResourceQuantity Cpu { get; init; } = new("4");

    [Field("Memory for pods.", Min = 0, AboveMin = true, Max = 1e15)]
    public ResourceQuantity Memory { get; init; } = new("16Gi");

    [Field("Pods at most (kubelet: maxPods).", Min = 1, Max = 100_000)]
    public int Pods { get; init; } = 110;
}

/// <summary>What a taint does to pods that do not tolerate it.</summary>
internal enum TaintEffect
{
    [Word("NoSchedule", "They are not placed there.")]
    NoSchedule,

    [Word("PreferNoSchedule", "They are placed elsewhere if possible.")]
    PreferNoSchedule,

    [Word("NoExecute", "They are not placed there, and evicted if they are there.")]
    NoExecute,
}

internal sealed record TaintSpec
{
    [Field("The taint's key.", Format = TextFormat.LabelKey)]
    public required string Key { get; init; }

    [Field("The taint's value.", WhenAbsent = "none")]
    public string? Value { get; init; }

    [Field("What it does to pods that do not tolerate it.")]
    public required TaintEffect Effect { get; init; }
}

/// <summary>The nodes of a pool that are slower than the others, drawn at random.</summary>
internal sealed record SlowShareSpec
{
    [Field("How many of the nodes of the start, or a percentage, which is also the probability for each node that joins later.")]
    public required CountOrPercent Count { get; init; }

    [Field("What their latencies of kubelet and runtime are multiplied by.", Min = 1, Max = 1000)]
    public required double Factor { get; init; }
}

/// <summary>How the kubelet of a pool's nodes behaves. Defaults with a Kubernetes name beside them are those of kubelet 1.20; latencies are assumptions that docs/fidelity.md explains.</summary>
internal sealed record KubeletSpec
{
    [Field("Whether images are pulled one at a time (serializeImagePulls).")]
    public bool SerializeImagePulls { get; init; } = true;

    [Field("Pulls at a time when they are not serialised (maxParallelImagePulls).", WhenAbsent = "unlimited", Min = 1, Max = 10_000)]
    public int? MaxParallelImagePulls { get; init; }

    [Field("Pulls begun per second, 0 for no limit; one too many fails and is tried again after a back-off (registryPullQPS).", Min = 0, Max = 1_000_000)]
    public double RegistryPullQps { get; init; } = 5;

    [Field("Pulls that may begin at once (registryBurst).", Min = 1, Max = 1_000_000)]
    public int RegistryBurst { get; init; } = 10;

    [Field("From hearing of a pod, or of a change to it, to acting on it.", Max = 3600)]
    public Latency SyncLatency { get; init; } = Milliseconds(20, 200);

    [Field("From a change in the runtime to the kubelet's noticing it; it looks once a second.", Max = 3600)]
    public Latency StatusLatency { get; init; } = Milliseconds(500, 1200);

    [Field("Making a pod's sandbox.", Max = 3600)]
    public Latency Sandbox { get; init; } = Milliseconds(300, 1500);

    [Field("Creating a container.", Max = 3600)]
    public Latency Create { get; init; } = Milliseconds(120, 600);

    [Field("Starting a container.", Max = 3600)]
    public Latency Start { get; init; } = Milliseconds(150, 800);

    [Field("From the end of a deleted pod's last container to the removal of the pod.", Max = 3600)]
    public Latency Cleanup { get; init; } = Milliseconds(1000, 2500);

    [Field("From the return of a lost node to its kubelet's first request: a machine that boots.", Max = 86_400)]
    public Latency Restart { get; init; } = Milliseconds(20_000, 60_000);

    [Field("Requests to the API server per second (kubeAPIQPS).", Min = 0, AboveMin = true, Max = 1_000_000)]
    public double ApiQps { get; init; } = 5;

    [Field("Requests to the API server that may be made at once (kubeAPIBurst).", Min = 1, Max = 1_000_000)]
    public int ApiBurst { get; init; } = 10;

    [Field("Waits after an image could not be pulled or a container crashed; each is twice the one before.")]
    public BackOffSpec BackOff { get; init; } = new();

    [Field("Removal of images that no container uses. Nothing is removed unless disk.images says how much room there is.")]
    public ImageGcSpec ImageGc { get; init; } = new();

    [Field("The free share of disk.images, in percent, below which unused images go at once and then pods (evictionHard: imagefs.available); 0 for never.", Min = 0, Max = 99)]
    public int EvictionAvailablePercent { get; init; } = 15;

    private static Latency Milliseconds(double p50, double p99) => new(SimTime.FromMilliseconds(p50), SimTime.FromMilliseconds(p99));
}

internal sealed record BackOffSpec
{
    [Field("The first wait.", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime Initial { get; init; } = SimTime.FromSeconds(10);

    [Field("The longest wait.", Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime Max { get; init; } = SimTime.FromSeconds(300);
}

internal sealed record ImageGcSpec
{
    [Field("Use of disk.images, in percent, at which removal begins (imageGCHighThresholdPercent).", Min = 1, Max = 100)]
    public int HighPercent { get; init; } = 85;

    [Field("Use of disk.images, in percent, down to which it goes (imageGCLowThresholdPercent).", Min = 0, Max = 99)]
    public int LowPercent { get; init; } = 80;

    [Field("Images that have been on the node for less are kept (imageMinimumGCAge).", Min = 0, Max = 31_536_000)]
    public SimTime MinAge { get; init; } = SimTime.FromSeconds(120);

    [Field("From one look to the next.", Min = 1, Max = 86_400)]
    public SimTime Period { get; init; } = SimTime.FromSeconds(300);
}
