using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test of paired differences, and the shift that belongs to it (F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics 1, 1945;
/// J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Ann. Math. Stat. 34, 1963). Pairs that are equal are left out of the test; equal sizes share
/// the mean of their ranks, and the distribution is the exact one given those ranks.
/// </summary>
internal static class SignedRanks
{
    /// <summary>Pairs up to which the exact distribution is computed; beyond, the normal approximation with continuity correction is closer than 0.001.</summary>
    private const int ExactUpTo = 100;

    /// <summary>The two-sided probability of a sum of ranks at least as far from its mean when the differences are symmetric about 0; 1 when all pairs are equal.</summary>
    /// <param name="differences">Any numbers but NaN; infinities have the greatest rank.</param>
    public static double TwoSided(IReadOnlyCollection<double> differences)
    {
        double[] changed = [.. differences.Where(d => d != 0)];
        if (changed.Length == 0)
        {
            return 1;
        }

        long[] ranks = DoubledRanks(changed);
        long up = ranks.Where((_, i) => changed[i] > 0).Sum();
        long total = ranks.Sum();
        long lower = Math.Min(up, total - up);
        return Math.Min(1, 2 * (changed.Length <= ExactUpTo ? ExactAtMost(ranks, lower) : NormalAtMost(ranks, lower)));
    }

    /// <summary>The median of all means of two differences (each with itself too): the shift, where differences are symmetric about it.</summary>
    /// <param name="differences">At least one; infinities are allowed.</param>
    public static double Shift(IReadOnlyList<double> differences)
    {
        double[] means = PairMeans(differences);
        int middle = means.Length / 2;
        return means.Length % 2 == 1 ? means[middle] : Mean(means[middle - 1], means[middle]);
    }

    /// <summary>
    /// The interval of shifts that the test does not refute: the k-th smallest and k-th greatest mean of two differences (M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", 3.3).
    /// Infinite where there are too few pairs for the confidence.
    /// </summary>
    /// <param name="differences">At least one.</param>
    /// <param name="confidence">Above 0, below 1; of the interval.</param>
    public static (double Low, double High) Interval(IReadOnlyList<double> differences, double confidence)
    {
        double[] means = PairMeans(differences);
        long[] ranks = [.. Enumerable.Range(1, differences.Count).Select(rank => 2L * rank)];
        // The greatest whole sum that is reached with at most half of what the interval may miss.
        double[] exact = differences.Count <= ExactUpTo ? Distribution(ranks) : [];
        double below = 0;
        int k = -1;
        for (int sum = 0; sum < means.Length; sum++)
        {
            below = exact.Length > 0 ? below + exact[2 * sum] : NormalAtMost(ranks, 2L * sum);
            if (below > (1 - confidence) / 2)
            {
                break;
            }

            k = sum;
        }

        return k < 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (means[k], means[^(k + 1)]);
    }

    private static double[] PairMeans(IReadOnlyList<double> differences)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count, nameof(differences));
        var means = new double[differences.Count * (differences.Count + 1) / 2];
        int next = 0;
        for (int i = 0; i < differences.Count; i++)
        {
            for (int j = i; j < differences.Count; j++)
            {
                means[next++] = Mean(differences[i], differences[j]);
            }
        }

        Array.Sort(means);
        return means;
    }

    // Of opposite infinities: neither outweighs the other.
    private static double Mean(double a, double b) => double.IsInfinity(a) && a == -b ? 0 : a == b ? a : (a / 2) + (b / 2);

    // Twice the ranks of the sizes: means of shared ranks are halves at worst.
    private static long[] DoubledRanks(double[] differences)
    {
        double[] sizes = [.. differences.Select(Math.Abs)];
        int[] order = [.. Enumerable.Range(0, sizes.Length).OrderBy(i => sizes[i])];
        var ranks = new long[sizes.Length];
        for (int from = 0; from < order.Length;)
        {
            int to = from;
            while (to < order.Length && sizes[order[to]].Equals(sizes[order[from]])) to++;
            for (int i = from; i < to; i++) ranks[order[i]] = from + 1 + to;
            from = to;
        }

        return ranks;
    }

    private static double ExactAtMost(long[] doubledRanks, long sum) => Distribution(doubledRanks).Take((int)sum + 1).Sum();

    // The probability of each sum of those ranks whose sign is positive, every sign being equally likely.
    private static double[] Distribution(long[] doubledRanks)
    {
        var probability = new double[doubledRanks.Sum() + 1];
        probability[0] = 1;
        long reach = 0;
        foreach (long rank in doubledRanks)
        {
            reach += rank;
            for (long sum = reach; sum >= 0; sum--)
            {
                probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2;
            }
        }

        return probability;
    }

    private static double NormalAtMost(long[] doubledRanks, long sum)
    {
        double mean = doubledRanks.Sum() / 2.0;
        double variance = doubledRanks.Sum(rank => (double)rank * rank) / 4;
        return Normal.CDF(mean, Math.Sqrt(variance), sum + 1);
    }
}
