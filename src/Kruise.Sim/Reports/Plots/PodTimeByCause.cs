using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A part of the stacked columns: the mean seconds of one cause by column.</summary>
internal sealed record PodCauseBand(PodCause Cause, string Label, double[] MeanSeconds);

/// <summary>Stacked columns of mean seconds of pods by cause.</summary>
internal sealed record PodCauseColumns
{
    public required string Title { get; init; }

    public required string ColumnLabel { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>From the bottom of the stack, in the order in which a pod meets the causes; those that took no time are left out.</summary>
    public required IReadOnlyList<PodCauseBand> Bands { get; init; }
}

/// <summary>Where the update time of pods went: pods in order of the time they took, in groups of equal size, as <see cref="TimeByCause"/> shows nodes.</summary>
internal static class PodTimeByCause
{
    private const int MaxColumns = 20;

    public static PodCauseColumns Of(RunResult run)
    {
        PodRow[] rows = [.. PodAttribution.Relevant(run).OrderBy(row => row.CauseNanoseconds.Sum())];
        int columns = Math.Min(rows.Length, MaxColumns);
        PodAttribution[] groups = [.. Enumerable.Range(0, columns).Select(column => PodAttribution.Of(rows[Begin(column)..Begin(column + 1)]))];
        return new PodCauseColumns
        {
            Title = "Where the pods' time went – " + Titles.Of(run),
            ColumnLabel = rows.Length <= MaxColumns ? "pods, from the fastest to the slowest" : "pods in groups, from the fastest to the slowest (share of all pods)",
            Columns = [.. Enumerable.Range(0, columns).Select(column => rows.Length <= MaxColumns ? Invariant($"{column + 1}") : Invariant($"{(column + 1) * 100 / columns} %"))],
            Bands = Bands(groups, PodAttribution.Of(rows)),
        };

        int Begin(int column) => (int)((long)column * rows.Length / columns);
    }

    /// <summary>A column per variant.</summary>
    public static PodCauseColumns Compare(ScenarioReport report) => new()
    {
        Title = "Where the average pod's time went, by variant – " + report.Scenario,
        ColumnLabel = "variant",
        Columns = [.. report.Runs.Select(run => run.Variant ?? "")],
        Bands = Bands([.. report.Runs.Select(run => PodAttribution.Of(PodAttribution.Relevant(run)))], overall: null),
    };

    private static List<PodCauseBand> Bands(PodAttribution[] groups, PodAttribution? overall)
    {
        List<PodCauseBand> bands = [];
        foreach (PodCause cause in Enum.GetValues<PodCause>())
        {
            double[] means = [.. groups.Select(group => group.Mean(cause))];
            if (means.All(mean => mean <= 0)) continue;
            string label = PodCauses.Titles[(int)cause];
            if (overall is not null) label += $"\n{Human.Percent(overall.Share(cause))}, {Human.Duration(overall.Mean(cause))} a pod";
            bands.Add(new PodCauseBand(cause, label, means));
        }

        return bands;
    }
}
