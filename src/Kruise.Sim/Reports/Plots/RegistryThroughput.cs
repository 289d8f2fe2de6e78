using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>What each registry sends against what it could: whether the registry is the bottleneck.</summary>
internal static class RegistryThroughput
{
    /// <summary>A limit beyond so many times the peak would flatten the curve: it is named in the legend and left off the plot.</summary>
    private const double LimitOffScale = 4;

    public static TimePlot Of(RunResult run)
    {
        TimeSeries series = run.Series;
        double peak = run.Registries.Select((_, registry) => Greatest(series.RegistryBytesPerSecond[registry])).DefaultIfEmpty().Max();
        double[] limits = [.. run.Registries.Select((_, registry) => Greatest(series.RegistryLimitBytesPerSecond[registry]))];
        bool[] onScale = [.. limits.Select(limit => double.IsFinite(limit) && (peak <= 0 || limit <= peak * LimitOffScale))];
        double end = Math.Max(peak, limits.Where((_, registry) => onScale[registry]).DefaultIfEmpty().Max());
        (double perUnit, string unit) = RateUnit(end);
        TimeAxis axis = TimeAxis.Of(run);
        List<TimeLine> lines = [];
        for (int registry = 0; registry < run.Registries.Count; registry++)
        {
            RegistryResult result = run.Registries[registry];
            string utilisation = double.IsFinite(result.EgressBytesPerSecond) ? $", mean utilisation {Human.Percent(result.MeanUtilisation)}" : "";
            lines.Add(Line($"{result.Name} (peak {Human.BitRate(result.PeakBytesPerSecond)}{utilisation})", series.Seconds, series.RegistryBytesPerSecond[registry], registry, LineKind.Measured));
            string limitLabel = $"limit of {result.Name}: {Human.BitRate(result.EgressBytesPerSecond)}";
            // A limit that is lifted for a while leaves the plot at its top instead of breaking the line.
            double[] limit = Array.ConvertAll(series.RegistryLimitBytesPerSecond[registry], value => Math.Min(value, end * 2));
            lines.Add(onScale[registry]
                ? Line(limitLabel, series.Seconds, limit, registry, LineKind.Reference)
                : Line(limitLabel + (double.IsFinite(result.EgressBytesPerSecond) ? " (beyond the axis)" : ""), [], [], registry, LineKind.Reference));
        }

        return new TimePlot
        {
            Title = "Registry throughput against its limit – " + Titles.Of(run),
            Axis = axis,
            ValueLabel = $"sent ({unit})",
            ValueEnd = end > 0 ? end / perUnit : 1,
            Lines = lines,
            Windows = FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth),
        };

        TimeLine Line(string label, double[] seconds, double[] bytesPerSecond, int colour, LineKind kind)
        {
            (double[] kept, double[] values) = Decimation.Shown(seconds, bytesPerSecond, axis, steps: false);
            return new TimeLine(label, kept, Array.ConvertAll(values, value => value / perUnit), colour, kind, Steps: false);
        }
    }

    /// <summary>A curve per variant: all its registries together.</summary>
    public static TimePlot Compare(ScenarioReport report)
    {
        double[][] totals = [.. report.Runs.Select(run => Total(run.Series))];
        double end = totals.Max(Greatest);
        (double perUnit, string unit) = RateUnit(end);
        TimeAxis axis = TimeAxis.Of(report.Runs);
        List<TimeLine> lines = [];
        for (int run = 0; run < totals.Length; run++)
        {
            (double[] seconds, double[] values) = Decimation.Shown(report.Runs[run].Series.Seconds, totals[run], axis, steps: false);
            lines.Add(new TimeLine(
                $"{report.Runs[run].Variant} (peak {Human.BitRate(Greatest(totals[run]))})", seconds, Array.ConvertAll(values, value => value / perUnit), run,
                run < 8 ? LineKind.Measured : LineKind.Reference, Steps: false));
        }

        return new TimePlot
        {
            Title = "Registry throughput, by variant – " + report.Scenario,
            Axis = axis,
            ValueLabel = $"sent by all registries ({unit})",
            ValueEnd = end > 0 ? end / perUnit : 1,
            Lines = lines,
        };
    }

    /// <summary>Bytes per second in one of the unit, and its name.</summary>
    public static (double BytesPerSecond, string Unit) RateUnit(double greatestBytesPerSecond) => (greatestBytesPerSecond * 8) switch
    {
        >= 1e9 => (1e9 / 8, "Gbit/s"),
        >= 1e6 => (1e6 / 8, "Mbit/s"),
        _ => (1e3 / 8, "kbit/s"),
    };

    private static double[] Total(TimeSeries series)
    {
        double[] total = new double[series.Seconds.Length];
        foreach (double[] registry in series.RegistryBytesPerSecond)
        {
            for (int sample = 0; sample < total.Length; sample++) total[sample] += registry[sample];
        }

        return total;
    }

    private static double Greatest(double[] values) => values.Length == 0 ? 0 : values.Max();
}
