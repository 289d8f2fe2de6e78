using Kruise.Sim.Measures;
using Kruise.Sim.Statistics;
using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Trials;

/// <summary>
/// Compares metrics of two sets of runs on the same seeds. Runs of one seed share their random draws, so that what did not change is equal to the bit; what differs is
/// tested in pairs: times and amounts by signed ranks, counts by signs, all metrics together by Holm's correction. A metric is better or worse only where three things
/// agree: the test that it moved, the size over all seeds that it matters, and the mean that it went the way of most seeds.
/// </summary>
/// <param name="Floor">The relative size up to which a difference does not matter, 0 or more.</param>
/// <param name="Confidence">0 or more, below 1.</param>
internal sealed record PairedJudge(double Floor, double Confidence)
{
    private const int MostSeeds = 100_000;

    /// <summary>Compares metrics, each with its values before and now, seed by seed, at least one; null where there was nothing to measure.</summary>
    public IReadOnlyList<PairedComparison> Compare(IReadOnlyList<(string Name, IReadOnlyList<(double? Before, double? Now)> Pairs)> metrics)
    {
        PairedSample[] samples = [.. metrics.Select(metric => new PairedSample(metric.Name, metric.Pairs))];
        PairedComparison[] compared = [.. samples.Select(sample => sample.Drawn.Metric.Better == Better.Neither ? Describe(sample) : sample.Drawn)];
        // Whether a metric moved follows from the sizes of its differences, and the tests are of their signs given the sizes: leaving out the others keeps what the correction promises.
        int[] family = [.. Enumerable.Range(0, samples.Length).Where(i => samples[i].HasMoved && samples[i].Drawn.Metric.Better != Better.Neither)];
        double[] corrected = HolmCorrection.Adjust([.. family.Select(i => compared[i].Probability)]);
        for (int i = 0; i < family.Length; i++)
        {
            compared[family[i]] = Judge(samples[family[i]], corrected[i], family.Length);
        }

        return compared;
    }

    private bool IsWithinFloor(PairedComparison compared) => compared.Reach == (0, 0) && compared.Size <= Floor;

    // What is neither good nor bad decides nothing, so that it needs no certainty and takes none from others.
    private PairedComparison Describe(PairedSample sample) =>
        sample.Drawn with { Interval = sample.Interval(Confidence), Change = IsWithinFloor(sample.Drawn) ? Change.Same : Change.Other };

    private PairedComparison Judge(PairedSample sample, double corrected, int family)
    {
        double alone = sample.Drawn.Probability;
        // The level to which the correction holds this metric, so that the interval and the probability say the same.
        PairedComparison compared = sample.Drawn with { Probability = corrected, Interval = sample.Interval(1 - ((1 - Confidence) * (alone > 0 ? alone / corrected : 1))) };
        if (IsWithinFloor(compared))
        {
            return compared;
        }

        if (Math.Abs(compared.RelativeMean) > Floor && Math.Sign(compared.RelativeMean) == -sample.Direction)
        {
            return compared with { Change = Change.Inconclusive, IsDivided = true };
        }

        if (corrected > 1 - Confidence || sample.Direction == 0)
        {
            return compared with { Change = Change.Inconclusive, SeedsToDecide = ToDecide(compared, alone, family) };
        }

        bool better = sample.Direction < 0 == (compared.Metric.Better == Better.Lower);
        return compared with { Change = better ? Change.Better : Change.Worse };
    }

    // Each seed that agrees with all others halves the probability; where some do not, evidence grows with the root of the number of pairs.
    private int? ToDecide(PairedComparison compared, double probability, int family)
    {
        double level = (1 - Confidence) / family;
        double has = -Normal.InvCDF(0, 1, Math.Min(probability, 1) / 2);
        double needs = -Normal.InvCDF(0, 1, level / 2);
        int agreeing = (int)Math.Ceiling(1 - Math.Log2(level));
        double share = (compared.Moves.Up + compared.Moves.Down) / (double)compared.Pairs;
        double seeds = compared.Moves.Up == 0 || compared.Moves.Down == 0 ? agreeing / share : Math.Max(compared.Pairs * Math.Pow(needs / has, 2), agreeing / share);
        return seeds <= MostSeeds ? Math.Max(compared.Pairs + 1, (int)Math.Ceiling(seeds)) : null;
    }
}
