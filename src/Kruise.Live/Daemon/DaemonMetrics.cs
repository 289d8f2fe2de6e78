using Kruise.Core.ImagePull.Puller;
using Prometheus;

namespace Kruise.Live.Daemon;

/// <summary>What a daemon measures of its node.</summary>
internal static class DaemonMetrics
{
    private static readonly Gauge _running = Metrics.CreateGauge("kruise_daemon_running_pulls", "Pulls under way on this node.");

    private static readonly Histogram _durations = Metrics.CreateHistogram(
        "kruise_daemon_pull_attempt_duration_seconds",
        "How long attempts to pull took, by how they ended: pulled, present, failed or stopped.",
        ["result"],
        new HistogramConfiguration { Buckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] });

    /// <summary>Reads the gauge whenever somebody asks.</summary>
    public static void Follow(NodePullerHost host) => Metrics.DefaultRegistry.AddBeforeCollectCallback(() => _running.Set(host.RunningPulls));

    /// <param name="result">How the attempt ended; null when it was stopped.</param>
    /// <param name="took">How long it took, its waiting for secrets and for the runtime included.</param>
    public static void Ended(PullResult? result, TimeSpan took) => _durations
        .WithLabels(result switch
        {
            PullResult.Pulled => "pulled",
            PullResult.AlreadyPresent => "present",
            PullResult.Failed => "failed",
            _ => "stopped",
        })
        .Observe(took.TotalSeconds);
}
