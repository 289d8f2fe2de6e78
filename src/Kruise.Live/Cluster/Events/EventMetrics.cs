using Prometheus;

namespace Kruise.Live.Cluster.Events;

/// <summary>What became of events.</summary>
internal static class EventMetrics
{
    public const string QueueFull = "queue_full";
    public const string TooMany = "too_many";
    public const string Rejected = "rejected";
    public const string Unreachable = "unreachable";
    public const string Stopped = "stopped";

    public static Counter Written { get; } = Metrics.CreateCounter(
        "kruise_events_written_total", "Events written, by whether they were new (create) or happened again (patch).", "how");

    public static Counter Dropped { get; } = Metrics.CreateCounter(
        "kruise_events_dropped_total",
        "Events not written: the queue was full, too many about one object, rejected by the API server, the API server unreachable, or the process stopped.",
        "why");

    public static Counter Combined { get; } = Metrics.CreateCounter(
        "kruise_events_aggregated_total", "Events that went into one that stands for several different messages.");
}
