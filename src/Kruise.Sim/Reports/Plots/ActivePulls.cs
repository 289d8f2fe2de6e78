using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>How much goes on at once, against how much the jobs allow.</summary>
internal static class ActivePulls
{
    /// <summary>A parallelism beyond so many times what is ever used would flatten the curves.</summary>
    private const double ParallelismOffScale = 4;

    public static TimePlot Of(RunResult run)
    {
        TimeSeries series = run.Series;
        int busiest = Math.Max(1, Math.Max(Greatest(series.ActiveNodes), Greatest(series.ActivePulls)));
        int allowed = Greatest(series.Parallelism);
        bool onScale = allowed <= busiest * ParallelismOffScale;
        bool unlimited = allowed == int.MaxValue || run.Jobs.Any(job => job.Parallelism is null);
        string parallelism = "parallelism: " + (unlimited ? "unlimited" : Human.Count(allowed) + (onScale ? "" : " (beyond the axis)"));
        TimeAxis axis = TimeAxis.Of(run);
        return new TimePlot
        {
            Title = "Active pulls against parallelism – " + Titles.Of(run),
            Axis = axis,
            ValueLabel = "nodes, pulls",
            ValueEnd = onScale && !unlimited ? Math.Max(busiest, allowed) : busiest,
            WholeNumbers = true,
            Lines =
            [
                Line($"nodes with an open task (at most {Human.Count(Greatest(series.ActiveNodes))})", series.Seconds, axis, series.ActiveNodes, colour: 1, LineKind.Measured),
                Line($"pulls in container runtimes (at most {Human.Count(Greatest(series.ActivePulls))})", series.Seconds, axis, series.ActivePulls, colour: 0, LineKind.Measured),
                onScale && !unlimited
                    ? Line(parallelism, series.Seconds, axis, series.Parallelism, colour: 6, LineKind.Reference)
                    : Line(parallelism, [], axis, [], colour: 6, LineKind.Reference),
            ],
            Windows = FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth),
        };
    }

    private static TimeLine Line(string label, double[] seconds, TimeAxis axis, int[] counts, int colour, LineKind kind)
    {
        (double[] kept, double[] values) = Decimation.Shown(seconds, Array.ConvertAll(counts, count => (double)count), axis, steps: true);
        return new TimeLine(label, kept, values, colour, kind, Steps: true);
    }

    private static int Greatest(int[] values) => values.Length == 0 ? 0 : values.Max();
}
