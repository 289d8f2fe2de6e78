namespace Kruise.Sim.Statistics;

/// <summary>
/// All means of two differences, each with itself too: their median is the shift that belongs to the signed-rank test, and the interval of shifts that the test does not refute lies
/// between two of them (J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank tests", Ann. Math. Stat. 34, 1963; M. Hollander, D. A. Wolfe, "Nonparametric
/// Statistical Methods", 3.2 and 3.3). Of differences that are not 0 the interval leaves out 0 exactly when the test refutes it, but for sizes that are equal.
/// </summary>
internal sealed class PairMeans
{
    private readonly double[] _sorted;
    private readonly int _differences;

    /// <param name="differences">At least one; infinities are allowed.</param>
    public PairMeans(IReadOnlyList<double> differences)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count, nameof(differences));
        _differences = differences.Count;
        _sorted = new double[differences.Count * (differences.Count + 1) / 2];
        int next = 0;
        for (int i = 0; i < differences.Count; i++)
        {
            for (int j = i; j < differences.Count; j++)
            {
                _sorted[next++] = Mean(differences[i], differences[j]);
            }
        }

        Array.Sort(_sorted);
    }

    /// <summary>The shift, where differences are symmetric about it.</summary>
    public double Median => _sorted.Length % 2 == 1 ? _sorted[_sorted.Length / 2] : Mean(_sorted[(_sorted.Length / 2) - 1], _sorted[_sorted.Length / 2]);

    /// <summary>The interval of shifts that are not refuted: the k-th smallest and the k-th greatest mean. Infinite where there are too few pairs for the confidence.</summary>
    /// <param name="confidence">0 or more, below 1; of the interval.</param>
    public (double Low, double High) Interval(double confidence)
    {
        int k = SignedRanks.GreatestWithin(_differences, (1 - confidence) / 2);
        return k < 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (_sorted[k], _sorted[^(k + 1)]);
    }

    /// <summary>The mean of two; of opposite infinities 0, as neither outweighs the other.</summary>
    public static double Mean(double a, double b) => double.IsInfinity(a) && a == -b ? 0 : a == b ? a : (a / 2) + (b / 2);
}
