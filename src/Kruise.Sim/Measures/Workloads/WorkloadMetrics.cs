namespace Kruise.Sim.Measures.Workloads;

/// <summary>The figures of workloads among the metrics.</summary>
internal static class WorkloadMetrics
{
    /// <summary>Stands for a CloneSet's name, or <c>namespace/name</c> where two of the scenario share a name.</summary>
    public const string Placeholder = "<workload>";

    private const string PodAttributionPrefix = "pods.attribution.";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("workloads.<workload>.desired", "1", "Pods that a CloneSet is to have.") { Better = Better.Neither },
        new("workloads.<workload>.updated", "1", "Pods at the update revision.") { Better = Better.Higher },
        new("workloads.<workload>.ready", "1", "Pods that are ready.") { Better = Better.Higher },
        new("workloads.<workload>.updatedReady", "1", "Pods that are updated and ready.") { Better = Better.Higher },
        new("workloads.<workload>.available", "1", "Pods that are available.") { Better = Better.Higher },
        new("workloads.<workload>.maxUnavailable", "1", "The most pods that were unavailable at any moment after all were available for the first time (from the beginning when they never were).") { IsHeadline = true },
        new("workloads.<workload>.unavailable.podSeconds", "s", "Pods unavailable times the seconds for which they were, after all were available for the first time.") { IsHeadline = true },
        new("workloads.<workload>.longestUnavailability.seconds", "s", "The longest time without a break during which one instance was unavailable after it had been available.") { IsHeadline = true },
        new("workloads.<workload>.rollout.seconds.p50", "s", "From the beginning of the last update until half of the pods to be updated were updated and ready.") { IsHeadline = true },
        new("workloads.<workload>.rollout.seconds.p90", "s", "Until nine in ten were."),
        new("workloads.<workload>.rollout.seconds.p100", "s", "Until all were.") { IsHeadline = true },
        new("workloads.<workload>.podsCreated", "1", "Pods that were created.") { IsHeadline = true },
        new("workloads.<workload>.podsDeleted", "1", "Pods that went."),
        new("workloads.<workload>.restarts", "1", "Starts of containers beyond the first, for changes in place and after crashes.") { IsHeadline = true },
        .. new[] { "p50", "p90", "p99", "max" }.Select(p => new Metric(
            "pods.startup.seconds." + p, "s", "From the first request for a pod to its first readiness: " + p + " over all pods.") { IsHeadline = p is "p50" or "p99" }),
        .. new[] { "p50", "p90", "p99", "max" }.Select(p => new Metric("pods.update.seconds." + p, "s", "From the beginning of an update until a pod was updated and ready: " + p + " over all pods.")),
        .. AdmissionMetrics.All,
        .. PodLabels.Metrics,
        .. PodCauses.Keys.Select(cause => new Metric($"{PodAttributionPrefix}{cause}.seconds", "s", $"Update time of all pods that went into {cause}.")),
    ];

    /// <summary>The value of one of them; null when the run did not get that far.</summary>
    /// <param name="pattern">As in <see cref="All"/>.</param>
    /// <param name="workload">What the placeholder stands for: a workload, or a label.</param>
    /// <param name="run">The run.</param>
    public static double? Value(string pattern, string? workload, RunResult run)
    {
        if (pattern.Contains(PodLabels.Placeholder, StringComparison.Ordinal))
        {
            return PodLabels.Value(pattern, workload!, run);
        }

        if (workload is not null)
        {
            return run.Workloads.LastOrDefault(w => w.Name == workload || w.FullName == workload) is { } found ? Value(pattern[(pattern.IndexOf('>', StringComparison.Ordinal) + 2)..], found) : null;
        }

        if (AdmissionMetrics.All.Any(metric => metric.Pattern == pattern))
        {
            return AdmissionMetrics.Value(pattern, run);
        }

        if (pattern.StartsWith(PodAttributionPrefix, StringComparison.Ordinal))
        {
            string key = pattern[PodAttributionPrefix.Length..^".seconds".Length];
            var cause = (PodCause)PodCauses.Keys.Select((k, i) => (k, i)).First(c => c.k == key).i;
            return PodAttribution.Of(PodAttribution.Relevant(run)).Seconds(cause);
        }

        Percentiles? percentiles = pattern.StartsWith("pods.startup.", StringComparison.Ordinal) ? run.PodStartup : PodAttribution.UpdateTimes(PodAttribution.Relevant(run));
        return pattern[(pattern.LastIndexOf('.') + 1)..] switch
        {
            "p50" => percentiles?.P50,
            "p90" => percentiles?.P90,
            "p99" => percentiles?.P99,
            _ => percentiles?.Max,
        };
    }

    private static double? Value(string figure, WorkloadResult workload) => figure switch
    {
        "desired" => workload.Desired,
        "updated" => workload.Updated,
        "ready" => workload.Ready,
        "updatedReady" => workload.UpdatedReady,
        "available" => workload.Available,
        "maxUnavailable" => workload.MaxUnavailable.Value,
        "unavailable.podSeconds" => workload.UnavailablePodSeconds,
        "longestUnavailability.seconds" => workload.LongestUnavailability?.Length.Seconds ?? 0,
        "rollout.seconds.p50" => workload.Rollouts[^1].SecondsTo50,
        "rollout.seconds.p90" => workload.Rollouts[^1].SecondsTo90,
        "rollout.seconds.p100" => workload.Rollouts[^1].SecondsTo100,
        "podsCreated" => workload.PodsCreated,
        "podsDeleted" => workload.PodsDeleted,
        "restarts" => workload.Restarts,
        _ => throw new ArgumentException($"There is no figure {figure} of a workload.", nameof(figure)),
    };
}
