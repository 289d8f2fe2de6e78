using Kruise.Sim.Comparisons;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>Curves of two runs of which only <c>series.csv</c> is there.</summary>
internal static class SeriesPlots
{
    private static readonly PlotFile s_warmup = new("warmup-curve", "Nodes warmed over time, a curve for each run.");

    private static readonly PlotFile s_registries = new("registry-throughput", "What all registries together sent over time, a curve for each run.");

    public static IEnumerable<(PlotFile File, TimePlot Plot)> Of(Comparison comparison)
    {
        ComparedSide[] sides = [.. new[] { comparison.A, comparison.B }.Where(side => side.Series is not null)];
        if (sides.Length < 2) yield break;
        if (sides.Any(side => side.Series!.Columns.TryGetValue("desired", out double[]? desired) && desired.Any(value => value > 0)))
            yield return (s_warmup, Plot(sides, "Nodes warmed", "nodes", wholeNumbers: true, 1, series => series.Columns["succeeded"]));
        double greatest = sides.SelectMany(side => Sent(side.Series!)).DefaultIfEmpty().Max();
        if (greatest <= 0) yield break;
        (double perUnit, string unit) = RegistryThroughput.RateUnit(greatest);
        yield return (s_registries, Plot(sides, "Registry throughput", $"sent by all registries ({unit})", wholeNumbers: false, perUnit, Sent));
    }

    private static TimePlot Plot(ComparedSide[] sides, string title, string label, bool wholeNumbers, double perUnit, Func<SeriesTable, double[]> values)
    {
        List<TimeLine> lines = [];
        for (int i = 0; i < sides.Length; i++)
        {
            (double[] seconds, double[] kept) = Decimation.Shown(sides[i].Series!.Columns["seconds"], Array.ConvertAll(values(sides[i].Series!), value => value / perUnit), wholeNumbers);
            lines.Add(new TimeLine(sides[i].Label, seconds, kept, i, LineKind.Measured, Steps: wholeNumbers));
        }

        return new TimePlot
        {
            Title = $"{title} – {string.Join(" and ", sides.Select(side => side.Label))}",
            Axis = TimeAxis.Until(lines.Max(line => line.Seconds[^1])),
            ValueLabel = label,
            ValueEnd = Math.Max(1e-9, lines.Max(line => line.Values.Max())),
            WholeNumbers = wholeNumbers,
            Lines = lines,
        };
    }

    private static double[] Sent(SeriesTable series)
    {
        double[] sum = new double[series.Columns["seconds"].Length];
        foreach ((string name, double[] column) in series.Columns.Where(column => column.Key.StartsWith("bytesPerSecond[", StringComparison.Ordinal)))
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += double.IsNaN(column[i]) ? 0 : column[i];
        }

        return sum;
    }
}
