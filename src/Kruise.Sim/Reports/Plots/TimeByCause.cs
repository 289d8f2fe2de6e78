using Kruise.Sim.Measures;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A part of the stacked columns: the mean seconds of one cause by column.</summary>
internal sealed record CauseBand(WarmupCause Cause, string Label, double[] MeanSeconds);

/// <summary>Stacked columns of mean seconds by cause.</summary>
internal sealed record CauseColumns
{
    public required string Title { get; init; }

    public required string ColumnLabel { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>From the bottom of the stack, in the order in which a node meets the causes; those that took no time are left out.</summary>
    public required IReadOnlyList<CauseBand> Bands { get; init; }
}

/// <summary>
/// Where the time went: nodes in order of the time they took, in groups of equal size from the fastest to the slowest. It shows at once what every
/// node pays and what only the slow ones do.
/// </summary>
internal static class TimeByCause
{
    private const int MaxColumns = 20;

    public static CauseColumns Of(RunResult run) => Of(run, "Where the time went – ", inSlot: false);

    /// <summary>The same without the wait for a slot, which on large fleets hides everything else.</summary>
    public static CauseColumns InSlot(RunResult run) => Of(run, "Where the time in a slot went – ", inSlot: true);

    private static CauseColumns Of(RunResult run, string title, bool inSlot)
    {
        (NodeRow Row, long Total)[] rows = [.. run.Nodes.Where(Attribution.HasTime).Select(row => (row, Total(row))).OrderBy(row => row.Item2)];
        int columns = Math.Min(rows.Length, MaxColumns);
        Attribution[] groups = [.. Enumerable.Range(0, columns).Select(column => Attribution.Of(rows[Begin(column)..Begin(column + 1)].Select(row => row.Row)))];
        return new CauseColumns
        {
            Title = title + Titles.Of(run),
            ColumnLabel = rows.Length <= MaxColumns ? "nodes, from the fastest to the slowest" : "nodes in groups, from the fastest to the slowest (share of all nodes)",
            Columns = [.. Enumerable.Range(0, columns).Select(column => rows.Length <= MaxColumns ? Invariant($"{column + 1}") : Invariant($"{(column + 1) * 100 / columns} %"))],
            Bands = Bands(groups, Attribution.Of(run.Nodes), inSlot),
        };

        long Total(NodeRow row) => row.CauseNanoseconds.Sum() - (inSlot ? row.CauseNanoseconds[(int)WarmupCause.WaitingForSlot] : 0);

        int Begin(int column) => (int)((long)column * rows.Length / columns);
    }

    /// <summary>A column per variant.</summary>
    public static CauseColumns Compare(ScenarioReport report) => Compare(report, "Where the average node's time went, by variant – ", inSlot: false);

    /// <summary>The same without the wait for a slot.</summary>
    public static CauseColumns CompareInSlot(ScenarioReport report) =>
        Compare(report, "Where the average node's time in a slot went, by variant – ", inSlot: true);

    private static CauseColumns Compare(ScenarioReport report, string title, bool inSlot) => new()
    {
        Title = title + report.Scenario,
        ColumnLabel = "variant",
        Columns = [.. report.Runs.Select(run => run.Variant ?? "")],
        Bands = Bands([.. report.Runs.Select(run => Attribution.Of(run.Nodes))], overall: null, inSlot),
    };

    private static List<CauseBand> Bands(Attribution[] groups, Attribution? overall, bool inSlot)
    {
        List<CauseBand> bands = [];
        foreach (WarmupCause cause in Enum.GetValues<WarmupCause>())
        {
            if (inSlot && cause == WarmupCause.WaitingForSlot) continue;
            double[] means = [.. groups.Select(group => group.Mean(cause))];
            if (means.All(mean => mean <= 0)) continue;
            string label = WarmupCauses.Titles[(int)cause];
            if (overall is not null) label += $"\n{Human.Percent(inSlot ? overall.ShareAfterWait(cause) : overall.Share(cause))}, {Human.Duration(overall.Mean(cause))} a node";
            bands.Add(new CauseBand(cause, label, means));
        }

        return bands;
    }
}
