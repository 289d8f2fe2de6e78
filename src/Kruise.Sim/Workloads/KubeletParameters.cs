using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>How the kubelet of a node behaves. Defaults are those of kubelet 1.20 where it has one; latencies without a source are assumptions and say
/// so.</summary>
internal sealed record KubeletParameters
{
    /// <summary>From hearing of a pod (or of a change to it) to its worker's acting on it. Assumption: configuration, admission and volumes of an idle
    /// node.</summary>
    public LatencyDistribution SyncLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(20), SimTime.FromMilliseconds(200));

    /// <summary>
    /// From a change in the runtime (a container started or died) to the kubelet's noticing. The generic PLEG lists containers once a second
    /// (kubelet.go, <c>plegRelistPeriod</c>), so the median is half of that.
    /// </summary>
    public LatencyDistribution StatusLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(500), SimTime.FromMilliseconds(1200));

    /// <summary>Making a pod's sandbox. With <see cref="CreateLatency"/> and <see cref="StartLatency"/> it sums to about the 568 ms of a whole <c>docker
    /// run</c> on an SSD.</summary>
    public LatencyDistribution SandboxLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(300), SimTime.FromMilliseconds(1500));

    /// <summary>Creating a container.</summary>
    public LatencyDistribution CreateLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(120), SimTime.FromMilliseconds(600));

    /// <summary>Starting a container.</summary>
    public LatencyDistribution StartLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(150), SimTime.FromMilliseconds(800));

    /// <summary>
    /// From the end of a deleted pod's last container to the kubelet's asking for the object's removal: its volumes and cgroup must be gone first, and
    /// housekeeping
    /// runs every 2 s (kubelet.go, <c>housekeepingPeriod</c>).
    /// </summary>
    public LatencyDistribution CleanupLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(1000), SimTime.FromMilliseconds(2500));

    /// <summary>From the return of a lost node to its kubelet's first request. Assumption: a machine that boots.</summary>
    public LatencyDistribution RestartLatency { get; init; } = LatencyDistribution.LogNormal(SimTime.FromSeconds(20), SimTime.FromSeconds(60));

    /// <summary>Requests to the API server a second (<c>kubeAPIQPS</c>, 5 in kubelet 1.20).</summary>
    public double ApiQps { get; init; } = 5;

    /// <summary>Requests at once (<c>kubeAPIBurst</c>, 10 in kubelet 1.20).</summary>
    public int ApiBurst { get; init; } = 10;

    /// <summary>One pull at a time (<c>serializeImagePulls</c>, true).</summary>
    public bool SerializeImagePulls { get; init; } = true;

    /// <summary>Pulls at a time when they are not serialised (<c>maxParallelImagePulls</c>); null for no limit.</summary>
    public int? MaxParallelImagePulls { get; init; }

    /// <summary>Pulls begun a second (<c>registryPullQPS</c>, 5); 0 for no limit. One too many is not delayed, it fails.</summary>
    public double RegistryPullQps { get; init; } = 5;

    /// <summary>Pulls begun at once (<c>registryBurst</c>, 10).</summary>
    public int RegistryBurst { get; init; } = 10;

    /// <summary>The first wait of an image that could not be pulled and of a container that crashed (kubelet.go, <c>backOffPeriod</c>).</summary>
    public SimTime BackOffInitial { get; init; } = SimTime.FromSeconds(10);

    /// <summary>The longest wait (<c>MaxContainerBackOff</c>, <c>MaxImageBackOff</c>). Twice this without a failure resets the back-off: 10 minutes.</summary>
    public SimTime BackOffMax { get; init; } = SimTime.FromSeconds(300);

    /// <summary>Use of the image file system, in percent, at which image garbage collection begins (<c>imageGCHighThresholdPercent</c>).</summary>
    public int ImageGcHighPercent { get; init; } = 85;

    /// <summary>Use, in percent, down to which it frees (<c>imageGCLowThresholdPercent</c>).</summary>
    public int ImageGcLowPercent { get; init; } = 80;

    /// <summary>Images younger than this on the node are not collected (<c>imageMinimumGCAge</c>).</summary>
    public SimTime ImageGcMinAge { get; init; } = SimTime.FromSeconds(120);

    /// <summary>Between two looks of image garbage collection (kubelet.go, <c>ImageGCPeriod</c>).</summary>
    public SimTime ImageGcPeriod { get; init; } = SimTime.FromSeconds(300);

    /// <summary>
    /// Free share of the image file system, in percent, below which the node is under disk pressure (<c>evictionHard</c> <c>imagefs.available</c>, 15):
    /// unused images
    /// go at once, then pods. 0 turns eviction off.
    /// </summary>
    public int EvictionAvailablePercent { get; init; } = 15;

    /// <summary>Between two looks of the eviction manager (kubelet.go, <c>evictionMonitoringPeriod</c>).</summary>
    public SimTime EvictionPeriod { get; init; } = SimTime.FromSeconds(10);

    /// <summary>How long the node stays under disk pressure after it ended (<c>evictionPressureTransitionPeriod</c>).</summary>
    public SimTime PressureTransition { get; init; } = SimTime.FromSeconds(300);

    /// <summary>The size of the image file system; null for no limit, and then nothing is collected or evicted.</summary>
    public long? ImageFileSystemBytes { get; init; }

    /// <summary>Multiplies every latency of the kubelet and of unpacking: above 1 for a slow node.</summary>
    public double SlowFactor { get; init; } = 1;
}
