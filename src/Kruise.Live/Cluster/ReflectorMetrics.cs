using Prometheus;

namespace Kruise.Live.Cluster;

/// <summary>What reflectors did, by resource.</summary>
internal static class ReflectorMetrics
{
    public static Counter Lists { get; } = Metrics.CreateCounter("kruise_reflector_lists_total", "Lists begun, by resource.", "resource");

    public static Counter Watches { get; } = Metrics.CreateCounter("kruise_reflector_watches_total", "Watches opened, by resource.", "resource");

    public static Counter WatchEvents { get; } = Metrics.CreateCounter(
        "kruise_reflector_watch_events_total", "Watch events taken in, bookmarks among them, by resource.", "resource");

    public static Counter Relists { get; } = Metrics.CreateCounter(
        "kruise_reflector_relists_total", "Lists that became necessary because the history of a watch had been compacted, by resource.", "resource");

    public static Counter Failures { get; } = Metrics.CreateCounter(
        "kruise_reflector_failures_total", "Lists and watches that failed, by resource.", "resource");

    public static Counter Unreadable { get; } = Metrics.CreateCounter(
        "kruise_reflector_unreadable_objects_total", "Objects that could not be read and were left as they were last seen, by resource.", "resource");

    public static Counter SilentWatches { get; } = Metrics.CreateCounter(
        "kruise_reflector_silent_watches_total", "Watches given up because nothing came, by resource.", "resource");
}
