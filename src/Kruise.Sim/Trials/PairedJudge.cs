using Kruise.Sim.Measures;
using Kruise.Sim.Statistics;
using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Trials;

/// <summary>
/// Compares metrics of two sets of runs on the same seeds. Runs of one seed share their random draws, so that what did not change is equal to the bit; what differs is
/// tested in pairs: times and amounts by signed ranks, counts by signs, all metrics together by Holm's correction.
/// </summary>
/// <param name="Floor">The relative shift up to which a difference does not matter, 0 or more.</param>
/// <param name="Confidence">Above 0, below 1.</param>
internal sealed record PairedJudge(double Floor, double Confidence)
{
    private const int MostSeeds = 100_000;

    /// <summary>Compares metrics, each with its values before and now, seed by seed; null where there was nothing to measure.</summary>
    public IReadOnlyList<PairedComparison> Compare(IReadOnlyList<(string Name, IReadOnlyList<(double? Before, double? Now)> Pairs)> metrics)
    {
        PairedComparison[] compared = [.. metrics.Select(metric => Measure(metric.Name, metric.Pairs))];
        int[] moved = [.. Enumerable.Range(0, compared.Length).Where(i => compared[i].Moves != (0, 0))];
        double[] corrected = HolmCorrection.Adjust([.. moved.Select(i => compared[i].Probability)]);
        for (int i = 0; i < moved.Length; i++)
        {
            compared[moved[i]] = Judge(compared[moved[i]], corrected[i], moved.Length);
        }

        return compared;
    }

    // A run that did not get as far as a figure is worse than one that did, however late.
    private static double Value(double? value, Metric metric) => value ?? (metric.Better == Better.Higher ? double.NegativeInfinity : double.PositiveInfinity);

    private static double Difference(double before, double now) => before.Equals(now) ? 0 : now - before;

    private PairedComparison Measure(string name, IReadOnlyList<(double? Before, double? Now)> pairs)
    {
        Metric metric = MetricCatalog.Find(name)!.Value.Metric;
        double[] before = [.. pairs.Select(pair => Value(pair.Before, metric))];
        double[] now = [.. pairs.Select(pair => Value(pair.Now, metric))];
        double[] differences = [.. before.Zip(now, Difference)];
        bool counts = metric.Nature == MetricNature.Count;
        (double typicalBefore, double typicalNow) = counts ? (before.Average(), now.Average()) : (Median(before), Median(now));
        double shift = counts ? differences.Average() : SignedRanks.Shift(differences);
        bool moved = differences.Any(d => d != 0);
        return new PairedComparison
        {
            Name = name,
            Metric = metric,
            Pairs = pairs.Count,
            Moves = (differences.Count(d => d > 0), differences.Count(d => d < 0)),
            Before = typicalBefore,
            Now = typicalNow,
            Shift = shift,
            RelativeShift = shift == 0 ? 0 : typicalBefore == 0 || double.IsInfinity(typicalBefore) ? double.CopySign(double.PositiveInfinity, shift) : shift / Math.Abs(typicalBefore),
            Interval = counts || !moved ? null : SignedRanks.Interval(differences, Confidence),
            Probability = counts ? SignTest.TwoSided(differences) : SignedRanks.TwoSided(differences),
            Change = Change.Same,
        };
    }

    private PairedComparison Judge(PairedComparison compared, double corrected, int family)
    {
        double raw = compared.Probability;
        compared = compared with { Probability = corrected };
        if (Math.Abs(compared.RelativeShift) <= Floor)
        {
            return compared;
        }

        if (corrected > 1 - Confidence)
        {
            return compared with { Change = Change.Inconclusive, SeedsToDecide = ToDecide(compared, raw, family) };
        }

        bool better = compared.Shift < 0 == (compared.Metric.Better == Better.Lower);
        return compared with { Change = compared.Metric.Better == Better.Neither ? Change.Other : better ? Change.Better : Change.Worse };
    }

    // Evidence grows with the root of the number of pairs, and even pairs that all agree must be enough to be unlikely by chance.
    private int? ToDecide(PairedComparison compared, double probability, int family)
    {
        double level = (1 - Confidence) / family;
        double has = -Normal.InvCDF(0, 1, Math.Min(probability, 1) / 2);
        double needs = -Normal.InvCDF(0, 1, level / 2);
        int agreeing = (int)Math.Ceiling(1 - Math.Log2(level));
        int pairs = Math.Max(compared.Pairs, 1);
        double share = (compared.Moves.Up + compared.Moves.Down) / (double)pairs;
        double seeds = Math.Max(pairs * Math.Pow(needs / has, 2), agreeing / share);
        return seeds <= MostSeeds ? Math.Max(pairs + 1, (int)Math.Ceiling(seeds)) : null;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 || sorted[middle - 1].Equals(sorted[middle]) ? sorted[middle] : (sorted[middle - 1] / 2) + (sorted[middle] / 2);
    }
}
