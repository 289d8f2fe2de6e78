using Kruise.Sim.Comparisons;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>Curves of two runs of which only the folders are there.</summary>
internal static class SeriesPlots
{
    private static readonly PlotFile s_warmup = new("warmup-curve", "Nodes warmed over time, a curve for each run.");

    private static readonly PlotFile s_registries = new("registry-throughput", "What all registries together sent over time, a curve for each run.");

    private static readonly PlotFile s_pods = new("updated-ready", "Pods at the newest revision and ready, from the last update on, a curve for each run.");

    public static IEnumerable<(PlotFile File, TimePlot Plot)> Of(Comparison comparison) => Series(comparison).Concat(Pods(comparison));

    private static IEnumerable<(PlotFile File, TimePlot Plot)> Pods(Comparison comparison)
    {
        ComparedSide[] sides = [.. new[] { comparison.A, comparison.B }.Where(side => side.Pods is not null)];
        if (sides.Length < 2) yield break;
        yield return (s_pods, Plot(sides, "Pods updated and ready", "pods", wholeNumbers: true, Ready) with { Since = "the last update was asked for" });
    }

    // A step for each pod of the last update, in seconds since it was asked for.
    private static (double[] Seconds, double[] Values) Ready(ComparedSide side)
    {
        IReadOnlyDictionary<string, double[]> columns = side.Pods!.Columns;
        double[] rollouts = columns["rollout"], asked = columns["askedSeconds"];
        double last = rollouts.Max();
        double begin = asked.Where((_, i) => rollouts[i] == last).Min();
        double[] ready = [.. columns["readySeconds"].Where((at, i) => rollouts[i] == last && !double.IsNaN(at)).Order()];
        double[] after = Array.ConvertAll(ready, at => at - begin);
        return Decimation.Cumulative(after, 0, after.LastOrDefault());
    }

    private static IEnumerable<(PlotFile File, TimePlot Plot)> Series(Comparison comparison)
    {
        ComparedSide[] sides = [.. new[] { comparison.A, comparison.B }.Where(side => side.Series is not null)];
        if (sides.Length < 2) yield break;
        if (sides.Any(side => side.Series!.Columns.TryGetValue("desired", out double[]? desired) && desired.Any(value => value > 0)))
            yield return (s_warmup, Plot(sides, "Nodes warmed", "nodes", wholeNumbers: true, side => Column(side, side.Series!.Columns["succeeded"], 1)));
        double greatest = sides.SelectMany(side => Sent(side.Series!)).DefaultIfEmpty().Max();
        if (greatest <= 0) yield break;
        (double perUnit, string unit) = RegistryThroughput.RateUnit(greatest);
        yield return (s_registries, Plot(sides, "Registry throughput", $"sent by all registries ({unit})", wholeNumbers: false, side => Column(side, Sent(side.Series!), perUnit)));
    }

    private static (double[] Seconds, double[] Values) Column(ComparedSide side, double[] values, double perUnit) => (side.Series!.Columns["seconds"], Array.ConvertAll(values, value => value / perUnit));

    private static TimePlot Plot(ComparedSide[] sides, string title, string label, bool wholeNumbers, Func<ComparedSide, (double[] Seconds, double[] Values)> curve)
    {
        List<TimeLine> lines = [];
        for (int i = 0; i < sides.Length; i++)
        {
            (double[] all, double[] values) = curve(sides[i]);
            (double[] seconds, double[] kept) = Decimation.Shown(all, values, wholeNumbers);
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

    private static double[] Sent(CsvTable series)
    {
        double[] sum = new double[series.Columns["seconds"].Length];
        foreach ((string name, double[] column) in series.Columns.Where(column => column.Key.StartsWith("bytesPerSecond[", StringComparison.Ordinal)))
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += double.IsNaN(column[i]) ? 0 : column[i];
        }

        return sum;
    }
}
