using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// Leads from figures to rows and moments within <c>report.html</c>: <c>#nodes/17</c> is the 17th row of nodes.csv, <c>#pods?outcome=unfinished</c> the rows with a value,
/// <c>#nodes?cause=unpack</c> those with time in a cause, <c>#at/12.5</c> a moment in seconds. What rows were led to is remembered: the page must hold them.
/// </summary>
/// <param name="run">The run that the figures are of.</param>
/// <param name="page">Its page, from where the figures stand; nothing when they stand in it.</param>
internal sealed partial class RowLinks(RunResult run, string page = "") : FigureLinks
{
    /// <summary>Rows of each table (by file) that something leads to, from 0.</summary>
    private readonly Dictionary<string, SortedSet<int>> _named = new(StringComparer.Ordinal);

    public IReadOnlyCollection<int> Named(string table) => _named.TryGetValue(table, out SortedSet<int>? rows) ? rows : [];

    /// <summary>The name of a table in links: its file's without the ending.</summary>
    public static string TableName(string file) => Path.GetFileNameWithoutExtension(file);

    public override string Moment(double seconds, string figure) => Link(Invariant($"at/{Math.Round(seconds, 6)}"), figure);

    public override string Cause(string table, string key, string figure)
    {
        int most = table switch
        {
            NodesCsv.FileName => Most(run.Nodes.Select(row => row.CauseNanoseconds[Place(WarmupCauses.Keys, key)])),
            PodsCsv.FileName => Most(run.Pods.Select(row => row.CauseNanoseconds[Place(PodCauses.Keys, key)])),
            _ => Most(run.Upgrades.Select(row => row.CauseNanoseconds[Place(PodCauses.Keys, key)])),
        };
        return To(table, most, "?cause=" + key, figure);
    }

    public override string Rows(string table, string figure, params (string Column, string Value)[] values)
    {
        int first = table switch
        {
            NodesCsv.FileName => Find(run.Nodes, row => Array.TrueForAll(values, value => Cell(row, value.Column) == value.Value)),
            PodsCsv.FileName => Find(run.Pods, row => Array.TrueForAll(values, value => value.Column == "labels" ? HasLabel(row.Labels, value.Value) : Cell(row, value.Column) == value.Value)),
            _ => Find(run.Upgrades, row => Array.TrueForAll(values, value => value.Column == "labels" ? HasLabel(row.Labels, value.Value) : Cell(row, value.Column) == value.Value)),
        };
        return To(table, first, "?" + string.Join('&', values.Select(value => value.Column + "=" + Uri.EscapeDataString(value.Value))), figure);
    }

    public override string Pod(PodRow row, string figure) => Row(PodsCsv.FileName, Find(run.Pods, candidate => ReferenceEquals(candidate, row)), figure);

    public override string Pod(Func<PodRow, double?> took, double seconds, string figure) => Row(PodsCsv.FileName, Find(run.Pods, row => took(row) is { } its && Is(its, seconds)), figure);

    public override string Upgrade(SidecarRow row, string figure) => Row(SidecarsCsv.FileName, Find(run.Upgrades, candidate => ReferenceEquals(candidate, row)), figure);

    public override string Upgrade(SidecarSetResult? set, double seconds, string figure) =>
        Row(SidecarsCsv.FileName, Find(run.Upgrades, row => (set is null || row.Set == set.Name) && row.UpgradeSeconds is { } its && Is(its, seconds)), figure);

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
        int row = Find(run.Upgrades, upgrade => upgrade.Set == set.Name && upgrade.Begun == stretch.From && upgrade.Pod == stretch.Pod);
        return row < 0 ? Moment(stretch.From.Seconds, figure) : Row(SidecarsCsv.FileName, row, figure);
    }

    private static bool IsOf(PodRow pod, WorkloadResult workload, RolloutResult rollout) =>
        pod.Rollout == rollout.Number && pod.Workload == workload.Name && pod.Namespace == workload.Namespace;

    // Seconds of a result and moments of rows are the same nanoseconds; a double keeps them to less than that.
    private static bool IsAt(Engine.SimTime? moment, double seconds) => moment is { } at && Is(at.Seconds, seconds);

    private static bool Is(double seconds, double expected) => Math.Abs(seconds - expected) < 1e-6;

    private static string Cell(NodeRow row, string column) => column switch
    {
        "jobNamespace" => row.JobNamespace,
        "job" => row.Job,
        "outcome" => row.Outcome switch { NodeOutcome.Succeeded => "succeeded", NodeOutcome.Failed => "failed", _ => "unfinished" },
        _ => throw new ArgumentException($"No figure leads to nodes by {column}.", nameof(column)),
    };

    private static string Cell(PodRow row, string column) => column switch
    {
        "namespace" => row.Namespace,
        "workload" => row.Workload,
        "rollout" => Invariant($"{row.Rollout}"),
        "outcome" => row.Outcome == PodOutcome.Updated ? "updated" : "unfinished",
        _ => throw new ArgumentException($"No figure leads to pods by {column}.", nameof(column)),
    };

    private static string Cell(SidecarRow row, string column) => column switch
    {
        "sidecarSet" => row.Set,
        "version" => Invariant($"{row.Rollout}"),
        "outcome" => row.Outcome switch { SidecarOutcome.Upgraded => "upgraded", SidecarOutcome.Failed => "failed", _ => "left" },
        _ => throw new ArgumentException($"No figure leads to upgrades by {column}.", nameof(column)),
    };

    private static bool HasLabel(IReadOnlyList<string> labels, string wanted) => wanted.Length == 0 ? labels.Count == 0 : labels.Contains(wanted, StringComparer.Ordinal);

    private static int Place(IReadOnlyList<string> keys, string key) => Find(keys, candidate => candidate == key);

    /// <summary>Where the largest is; −1 when none is above zero.</summary>
    private static int Most(IEnumerable<long> values)
    {
        (int place, long most) = (-1, 0);
        foreach ((int at, long value) in values.Index())
        {
            if (value > most) (place, most) = (at, value);
        }

        return place;
    }

    private static int Find<T>(IReadOnlyList<T> items, Predicate<T> matches)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (matches(items[i])) return i;
        }

        return -1;
    }

    private string Link(string to, string figure) => figure == "–" ? figure : $"[{figure}]({page}#{to})";

    private IEnumerable<(NodeRow Row, int Index)> NodesOf(JobResult? job) =>
        run.Nodes.Select((row, index) => (row, index)).Where(node => job is null || (node.row.Job == job.Name && node.row.JobNamespace == job.Namespace));

    private string Row(string table, int index, string figure) => To(table, index, Invariant($"/{index + 1}"), figure);

    /// <summary>To what a table has of it; nowhere without a row, and with one the page holds at least that.</summary>
    private string To(string table, int row, string what, string figure)
    {
        if (row < 0) return figure;
        if (!_named.TryGetValue(table, out SortedSet<int>? rows)) _named[table] = rows = [];
        rows.Add(row);
        return Link(TableName(table) + what, figure);
    }
}
