using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A part of a stack over time.</summary>
internal sealed record StackBand(PodStage Stage, string Label, double[] Values);

/// <summary>Counts stacked over time; what stands at a moment holds until the next.</summary>
internal sealed record TimeStack
{
    public required string Title { get; init; }

    public required TimeAxis Axis { get; init; }

    public required double[] Seconds { get; init; }

    /// <summary>From the bottom of the stack; those that never have anything are left out.</summary>
    public required IReadOnlyList<StackBand> Bands { get; init; }

    public required IReadOnlyList<FaultWindow> Windows { get; init; }
}

/// <summary>Pods of all workloads by what they are doing.</summary>
internal static class PodStatesPlot
{
    /// <summary>More columns than this add nothing to the eye.</summary>
    private const int MaxColumns = 600;

    public static TimeStack Of(RunResult run)
    {
        TimeAxis axis = TimeAxis.OfUpdates(run);
        double[] seconds = run.Series.Seconds;
        int[] kept = Kept(seconds, axis.BeginSeconds);
        List<StackBand> bands = [];
        foreach (PodStage stage in Enum.GetValues<PodStage>())
        {
            double[] values = [.. kept.Select(i => (double)run.Series.Workloads.Sum(series => series[stage][i]))];
            int most = run.Series.Workloads.Count == 0 || seconds.Length == 0 ? 0 : Enumerable.Range(0, seconds.Length).Max(i => run.Series.Workloads.Sum(series => series[stage][i]));
            if (most > 0) bands.Add(new StackBand(stage, $"{PodStages.Titles[(int)stage]} (at most {Human.Count(most)})", values));
        }

        return new TimeStack
        {
            Title = "Pods by what they are doing – " + Titles.Of(run),
            Axis = axis,
            Seconds = [.. kept.Select(i => seconds[i])],
            Bands = bands,
            Windows = FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidthBesideLegend),
        };
    }

    // From the last sample before the axis begins: its value holds until the next.
    private static int[] Kept(double[] seconds, double begin)
    {
        int first = Math.Max(0, Array.FindLastIndex(seconds, second => second <= begin)), samples = seconds.Length - first;
        int count = Math.Min(samples, MaxColumns);
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? first : first + (int)((long)i * (samples - 1) / (count - 1)))];
    }
}
