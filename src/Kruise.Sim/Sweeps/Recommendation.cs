namespace Kruise.Sim.Sweeps;

/// <summary>
/// The setting to take: of those whose first objective is within the plan's tolerance of the best, that which costs least in the others, each counted as a part of the most
/// that any setting costs; of equals the one that is best in the first. Where it is not for certain better than today's in any objective, today's stays.
/// </summary>
/// <param name="Point">The setting.</param>
/// <param name="Best">The one that is best in the first objective; may be the same.</param>
/// <param name="Next">The best in the first objective of all others that may be recommended; null when there is none.</param>
internal sealed record Recommendation(PointResult Point, PointResult Best, PointResult? Next)
{
    public static Recommendation? Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        PointResult[] admissible = [.. result.Points.Where(point => point.IsAdmissible).OrderBy(point => point.Costs[0])];
        if (admissible.Length == 0) return null;
        PointResult best = admissible[0];
        double limit = best.Costs[0] + (plan.Within * Math.Abs(best.Costs[0]));
        (double Least, double Most)[] ranges = [.. plan.Objectives.Select((_, i) => Range([.. admissible.Select(point => point.Costs[i]).Where(double.IsFinite)]))];
        PointResult chosen = admissible.TakeWhile(point => point.Costs[0] <= limit).MinBy(point => Burden(point, ranges))!;
        if (result.Present.IsAdmissible && !plan.Objectives.Any(objective => IsBetter(plan, objective, chosen, result.Present))) chosen = result.Present;
        return new Recommendation(chosen, best, admissible.FirstOrDefault(point => point != chosen));
    }

    /// <summary>Whether a setting is better than another in an objective for certain: at 95 %, over the same seeds (of one seed, whether it is better in that).</summary>
    public static bool IsBetter(SweepPlan plan, string objective, PointResult point, PointResult other) =>
        PairedDifference.Of(plan, objective, point, other)?.IsLower(SweepResult.Sign(objective)) ?? false;

    private static (double Least, double Most) Range(double[] costs) => costs.Length == 0 ? (0, 0) : (costs.Min(), costs.Max(Math.Abs));

    private static double Burden(PointResult point, (double Least, double Most)[] ranges)
    {
        double sum = 0;
        for (int i = 1; i < ranges.Length; i++) sum += !double.IsFinite(point.Costs[i]) ? 1 : ranges[i].Most == 0 ? 0 : (point.Costs[i] - ranges[i].Least) / ranges[i].Most;
        return sum;
    }
}
