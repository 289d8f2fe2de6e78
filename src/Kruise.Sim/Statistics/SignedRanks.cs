using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test of paired differences (F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics 1, 1945). Pairs that are equal are left out; equal
/// sizes share the mean of their ranks, and the distribution is the exact one given those ranks. <see cref="PairMeans"/> is the shift that belongs to it.
/// </summary>
internal static class SignedRanks
{
    /// <summary>Pairs up to which the exact distribution is computed; beyond, the normal approximation with continuity correction is closer than 0.001.</summary>
    private const int ExactUpTo = 100;

    /// <summary>
    /// The two-sided probability of a sum of ranks at least as far from its mean when the differences are symmetric about 0, and the side that has the greater sum: 1 up, -1 down;
    /// 1 and 0 when all pairs are equal.
    /// </summary>
    /// <param name="differences">Any numbers but NaN; infinities have the greatest rank.</param>
    public static (double Probability, int Direction) Test(IReadOnlyCollection<double> differences)
    {
        double[] changed = [.. differences.Where(d => d != 0)];
        if (changed.Length == 0)
        {
            return (1, 0);
        }

        long[] ranks = DoubledRanks(changed);
        long up = ranks.Where((_, i) => changed[i] > 0).Sum();
        long total = ranks.Sum();
        long lower = Math.Min(up, total - up);
        return (Math.Min(1, 2 * (changed.Length <= ExactUpTo ? ExactAtMost(ranks, lower) : NormalAtMost(ranks, lower))), up.CompareTo(total - up));
    }

    /// <summary>The probability alone.</summary>
    /// <param name="differences">Any numbers but NaN; infinities have the greatest rank.</param>
    public static double TwoSided(IReadOnlyCollection<double> differences) => Test(differences).Probability;

    /// <summary>The greatest whole sum of ranks that so many untied pairs reach or fall below with at most that probability when all signs are equally likely; -1 where there is none.</summary>
    /// <param name="pairs">At least 1.</param>
    /// <param name="probability">Above 0, at most a half.</param>
    public static long GreatestWithin(int pairs, double probability)
    {
        long[] ranks = [.. Enumerable.Range(1, pairs).Select(rank => 2L * rank)];
        if (pairs > ExactUpTo)
        {
            (double mean, double deviation) = Moments(ranks);
            return (long)Math.Max(-1, Math.Floor((Normal.InvCDF(mean, deviation, probability) - 1) / 2));
        }

        double[] exact = Distribution(ranks);
        double below = 0;
        int sum = -1;
        while ((below += exact[2 * (sum + 1)]) <= probability) sum++;
        return sum;
    }

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
        (double mean, double deviation) = Moments(doubledRanks);
        return Normal.CDF(mean, deviation, sum + 1);
    }

    private static (double Mean, double Deviation) Moments(long[] doubledRanks) => (doubledRanks.Sum() / 2.0, Math.Sqrt(doubledRanks.Sum(rank => (double)rank * rank)) / 2);
}
