using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>Settings and their differences in words.</summary>
internal static class SettingWords
{
    /// <summary><c>parallelism 50, egress 1Gbps</c>.</summary>
    public static string Of(SweepPlan plan, SweepPoint point) => string.Join(", ", plan.Axes.Select((axis, i) => $"{axis.Name} {point.Values[i] ?? "not set"}"));

    /// <summary>A metric's name over two lines where one would be too wide: whose it is, and what.</summary>
    public static string Heading(string metric)
    {
        const int Wide = 24;
        if (metric.Length <= Wide || Measures.MetricCatalog.Find(metric) is not { } found) return metric;
        string pattern = found.Metric.Pattern;
        int figure = found.Placeholder is { } placeholder ? pattern.Length - pattern.IndexOf(placeholder, StringComparison.Ordinal) - placeholder.Length - 1 : metric.Length - metric.LastIndexOf('.') - 1;
        return metric[..^figure] + "\n" + metric[^figure..];
    }

    /// <summary>The values alone: <c>50, 1Gbps</c>.</summary>
    public static string Values(SweepPoint point) => string.Join(", ", point.Values.Select(value => value ?? "not set"));

    /// <summary>A metric's mean, with what its interval leaves open on either side where that is known and not nothing.</summary>
    public static string Mean(string metric, PointMetric? value)
    {
        if (value is null) return "–";
        string mean = Human.Metric(metric, value.Mean);
        double half = value.High - value.Mean;
        return double.IsFinite(half) && half > 0 ? mean + " ± " + Human.Metric(metric, half) : mean;
    }

    /// <summary>How far one mean is from another: <c>5.2 % more</c>, <c>equal</c>.</summary>
    public static string Relative(double value, double than, string more, string less) =>
        value.Equals(than) ? "as much" : than == 0 ? (value > than ? more : less) : Human.Percent(Math.Abs(value - than) / Math.Abs(than)) + " " + (value > than ? more : less);

    /// <summary>A difference with its interval: <c>40.1 s less (95 % interval: 39.9 s to 40.4 s less; lower in 5 of 5 seeds)</c>.</summary>
    public static string Difference(string metric, PairedDifference difference)
    {
        if (difference.Lower + difference.Higher == 0) return "the same in " + InAll(difference.Pairs);
        string interval = double.IsFinite(difference.Low) ? $"95 % interval: {Human.Difference(metric, difference.Low)} to {Human.Difference(metric, difference.High)}; " : "";
        string split = difference.Pairs == 1 ? "by one seed"
            : (difference.Lower >= difference.Higher ? $"lower in {difference.Lower}" : $"higher in {difference.Higher}") + $" of {difference.Pairs} seeds";
        return $"{Human.Metric(metric, Math.Abs(difference.Mean))} {(difference.Mean < 0 ? "less" : "more")} ({interval}{split})";
    }

    /// <summary><c>all 5 seeds</c>, or <c>its one seed</c>.</summary>
    public static string InAll(int seeds) => seeds == 1 ? "its one seed" : "all " + Human.Count(seeds, "seed");
}
