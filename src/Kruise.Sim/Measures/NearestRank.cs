namespace Kruise.Sim.Measures;

/// <summary>
/// Nearest-rank percentiles: the p-th of n sorted values is the one at rank ceil(p·n/100), counted from 1. Always a value that occurred.
/// </summary>
internal static class NearestRank
{
    /// <summary>Index from 0 of the percentile in n sorted values; <paramref name="percent"/> in 0 to 100.</summary>
    public static int Index(int count, int percent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.Max(0, ((((long)percent * count) + 99) / 100) - 1);
    }

    /// <summary>The same for a quantile, 0 to 1.</summary>
    public static int Index(int count, double quantile)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        // A product that is whole but for rounding is whole.
        return Math.Clamp((int)Math.Ceiling((quantile * count) - 1e-9) - 1, 0, count - 1);
    }

    /// <summary>Over the warm-up times of the rows that succeeded; null when none did.</summary>
    public static Percentiles? OfWarmups(IEnumerable<NodeRow> rows) =>
        Of([.. rows.Where(row => row.Outcome == NodeOutcome.Succeeded && row.WarmupSeconds is not null).Select(row => row.WarmupSeconds!.Value)]);

    /// <summary>Sorts <paramref name="seconds"/> in place; null when it is empty.</summary>
    public static Percentiles? Of(double[] seconds)
    {
        if (seconds.Length == 0) return null;
        Array.Sort(seconds);
        return new Percentiles(
            seconds[Index(seconds.Length, 50)], seconds[Index(seconds.Length, 90)], seconds[Index(seconds.Length, 99)], seconds[^1]);
    }
}
