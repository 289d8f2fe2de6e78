using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Measures;

/// <summary>Reads metrics out of a result and holds them against what a scenario expects.</summary>
internal static class Expectations
{
    public static IReadOnlyList<ExpectationResult> Evaluate(IReadOnlyList<Expectation> expectations, RunResult result) =>
        [.. expectations.Select(e =>
        {
            double? value = Value(e.Metric, result);
            return new ExpectationResult(e.Metric, value, e.Min, e.Max, Holds(e, value)) { IsOverSeeds = e.IsOverSeeds };
        })];

    /// <summary>Whether a value is within the bounds; none never is.</summary>
    public static bool Holds(Expectation expectation, double? value) => value is { } v && !(v < expectation.Min) && !(v > expectation.Max);

    /// <summary>The value of a metric of the catalog; null when the run did not get that far (a job that did not finish has no seconds).</summary>
    public static double? Value(string name, RunResult result)
    {
        if (MetricCatalog.Find(name) is not { } found)
        {
            throw new ArgumentException($"There is no metric {name}.", nameof(name));
        }

        if (found.Placeholder == MetricCatalog.JobPlaceholder)
        {
            JobResult? job = result.Jobs.LastOrDefault(j => j.Name == found.Value || j.Namespace + "/" + j.Name == found.Value);
            return found.Metric.Pattern[found.Metric.Pattern.LastIndexOf('.')..] switch
            {
                ".seconds" => job?.Completion is { } end ? (end - job.Start).Seconds : null,
                ".desired" => job?.Desired,
                ".succeeded" => job?.Succeeded,
                _ => job?.Failed,
            };
        }

        if (found.Placeholder == MetricCatalog.RegistryPlaceholder)
        {
            RegistryResult? registry = result.Registries.FirstOrDefault(r => r.Name == found.Value);
            return found.Metric.Pattern[found.Metric.Pattern.LastIndexOf('.')..] switch
            {
                ".bytesSent" => registry?.BytesSent,
                ".peakBytesPerSecond" => registry?.PeakBytesPerSecond,
                _ => registry?.MeanUtilisation,
            };
        }

        if (found.Placeholder == SidecarMetrics.Placeholder)
        {
            return SidecarMetrics.Value(found.Metric.Pattern, found.Value!, result);
        }

        if (WorkloadMetrics.All.Contains(found.Metric))
        {
            return WorkloadMetrics.Value(found.Metric.Pattern, found.Value, result);
        }

        Percentiles? Warmup() => NearestRank.OfWarmups(result.Nodes);
        return name switch
        {
            "warmup.seconds.p50" => Warmup()?.P50,
            "warmup.seconds.p90" => Warmup()?.P90,
            "warmup.seconds.p99" => Warmup()?.P99,
            "warmup.seconds.max" => Warmup()?.Max,
            "nodes.desired" => result.Jobs.Sum(j => j.Desired),
            "nodes.succeeded" => result.Jobs.Sum(j => j.Succeeded),
            "nodes.failed" => result.Jobs.Sum(j => j.Failed),
            "controlPlane.apiWrites" => result.ControlPlane.ApiWrites,
            "controlPlane.apiReads" => result.ControlPlane.ApiReads,
            "controlPlane.conflicts" => result.ControlPlane.Conflicts,
            "controlPlane.reconciles" => result.ControlPlane.Reconciles,
            "virtualSeconds" => result.VirtualTime.Seconds,
            "events" => result.Events,
            _ => Attribution(name, result),
        };
    }

    private static double Attribution(string name, RunResult result)
    {
        string cause = name.Split('.')[1];
        int index = WarmupCauses.Keys.Select((key, i) => (key, i)).First(k => k.key == cause).i;
        return result.Nodes.Sum(row => row.CauseNanoseconds[index]) / 1e9;
    }
}
