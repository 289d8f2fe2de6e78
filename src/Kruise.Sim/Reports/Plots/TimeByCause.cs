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

    public static CauseColumns Of(RunResult run)
    {
        (NodeRow Row, long Total)[] rows = [.. run.Nodes.Where(Attribution.HasTime).Select(row => (row, row.CauseNanoseconds.Sum())).OrderBy(row => row.Item2)];
        int columns = Math.Min(rows.Length, MaxColumns);
        Attribution[] groups = [.. Enumerable.Range(0, columns).Select(column => Attribution.Of(rows[Begin(column)..Begin(column + 1)].Select(row => row.Row)))];
        return new CauseColumns
        {
            Title = "Where the time went – " + Titles.Of(run),
            ColumnLabel = rows.Length <= MaxColumns ? "nodes, from the fastest to the slowest" : "nodes in groups, from the fastest to the slowest (share of all nodes)",
            Columns = [.. Enumerable.Range(0, columns).Select(column => rows.Length <= MaxColumns ? Invariant($"{column + 1}") : Invariant($"{(column + 1) * 100 / columns} %"))],
            Bands = Bands(groups, Attribution.Of(run.Nodes)),
        };

        int Begin(int column) => (int)((long)column * rows.Length / columns);
    }

    /// <summary>A column per variant.</summary>
    public static CauseColumns Compare(ScenarioReport report) => new()
    {
        Title = "Where the average node's time went, by variant – " + report.Scenario,
        ColumnLabel = "variant",
        Columns = [.. report.Runs.Select(run => run.Variant ?? "")],
        Bands = Bands([.. report.Runs.Select(run => Attribution.Of(run.Nodes))], overall: null),
    };

    private static List<CauseBand> Bands(Attribution[] groups, Attribution? overall)
    {
        List<CauseBand> bands = [];
        foreach (WarmupCause cause in Enum.GetValues<WarmupCause>())
        {
            double[] means = [.. groups.Select(group => group.Mean(cause))];
            if (means.All(mean => mean <= 0)) continue;
            string label = WarmupCauses.Titles[(int)cause];
            if (overall is not null) label += $"\n{Human.Percent(overall.Share(cause))}, {Human.Duration(overall.Mean(cause))} a node";
            bands.Add(new CauseBand(cause, label, means));
        }

        return bands;
    }
}
