using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures;

/// <summary>Every figure that a run measures. What a placeholder stands for may itself contain dots, as <c>docker.io</c> does.</summary>
internal static class MetricCatalog
{
    /// <summary>Stands for a job's name, or <c>namespace/name</c> where two jobs of the scenario share a name.</summary>
    public const string JobPlaceholder = "<job>";

    /// <summary>Stands for a registry's name.</summary>
    public const string RegistryPlaceholder = "<registry>";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("warmup.seconds.p50", "s", "Median time from the moment a node was asked for an image to its being reported there.") { IsHeadline = true },
        new("warmup.seconds.p90", "s", "90th percentile of that time."),
        new("warmup.seconds.p99", "s", "99th percentile of that time.") { IsHeadline = true },
        new("warmup.seconds.max", "s", "The longest of those times.") { IsHeadline = true },
        new("jobs.<job>.seconds", "s", "From a job's start to its completion.") { IsHeadline = true },
        new("jobs.<job>.desired", "1", "Nodes that a job is to warm.") { Better = Better.Neither },
        new("jobs.<job>.succeeded", "1", "Nodes that a job has warmed.") { Better = Better.Higher },
        new("jobs.<job>.failed", "1", "Nodes on which a job gave up.") { IsHeadline = true },
        new("nodes.desired", "1", "Nodes to warm, over all jobs.") { Better = Better.Neither },
        new("nodes.succeeded", "1", "Nodes warmed, over all jobs.") { Better = Better.Higher },
        new("nodes.failed", "1", "Nodes given up, over all jobs.") { IsHeadline = true },
        new("registries.<registry>.bytesSent", "B", "Bytes that a registry sent.") { IsHeadline = true },
        new("registries.<registry>.peakBytesPerSecond", "B/s", "The most that a registry sent at a time.") { IsHeadline = true },
        new("registries.<registry>.meanUtilisation", "1", "Share of a registry's egress that was used while anything was pulled, 0 to 1.") { Better = Better.Neither, Nature = MetricNature.Measure },
        new("controlPlane.apiWrites", "1", "Writes to the API server.") { IsHeadline = true },
        new("controlPlane.apiReads", "1", "Reads from the API server."),
        new("controlPlane.conflicts", "1", "Writes refused because the object had changed."),
        new("controlPlane.reconciles", "1", "Reconciles of all controllers."),
        .. WarmupCauses.Keys.Select(cause => new Metric($"attribution.{cause}.seconds", "s", $"Warm-up time of all nodes that went into {cause}.")),
        .. WorkloadMetrics.All,
        .. SidecarMetrics.All,
        new("virtualSeconds", "s", "Virtual time at the end of the run.") { Better = Better.Neither },
        new("events", "1", "Events of the simulation.") { Better = Better.Neither },
    ];

    /// <summary>The metric that a name means, and what its placeholder stands for; null when there is no such metric.</summary>
    public static (Metric Metric, string? Placeholder, string? Value)? Find(string name)
    {
        foreach (Metric metric in All)
        {
            int open = metric.Pattern.IndexOf('<', StringComparison.Ordinal);
            if (open < 0)
            {
                if (metric.Pattern == name)
                {
                    return (metric, null, null);
                }

                continue;
            }

            int close = metric.Pattern.IndexOf('>', StringComparison.Ordinal) + 1;
            ReadOnlySpan<char> before = metric.Pattern.AsSpan(0, open);
            ReadOnlySpan<char> after = metric.Pattern.AsSpan(close);
            if (name.Length > before.Length + after.Length
                && name.AsSpan().StartsWith(before, StringComparison.Ordinal)
                && name.AsSpan().EndsWith(after, StringComparison.Ordinal))
            {
                return (metric, metric.Pattern[open..close], name[open..^after.Length]);
            }
        }

        return null;
    }

    /// <summary>Where a pattern goes on after its placeholder.</summary>
    public static int AfterPlaceholder(string pattern) => pattern.IndexOf('>', StringComparison.Ordinal) + 1;

    /// <summary>Every name that exists in a scenario with these objects, in the catalog's order.</summary>
    public static IEnumerable<string> Names(MetricScope scope) => All.SelectMany(metric =>
    {
        foreach ((string placeholder, IReadOnlyCollection<string> names) in scope.Placeholders)
        {
            if (metric.Pattern.Contains(placeholder, StringComparison.Ordinal))
            {
                return names.Select(name => metric.Pattern.Replace(placeholder, name, StringComparison.Ordinal));
            }
        }

        return [metric.Pattern];
    });
}

/// <summary>What the placeholders of metrics may stand for in a scenario.</summary>
internal sealed record MetricScope
{
    public IReadOnlyCollection<string> Jobs { get; init; } = [];

    public IReadOnlyCollection<string> Registries { get; init; } = [];

    public IReadOnlyCollection<string> Workloads { get; init; } = [];

    public IReadOnlyCollection<string> SidecarSets { get; init; } = [];

    public IReadOnlyCollection<string> Labels { get; init; } = [];

    /// <summary>Each placeholder with what it may stand for.</summary>
    public IEnumerable<(string Placeholder, IReadOnlyCollection<string> Names)> Placeholders =>
    [
        (MetricCatalog.JobPlaceholder, Jobs),
        (MetricCatalog.RegistryPlaceholder, Registries),
        (WorkloadMetrics.Placeholder, Workloads),
        (SidecarMetrics.Placeholder, SidecarSets),
        (PodLabels.Placeholder, Labels),
    ];
}
