using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.SidecarSets;
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

    /// <summary>Limits, workers and waits of controllers and daemons.</summary>
    public required ImagePullTiming Timing { get; init; }

    /// <summary>Workers and constants of the CloneSet controller.</summary>
    public CloneSetTiming CloneSets { get; init; } = CloneSetTiming.Default;

    /// <summary>Workers and constants of the SidecarSet controller.</summary>
    public SidecarSetTiming SidecarSets { get; init; } = SidecarSetTiming.Default;

    /// <summary>The way to the webhooks.</summary>
    public WebhookSettings Webhooks { get; init; } = new();

    /// <summary>From an owner's deletion to the deletion of what it owned.</summary>
    public required SimTime GarbageCollectionDelay { get; init; }

    public FeatureGates Gates { get; init; } = FeatureGates.Default;

    /// <summary>Latencies are those of a healthy control plane well inside Kubernetes' service level objective for mutating calls (99 % within 1 s).</summary>
    private static ControlPlaneSettings Ours { get; } = new()
    {
        ApiLatency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50)),
        WatchDelay = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(100)),
        ReconcileTime = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(0.5), SimTime.FromMilliseconds(5)),
        Timing = ImagePullTiming.Default,
        GarbageCollectionDelay = SimTime.FromMilliseconds(100),
    };

    private static ControlPlaneSettings Upstream { get; } = Ours with
    {
        Timing = ImagePullTiming.OpenKruise08,
        CloneSets = CloneSetTiming.OpenKruise08,
        SidecarSets = SidecarSetTiming.OpenKruise08,
    };

    public static ControlPlaneSettings From(ControlPlaneSpec spec)
    {
        ControlPlaneSettings preset = spec.Preset == ControlPlanePreset.OpenKruise08 ? Upstream : Ours;
        return preset with
        {
            ApiLatency = Distribution(spec.ApiLatency) ?? preset.ApiLatency,
            WatchDelay = Distribution(spec.WatchDelay) ?? preset.WatchDelay,
            ReconcileTime = Distribution(spec.ReconcileTime) ?? preset.ReconcileTime,
            Timing = preset.Timing with
            {
                ClientQps = spec.Client.Qps ?? preset.Timing.ClientQps,
                ClientBurst = spec.Client.Burst ?? preset.Timing.ClientBurst,
                ParallelWrites = spec.Client.ParallelWrites ?? preset.Timing.ParallelWrites,
                ImagePullJobWorkers = spec.Workers.ImagePullJob ?? preset.Timing.ImagePullJobWorkers,
                NodeImageWorkers = spec.Workers.NodeImage ?? preset.Timing.NodeImageWorkers,
                NodeImage = preset.Timing.NodeImage with { ResponseTimeout = spec.NoResponseTimeout?.ToTimeSpan() ?? preset.Timing.NodeImage.ResponseTimeout },
                Puller = Override(preset.Timing.Puller, spec.Daemon),
            },
            CloneSets = preset.CloneSets with { Workers = spec.Workers.CloneSet ?? preset.CloneSets.Workers },
            SidecarSets = preset.SidecarSets with { Workers = spec.Workers.SidecarSet ?? preset.SidecarSets.Workers },
            Webhooks = new WebhookSettings
            {
                Latency = Distribution(spec.Webhook.Latency),
                Timeout = spec.Webhook.Timeout,
                PodsMayPass = spec.Webhook.FailurePolicy == WebhookFailurePolicy.Ignore,
            },
            Gates = GatesOf(spec.FeatureGates),
        };
    }

    /// <summary>The gates as a scenario sets them.</summary>
    public static FeatureGates GatesOf(FeatureGatesSpec spec) => FeatureGates.Default with
    {
        PodWebhook = spec.PodWebhook ?? FeatureGates.Default.PodWebhook,
        KruiseDaemon = spec.KruiseDaemon ?? FeatureGates.Default.KruiseDaemon,
    };

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
