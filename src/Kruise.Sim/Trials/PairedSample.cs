using Kruise.Sim.Measures;
using Kruise.Sim.Statistics;

namespace Kruise.Sim.Trials;

/// <summary>A metric before and now, seed by seed, and what can be said of it before other metrics are looked at.</summary>
internal sealed class PairedSample
{
    private readonly double[] _differences;
    private readonly PairMeans? _means;

    /// <param name="name">A metric of the catalog.</param>
    /// <param name="pairs">At least one; null where there was nothing to measure.</param>
    public PairedSample(string name, IReadOnlyList<(double? Before, double? Now)> pairs)
    {
        Metric metric = MetricCatalog.Find(name)!.Value.Metric;
        bool counts = metric.Nature == MetricNature.Count;
        double[] before = [.. pairs.Select(pair => metric.OrWorst(pair.Before))], now = [.. pairs.Select(pair => metric.OrWorst(pair.Now))];
        _differences = [.. before.Zip(now, (b, n) => b.Equals(n) ? 0 : n - b)];
        // Seeds that get there neither before nor now say nothing of how far that is.
        int[] known = [.. Enumerable.Range(0, pairs.Count).Where(i => double.IsFinite(before[i]) || double.IsFinite(now[i]))];
        int[] moved = [.. known.Where(i => _differences[i] != 0)];
        int[] shifted = counts ? known : moved;
        if (moved.Length > 0 && !counts) _means = new PairMeans([.. moved.Select(i => _differences[i])]);
        (double probability, Direction) = counts ? (SignTest.TwoSided(_differences), Math.Sign(_differences.Sum(Math.Sign))) : SignedRanks.Test(_differences);
        double difference = Mean([.. known.Select(i => _differences[i])]);
        double shift = counts ? difference : _means?.Median ?? 0;
        double scale = Mean([.. before.Where(double.IsFinite)]);
        double relativeMean = Over(difference, scale), none = metric.OrWorst(null);
        double[] had = [.. shifted.Select(i => before[i]).Where(double.IsFinite)];
        double typical = had.Length == 0 ? none : counts ? had.Average() : Median(had);
        Drawn = new PairedComparison
        {
            Name = name,
            Metric = metric,
            Pairs = pairs.Count,
            Moves = (_differences.Count(d => d > 0), _differences.Count(d => d < 0)),
            Reach = (known.Count(i => !double.IsFinite(now[i])), known.Count(i => !double.IsFinite(before[i]))),
            Before = !counts ? Median(before) : known.Length == 0 ? none : Mean([.. known.Select(i => before[i])]),
            Now = !counts ? Median(now) : known.Length == 0 ? none : Mean([.. known.Select(i => now[i])]),
            Shifted = (typical, shifted.Length == 0 ? none : counts ? Mean([.. shifted.Select(i => now[i])]) : Median([.. shifted.Select(i => now[i])])),
            Shift = shift,
            RelativeShift = Over(shift, typical),
            RelativeMean = relativeMean,
            Size = counts || known.Length == 0 ? Math.Abs(relativeMean) : Math.Max(Math.Abs(relativeMean), Math.Abs(Over(Median([.. known.Select(i => _differences[i])]), scale))),
            Probability = probability,
            Farthest = Farthest(metric),
        };
    }

    /// <summary>What it comes to on its own: its probability is not corrected, and nothing is judged.</summary>
    public PairedComparison Drawn { get; }

    /// <summary>Whether any seed differs.</summary>
    public bool HasMoved => Drawn.Moves != (0, 0);

    /// <summary>Which way the test sees it go: 1 up, -1 down, 0 neither.</summary>
    public int Direction { get; }

    /// <summary>The interval of the shift; null for counts and for equal pairs.</summary>
    public (double Low, double High)? Interval(double confidence) => _means?.Interval(confidence);

    // As many opposite infinities as others cancel; the sign of what is left over decides.
    private static double Mean(double[] values)
    {
        int infinite = values.Sum(v => double.IsFinite(v) ? 0 : Math.Sign(v));
        double[] finite = [.. values.Where(double.IsFinite)];
        return infinite != 0 ? infinite * double.PositiveInfinity : finite.Length == 0 ? 0 : finite.Average();
    }

    private static double Over(double difference, double scale) =>
        difference == 0 ? 0 : scale == 0 || double.IsInfinity(scale) ? Math.Sign(difference) * double.PositiveInfinity : difference / Math.Abs(scale);

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : PairMeans.Mean(sorted[middle - 1], sorted[middle]);
    }

    private int Farthest(Metric metric)
    {
        int[] order = [.. Enumerable.Range(0, _differences.Length)];
        double Harm(int i) => metric.Better == Better.Higher ? -_differences[i] : _differences[i];
        int worst = order.MaxBy(Harm);
        return metric.Better != Better.Neither && Harm(worst) > 0 ? worst : order.MaxBy(i => Math.Abs(_differences[i]));
    }
}
