namespace Kruise.Sim.Measures.Workloads;

/// <summary>The calls of the pod webhook over a run.</summary>
internal sealed record AdmissionResult
{
    public required int Calls { get; init; }

    /// <summary>Seconds from a call to its answer, or to its being given up.</summary>
    public required Percentiles Call { get; init; }

    /// <summary>Calls that were answered with a refusal.</summary>
    public required int Refused { get; init; }

    /// <summary>Calls that were not answered, so that the pod was refused.</summary>
    public required int Failed { get; init; }

    /// <summary>Calls that were not answered, and the pod was made without.</summary>
    public required int Passed { get; init; }

    /// <summary>Seconds from the first request for a pod to its being stored, over the pods that were; null when none was.</summary>
    public Percentiles? Wait { get; init; }
}

/// <summary>The figures of admission among the metrics.</summary>
internal static class AdmissionMetrics
{
    private const string Prefix = "pods.admission.";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("pods.admission.calls", "1", "Calls of the pod webhook.") { Better = Better.Neither },
        new("pods.admission.refused", "1", "Calls that it answered with a refusal."),
        new("pods.admission.failed", "1", "Calls that it did not answer, so that the pod was refused (failurePolicy Fail).") { IsHeadline = true },
        new("pods.admission.passed", "1", "Calls that it did not answer, and the pod was made without its sidecars (failurePolicy Ignore).") { IsHeadline = true },
        .. new[] { "p50", "p99", "max" }.Select(p => new Metric("pods.admission.seconds." + p, "s", "From a call of the pod webhook to its answer, or until it was given up: " + p + " over all calls.")),
        .. new[] { "p50", "p99", "max" }.Select(p => new Metric(
            "pods.admission.wait.seconds." + p, "s", "From the first request for a pod to its being stored, with all attempts that were refused before: " + p + " over all pods.")),
    ];

    /// <summary>The value of one of them; null without any call.</summary>
    public static double? Value(string name, RunResult run)
    {
        AdmissionResult? admission = run.Admission;
        return name[Prefix.Length..] switch
        {
            "calls" => admission?.Calls ?? 0,
            "refused" => admission?.Refused ?? 0,
            "failed" => admission?.Failed ?? 0,
            "passed" => admission?.Passed ?? 0,
            "seconds.p50" => admission?.Call.P50,
            "seconds.p99" => admission?.Call.P99,
            "seconds.max" => admission?.Call.Max,
            "wait.seconds.p50" => admission?.Wait?.P50,
            "wait.seconds.p99" => admission?.Wait?.P99,
            _ => admission?.Wait?.Max,
        };
    }
}
