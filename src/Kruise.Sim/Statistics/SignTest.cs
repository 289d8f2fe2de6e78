using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Statistics;

/// <summary>
/// The exact sign test of paired differences: whether more go one way than chance explains. Assumes nothing of their distribution, and of differences of 0 and 1 it is
/// McNemar's exact test. Equal pairs say nothing and are left out (W. J. Dixon, A. M. Mood, "The statistical sign test", JASA 41, 1946).
/// </summary>
internal static class SignTest
{
    /// <summary>The two-sided probability of a split at least as uneven when both ways are equally likely, 0 to 1; 1 when all pairs are equal.</summary>
    public static double TwoSided(IReadOnlyCollection<double> differences)
    {
        int up = differences.Count(d => d > 0);
        int down = differences.Count(d => d < 0);
        return TwoSided(up, down);
    }

    /// <param name="up">Pairs that went up.</param>
    /// <param name="down">Pairs that went down.</param>
    public static double TwoSided(int up, int down)
    {
        int fewer = Math.Min(up, down);
        return up + down == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, up + down, fewer));
    }
}
