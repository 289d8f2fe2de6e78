using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// Leads from figures to rows and moments within <c>report.html</c>: <c>#nodes/17</c> is the 17th row of nodes.csv, <c>#pods?outcome=unfinished</c> the rows with a value,
/// <c>#nodes?cause=unpack</c> those with time in a cause, <c>#at/12.5</c> a moment in seconds. What rows were led to is remembered: the page must hold them.
/// </summary>
internal sealed class RowLinks(RunResult run) : FigureLinks
{
    /// <summary>Rows of each table (by file) that something leads to, from 0.</summary>
    private readonly Dictionary<string, SortedSet<int>> _named = new(StringComparer.Ordinal);

    public IReadOnlyCollection<int> Named(string table) => _named.TryGetValue(table, out SortedSet<int>? rows) ? rows : [];

    /// <summary>The name of a table in links: its file's without the ending.</summary>
    public static string TableName(string file) => Path.GetFileNameWithoutExtension(file);

    public override string Moment(double seconds, string figure) => Link(Invariant($"at/{Math.Round(seconds, 6)}"), figure);

    public override string Cause(string table, string key, string figure) => Link(TableName(table) + "?cause=" + key, figure);

    public override string Rows(string table, string figure, params (string Column, string Value)[] values) =>
        Link(TableName(table) + "?" + string.Join('&', values.Select(value => value.Column + "=" + Uri.EscapeDataString(value.Value))), figure);

    public override string Warmup(JobResult? job, int percent, string figure)
    {
        (NodeRow Row, int Index)[] warm = [.. NodesOf(job).Where(node => node.Row.Outcome == NodeOutcome.Succeeded && node.Row.WarmupSeconds is not null).OrderBy(node => node.Row.WarmupSeconds)];
        return warm.Length == 0 ? figure : Row(NodesCsv.FileName, warm[NearestRank.Index(warm.Length, percent)].Index, figure);
    }

    public override string LastReport(JobResult? job, string figure)
    {
        (NodeRow Row, int Index)[] reported = [.. NodesOf(job).Where(node => node.Row.Reported is not null)];
        return reported.Length == 0 ? figure : Row(NodesCsv.FileName, reported.MaxBy(node => node.Row.Reported!.Value).Index, figure);
    }

    public override string Reached(WorkloadResult workload, RolloutResult rollout, double seconds, string figure)
    {
        double moment = rollout.Begin.Seconds + seconds;
        int row = Find(run.Pods, pod => IsOf(pod, workload, rollout) && IsAt(pod.Done, moment));
        return row < 0 ? Moment(moment, figure) : Row(PodsCsv.FileName, row, figure);
    }

    public override string Unavailable(WorkloadResult workload, RolloutResult? rollout, Stretch stretch, string figure)
    {
        rollout ??= workload.Rollouts.LastOrDefault(candidate => candidate.LongestUnavailability == stretch) ?? workload.Rollouts[^1];
        int row = Find(run.Pods, pod => IsOf(pod, workload, rollout) && (pod.Pod == stretch.Pod || pod.Replaces == stretch.Pod));
        return row < 0 ? Moment(stretch.From.Seconds, figure) : Row(PodsCsv.FileName, row, figure);
    }

    public override string Reached(SidecarSetResult set, SidecarRolloutResult version, double seconds, string figure)
    {
        double moment = version.Begin.Seconds + seconds;
        int row = Find(run.Upgrades, upgrade => upgrade.Set == set.Name && upgrade.Rollout == version.Number && IsAt(upgrade.Done, moment));
        return row < 0 ? Moment(moment, figure) : Row(SidecarsCsv.FileName, row, figure);
    }

    public override string LongestUpgrade(SidecarSetResult set, Stretch stretch, string figure)
    {
        int row = Find(run.Upgrades, upgrade => upgrade.Set == set.Name && upgrade.Begun == stretch.From && stretch.Pod.EndsWith(upgrade.Pod, StringComparison.Ordinal));
        return row < 0 ? Moment(stretch.From.Seconds, figure) : Row(SidecarsCsv.FileName, row, figure);
    }

    public override string Metric(string name, string figure)
    {
        if (MetricCatalog.Find(name) is not { } found) return figure;
        string pattern = found.Metric.Pattern, last = pattern[(pattern.LastIndexOf('.') + 1)..];
        if (pattern.StartsWith("warmup.seconds.", StringComparison.Ordinal)) return Warmup(null, Percent(last), figure);
        if (pattern.StartsWith("attribution.", StringComparison.Ordinal)) return Cause(NodesCsv.FileName, last, figure);
        if (pattern is "nodes.failed" or "nodes.succeeded") return Rows(NodesCsv.FileName, figure, ("outcome", last));
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
        _ => figure,
    };

    private string Of(SidecarSetResult set, string pattern, string last, string figure) => last switch
    {
        "failed" => Rows(SidecarsCsv.FileName, figure, ("sidecarSet", set.Name), ("outcome", "failed")),
        "maxUnavailable" => At(set.MaxUnavailable, figure),
        "maxUpgrading" => At(set.MaxUpgrading, figure),
        "seconds" when pattern.EndsWith(".longestUpgrade.seconds", StringComparison.Ordinal) && set.LongestUpgrade is { } longest => LongestUpgrade(set, longest, figure),
        _ => figure,
    };

    private static double? Seconds(RolloutResult rollout, string percentile) => percentile switch
    {
        "p50" => rollout.SecondsTo50,
        "p90" => rollout.SecondsTo90,
        _ => rollout.SecondsTo100,
    };

    private static int Percent(string percentile) => percentile == "max" ? 100 : int.Parse(percentile.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

    private static T? Named<T>(IReadOnlyList<T> items, string? name, Func<T, string> @namespace, Func<T, string> own)
        where T : class => items.LastOrDefault(item => own(item) == name || @namespace(item) + "/" + own(item) == name);

    private static bool IsOf(PodRow pod, WorkloadResult workload, RolloutResult rollout) =>
        pod.Rollout == rollout.Number && pod.Workload == workload.Name && pod.Namespace == workload.Namespace;

    // Seconds of a result and moments of rows are the same nanoseconds; a double keeps them to less than that.
    private static bool IsAt(Engine.SimTime? moment, double seconds) => moment is { } at && Math.Abs(at.Seconds - seconds) < 1e-6;

    private static int Find<T>(IReadOnlyList<T> items, Predicate<T> matches)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (matches(items[i])) return i;
        }

        return -1;
    }

    private static string Link(string to, string figure) => figure == "–" ? figure : $"[{figure}](#{to})";

    private IEnumerable<(NodeRow Row, int Index)> NodesOf(JobResult? job) =>
        run.Nodes.Select((row, index) => (row, index)).Where(node => job is null || (node.row.Job == job.Name && node.row.JobNamespace == job.Namespace));

    private string Row(string table, int index, string figure)
    {
        if (!_named.TryGetValue(table, out SortedSet<int>? rows)) _named[table] = rows = [];
        rows.Add(index);
        return Link(Invariant($"{TableName(table)}/{index + 1}"), figure);
    }
}
