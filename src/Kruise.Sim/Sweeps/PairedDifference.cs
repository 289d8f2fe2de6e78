using Kruise.Sim.Statistics;

namespace Kruise.Sim.Sweeps;

/// <summary>How two settings differ in one metric, seed by seed: the same seeds draw the same luck, which so cancels out.</summary>
/// <param name="Mean">The mean of the differences.</param>
/// <param name="Low">The lower end of its 95 % interval (Student's); infinite for one pair.</param>
/// <param name="High">The upper end.</param>
/// <param name="Lower">Pairs in which the first is lower.</param>
/// <param name="Higher">Pairs in which it is higher.</param>
/// <param name="Pairs">Seeds that measured both.</param>
/// <param name="Probability">Of a split at least as uneven if both ways were equally likely: the exact sign test, two-sided.</param>
internal sealed record PairedDifference(double Mean, double Low, double High, int Lower, int Higher, int Pairs, double Probability)
{
    /// <summary>Whether the first is lower for certain: the whole interval is below 0; of one pair, whether it is lower in that.</summary>
    /// <param name="sign">-1 to ask whether it is higher.</param>
    public bool IsLower(int sign) => Pairs == 1 ? sign * Mean < 0 : sign > 0 ? High < 0 : Low > 0;

    /// <summary>The first minus the second; null where no seed measured both.</summary>
    public static PairedDifference? Of(IReadOnlyList<double?> first, IReadOnlyList<double?> second)
    {
        double[] differences = [.. first.Zip(second).Where(pair => pair.First is not null && pair.Second is not null).Select(pair => pair.First!.Value - pair.Second!.Value)];
        if (differences.Length == 0) return null;
        (double mean, double low, double high) = SampleInterval.OfMean(differences, SweepResult.Confidence);
        return new PairedDifference(mean, low, high, differences.Count(d => d < 0), differences.Count(d => d > 0), differences.Length, SignTest.TwoSided(differences));
    }

    /// <summary>Of one metric of a plan between two of its settings.</summary>
    public static PairedDifference? Of(SweepPlan plan, string metric, PointResult first, PointResult second)
    {
        int m = plan.Metric(metric);
        return Of([.. first.Trials.Select(trial => trial.Values[m])], [.. second.Trials.Select(trial => trial.Values[m])]);
    }
}
