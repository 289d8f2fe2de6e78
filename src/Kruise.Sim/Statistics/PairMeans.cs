namespace Kruise.Sim.Statistics;

/// <summary>
/// All means of two differences, each with itself too: their median is the shift that belongs to the signed-rank test, and the interval of shifts that the test does not refute lies
/// between two of them (J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Ann. Math. Stat. 34, 1963; M. Hollander, D. A. Wolfe, "Nonparametric
/// Statistical Methods", 3.2 and 3.3). Of differences that are not 0 the interval leaves out 0 exactly when the test refutes it, but for sizes that are equal.
/// </summary>
/// <remarks>The means are never written down: of n differences there are n (n + 1) / 2, of which each that is asked for is found in time O(n) and without memory.</remarks>
internal sealed class PairMeans
{
    private readonly double[] _sorted;
    private readonly long _count;

    /// <param name="differences">At least one; infinities are allowed.</param>
    public PairMeans(IReadOnlyCollection<double> differences)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count, nameof(differences));
        _sorted = [.. differences];
        Array.Sort(_sorted);
        _count = (long)_sorted.Length * (_sorted.Length + 1) / 2;
    }

    /// <summary>The shift, where differences are symmetric about it.</summary>
    public double Median => _count % 2 == 1 ? Smallest(_count / 2) : Mean(Smallest((_count / 2) - 1), Smallest(_count / 2));

    /// <summary>The interval of shifts that are not refuted: the k-th smallest and the k-th greatest mean. Infinite where there are too few pairs for the confidence.</summary>
    /// <param name="confidence">0 or more, below 1; of the interval.</param>
    public (double Low, double High) Interval(double confidence)
    {
        long k = SignedRanks.GreatestWithin(_sorted.Length, (1 - confidence) / 2);
        return k < 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (Smallest(k), Smallest(_count - 1 - k));
    }

    /// <summary>The mean of two; of opposite infinities 0, as neither outweighs the other. It never falls when either rises.</summary>
    public static double Mean(double a, double b) => double.IsInfinity(a) && a == -b ? 0 : a == b ? a : (a / 2) + (b / 2);

    /// <summary>The mean that as many others are before in order: the least number that more means than that are at most.</summary>
    /// <param name="before">0 or more, below the number of means.</param>
    private double Smallest(long before)
    {
        // Halved by place among all numbers that a double may be, so that the end is one of the means to the last bit after 64 steps at most.
        long low = Place(_sorted[0]), high = Place(_sorted[^1]);
        while (low < high)
        {
            long middle = low + (long)((ulong)(high - low) / 2);
            if (AtMost(At(middle)) > before) high = middle;
            else low = middle + 1;
        }

        return At(low);
    }

    // As a mean never falls when either rises, the second of those within the bound goes down as the first goes up.
    private long AtMost(double bound)
    {
        long count = 0;
        int second = _sorted.Length - 1;
        for (int first = 0; first <= second; first++)
        {
            while (second >= first && Mean(_sorted[first], _sorted[second]) > bound) second--;
            count += second - first + 1;
        }

        return count;
    }

    // Doubles in order are their bits in order, those below 0 the other way round; both zeros have one place.
    private static long Place(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? long.MinValue - bits : bits;
    }

    private static double At(long place) => BitConverter.Int64BitsToDouble(place < 0 ? long.MinValue - place : place);
}
