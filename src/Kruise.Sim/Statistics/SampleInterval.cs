using Kruise.Sim.Measures;
using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Statistics;

/// <summary>Confidence intervals of what a few values of one figure say.</summary>
internal static class SampleInterval
{
    /// <summary>
    /// Of the mean, by Student's distribution. Infinite for a single value.
    /// </summary>
    /// <param name="values">At least one, all finite.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    public static (double Mean, double Low, double High) OfMean(IReadOnlyList<double> values, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        double mean = values.Average();
        if (values.Count == 1)
        {
            return (mean, double.NegativeInfinity, double.PositiveInfinity);
        }

        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        double half = StudentT.InvCDF(0, 1, values.Count - 1, (1 + confidence) / 2) * Math.Sqrt(variance / values.Count);
        return (mean, mean - half, mean + half);
    }

    /// <summary>
    /// Of a quantile, by order statistics: assumes nothing of the distribution. The value is the nearest-rank quantile; a bound that the values are too few for is infinite
    /// (H. A. David, H. N. Nagaraja, "Order Statistics", 7.1).
    /// </summary>
    /// <param name="values">At least one; sorted here, infinities are allowed.</param>
    /// <param name="quantile">0 to 1.</param>
    /// <param name="confidence">Above 0, below 1; of each bound alone, so that the two together have less.</param>
    public static (double Value, double Low, double High) OfQuantile(IEnumerable<double> values, double quantile, double confidence)
    {
        double[] sorted = [.. values.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(values));
        double tail = 1 - confidence;
        // Below the i-th smallest lie fewer than i values when the quantile does not: a binomial count of values below it.
        double low = double.NegativeInfinity;
        double high = double.PositiveInfinity;
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (Binomial.CDF(quantile, sorted.Length, i - 1) <= tail) low = sorted[i - 1];
            if (double.IsPositiveInfinity(high) && 1 - Binomial.CDF(quantile, sorted.Length, i - 1) <= tail) high = sorted[i - 1];
        }

        return (sorted[NearestRank.Index(sorted.Length, quantile)], low, high);
    }
}
