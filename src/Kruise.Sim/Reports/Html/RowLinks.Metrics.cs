using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Html;

/// <summary>Where the values of metrics came from.</summary>
internal sealed partial class RowLinks
{
    public override string Metric(string name, string figure)
    {
        if (MetricCatalog.Find(name) is not { } found) return figure;
        string pattern = found.Metric.Pattern, last = pattern[(pattern.LastIndexOf('.') + 1)..];
        if (pattern.StartsWith("warmup.seconds.", StringComparison.Ordinal)) return Warmup(null, Percent(last), figure);
        if (pattern.StartsWith("attribution.", StringComparison.Ordinal)) return Cause(NodesCsv.FileName, pattern.Split('.')[^2], figure);
        if (pattern.StartsWith("pods.attribution.", StringComparison.Ordinal)) return Cause(PodsCsv.FileName, pattern.Split('.')[^2], figure);
        if (pattern.StartsWith("pods.update.seconds.", StringComparison.Ordinal)) return Percentile(PodAttribution.UpdateTimes(PodAttribution.Relevant(run)), last, row => row.UpdateSeconds, figure);
        if (pattern.StartsWith("pods.startup.seconds.", StringComparison.Ordinal)) return Percentile(run.PodStartup, last, StartUp, figure);
        if (pattern.StartsWith("pods.admission.wait.seconds.", StringComparison.Ordinal)) return Percentile(run.Admission?.Wait, last, AdmissionWait, figure);
        if (pattern is "nodes.failed" or "nodes.succeeded") return Rows(NodesCsv.FileName, figure, ("outcome", last));
        if (pattern == "nodes.desired") return Rows(NodesCsv.FileName, figure);
        if (pattern == "virtualSeconds") return Moment(run.VirtualTime.Seconds, figure);
        return found.Placeholder switch
        {
            MetricCatalog.JobPlaceholder when Named(run.Jobs, found.Value, job => job.Namespace, job => job.Name) is { } job => last switch
            {
                "seconds" => LastReport(job, figure),
                "succeeded" or "failed" => Rows(NodesCsv.FileName, figure, ("jobNamespace", job.Namespace), ("job", job.Name), ("outcome", last)),
                _ => Rows(NodesCsv.FileName, figure, ("jobNamespace", job.Namespace), ("job", job.Name)),
            },
            MetricCatalog.RegistryPlaceholder when last == "peakBytesPerSecond" => Peak(found.Value!, figure),
            WorkloadMetrics.Placeholder when Named(run.Workloads, found.Value, set => set.Namespace, set => set.Name) is { } workload => Of(workload, pattern, last, figure),
            PodLabels.Placeholder => Label(found.Value!, pattern, figure),
            SidecarMetrics.Placeholder when run.SidecarSets.FirstOrDefault(set => set.Name == found.Value) is { } set => Of(set, pattern, last, figure),
            _ => figure,
        };
    }

    /// <summary>To the moment at which a registry sent most.</summary>
    private string Peak(string registry, string figure)
    {
        int index = Find(run.Registries, candidate => candidate.Name == registry);
        double[] rates = index < 0 ? [] : run.Series.RegistryBytesPerSecond[index];
        return rates.Length == 0 ? figure : Moment(run.Series.Seconds[Array.IndexOf(rates, rates.Max())], figure);
    }

    private string Of(WorkloadResult workload, string pattern, string last, string figure) => pattern switch
    {
        _ when pattern.Contains(".rollout.seconds.", StringComparison.Ordinal) && Seconds(workload.Rollouts[^1], last) is { } seconds => Reached(workload, workload.Rollouts[^1], seconds, figure),
        _ when pattern.EndsWith(".longestUnavailability.seconds", StringComparison.Ordinal) && workload.LongestUnavailability is { } longest => Unavailable(workload, null, longest, figure),
        _ when last == "maxUnavailable" => At(workload.MaxUnavailable, figure),
        _ when last == "updatedReady" => Updated(workload, workload.Rollouts[^1], figure),
        _ => figure,
    };

    private string Of(SidecarSetResult set, string pattern, string last, string figure) => last switch
    {
        "failed" => Rows(SidecarsCsv.FileName, figure, ("sidecarSet", set.Name), ("outcome", "failed")),
        "upgrades" => Rows(SidecarsCsv.FileName, figure, ("sidecarSet", set.Name)),
        "upgradedReady" => Upgraded(set, set.Rollouts[^1], figure),
        "maxUnavailable" => At(set.MaxUnavailable, figure),
        "maxUpgrading" => At(set.MaxUpgrading, figure),
        "seconds" when pattern.EndsWith(".longestUpgrade.seconds", StringComparison.Ordinal) && set.LongestUpgrade is { } longest => LongestUpgrade(set, longest, figure),
        _ when pattern.Contains(".rollout.seconds.", StringComparison.Ordinal) && set.Rollouts[^1] is var version && Seconds(version, last) is { } seconds => Reached(set, version, seconds, figure),
        _ when pattern.Contains(".upgrade.seconds.", StringComparison.Ordinal) && Of(set.Upgrade, last) is { } took => Upgrade(set, took, figure),
        _ => figure,
    };

    private string Label(string label, string pattern, string figure)
    {
        if (!pattern.EndsWith(".updated", StringComparison.Ordinal) && !pattern.EndsWith(".p100", StringComparison.Ordinal)) return figure;
        PodRow[] rows = [.. PodLabels.Groups(run).Where(group => group.Label == label).SelectMany(group => group.Rows)];
        if (rows.Length == 0) return figure;
        if (pattern.EndsWith(".p100", StringComparison.Ordinal)) return rows.All(row => row.Done is not null) ? Pod(rows.MaxBy(row => row.UpdateSeconds)!, figure) : figure;
        return rows.Select(row => row.Rollout).Distinct().Count() == 1
            ? Rows(PodsCsv.FileName, figure, ("labels", label), ("rollout", Invariant($"{rows[0].Rollout}")), ("outcome", "updated")) : figure;
    }

    private string Percentile(Percentiles? percentiles, string which, Func<PodRow, double?> took, string figure) => Of(percentiles, which) is { } seconds ? Pod(took, seconds, figure) : figure;

    private static double? Of(Percentiles? percentiles, string which) => which switch
    {
        "p50" => percentiles?.P50,
        "p90" => percentiles?.P90,
        "p99" => percentiles?.P99,
        _ => percentiles?.Max,
    };

    private static double? Seconds(RolloutResult rollout, string percentile) => percentile switch
    {
        "p50" => rollout.SecondsTo50,
        "p90" => rollout.SecondsTo90,
        _ => rollout.SecondsTo100,
    };

    private static double? Seconds(SidecarRolloutResult version, string percentile) => percentile switch
    {
        "p50" => version.SecondsTo50,
        "p90" => version.SecondsTo90,
        _ => version.SecondsTo100,
    };

    private static int Percent(string percentile) => percentile == "max" ? 100 : int.Parse(percentile.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

    private static T? Named<T>(IReadOnlyList<T> items, string? name, Func<T, string> @namespace, Func<T, string> own)
        where T : class => items.LastOrDefault(item => own(item) == name || @namespace(item) + "/" + own(item) == name);
}
