using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Puller;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cluster;

/// <summary>The timing of the whole control plane: a preset, with the scenario's own values in place.</summary>
internal sealed record ControlPlaneSettings
{
    /// <summary>From a request's sending to its answer.</summary>
    public required LatencyDistribution ApiLatency { get; init; }

    /// <summary>From a commit to a watch's delivery.</summary>
    public required LatencyDistribution WatchDelay { get; init; }

    /// <summary>What a worker computes before its first write.</summary>
    public required LatencyDistribution ReconcileTime { get; init; }

    /// <summary>Requests per second of each controller's client: client-go gives each its own limiter.</summary>
    public required double ClientQps { get; init; }

    public required int ClientBurst { get; init; }

    /// <summary>Writes of one plan under way at a time.</summary>
    public required int ParallelWrites { get; init; }

    public required int ImagePullJobWorkers { get; init; }

    public required int NodeImageWorkers { get; init; }

    public required ImagePullJobOptions ImagePullJob { get; init; }

    public required NodeImageOptions NodeImage { get; init; }

    public required PullerOptions Puller { get; init; }

    /// <summary>From an owner's deletion to the deletion of what it owned.</summary>
    public required SimTime GarbageCollectionDelay { get; init; }

    public FeatureGates Gates { get; init; } = FeatureGates.Default;

    /// <summary>
    /// Ours. Latencies are those of a healthy control plane well inside Kubernetes' service level objective for mutating calls (99 % within 1 s). The client's
    /// limit leaves the protection of the server to API Priority and Fairness, as controllers of Kubernetes 1.29 and later do, without lifting it.
    /// </summary>
    private static ControlPlaneSettings Ours { get; } = new()
    {
        ApiLatency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50)),
        WatchDelay = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(100)),
        ReconcileTime = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(0.5), SimTime.FromMilliseconds(5)),
        ClientQps = 100,
        ClientBurst = 200,
        ParallelWrites = 16,
        ImagePullJobWorkers = 3,
        NodeImageWorkers = 10,
        ImagePullJob = ImagePullJobOptions.Default,
        NodeImage = NodeImageOptions.Default,
        Puller = PullerOptions.Default,
        GarbageCollectionDelay = SimTime.FromMilliseconds(100),
    };

    /// <summary>Upstream's: 30 requests per second with a burst of 50, one write after another, 3 workers, and a daemon that polls.</summary>
    private static ControlPlaneSettings Upstream { get; } = Ours with
    {
        ClientQps = 30,
        ClientBurst = 50,
        ParallelWrites = 1,
        NodeImageWorkers = 3,
        ImagePullJob = ImagePullJobOptions.OpenKruise08,
        NodeImage = NodeImageOptions.OpenKruise08,
        Puller = PullerOptions.OpenKruise08,
    };

    public static ControlPlaneSettings From(ControlPlaneSpec spec)
    {
        ControlPlaneSettings preset = spec.Preset == ControlPlanePreset.OpenKruise08 ? Upstream : Ours;
        return preset with
        {
            ApiLatency = Distribution(spec.ApiLatency) ?? preset.ApiLatency,
            WatchDelay = Distribution(spec.WatchDelay) ?? preset.WatchDelay,
            ReconcileTime = Distribution(spec.ReconcileTime) ?? preset.ReconcileTime,
            ClientQps = spec.Client.Qps ?? preset.ClientQps,
            ClientBurst = spec.Client.Burst ?? preset.ClientBurst,
            ParallelWrites = spec.Client.ParallelWrites ?? preset.ParallelWrites,
            ImagePullJobWorkers = spec.Workers.ImagePullJob ?? preset.ImagePullJobWorkers,
            NodeImageWorkers = spec.Workers.NodeImage ?? preset.NodeImageWorkers,
            NodeImage = preset.NodeImage with { ResponseTimeout = spec.NoResponseTimeout?.ToTimeSpan() ?? preset.NodeImage.ResponseTimeout },
            Puller = Override(preset.Puller, spec.Daemon),
            Gates = FeatureGates.Default with { KruiseDaemon = spec.FeatureGates.KruiseDaemon ?? FeatureGates.Default.KruiseDaemon },
        };
    }

    /// <summary>The distribution of a delay as a scenario writes it.</summary>
    public static LatencyDistribution Distribution(Latency latency) => LatencyDistribution.LogNormal(latency.P50, latency.P99);

    private static PullerOptions Override(PullerOptions preset, DaemonOptionsSpec spec) => preset with
    {
        Polling = spec.StatusReporting switch
        {
            StatusReporting.OnChange => null,
            StatusReporting.Polling => PollingOptions.OpenKruise08,
            _ => preset.Polling,
        },
        StatusWritesPerSecond = spec.StatusQps ?? preset.StatusWritesPerSecond,
        StatusWriteBurst = spec.StatusBurst ?? preset.StatusWriteBurst,
        MaxConcurrentPulls = spec.MaxConcurrentPulls ?? preset.MaxConcurrentPulls,
    };

    private static LatencyDistribution? Distribution(Latency? latency) => latency is { } given ? Distribution(given) : null;
}
