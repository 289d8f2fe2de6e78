namespace Kruise.Sim.Sweeps;

/// <summary>
/// The setting to take: of those whose first objective is within the plan's tolerance of the best, that which costs least in the others, each counted as a part of the most
/// that any setting costs; of equals the one that is best in the first.
/// </summary>
/// <param name="Point">The setting.</param>
/// <param name="Best">The one that is best in the first objective; may be the same.</param>
/// <param name="Next">The best in the first objective of all others that may be recommended; null when there is none.</param>
internal sealed record Recommendation(PointResult Point, PointResult Best, PointResult? Next)
{
    public static Recommendation? Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        string first = plan.Objectives[0];
        PointResult[] admissible = [.. result.Points.Where(point => point.IsAdmissible).OrderBy(point => SweepResult.Cost(plan, point, first))];
        if (admissible.Length == 0) return null;
        PointResult best = admissible[0];
        double limit = SweepResult.Cost(plan, best, first);
        limit += plan.Within * Math.Abs(limit);
        PointResult chosen = admissible.TakeWhile(point => SweepResult.Cost(plan, point, first) <= limit).MinBy(point => Burden(plan, point, admissible))!;
        return new Recommendation(chosen, best, admissible.FirstOrDefault(point => point != chosen));
    }

    private static double Burden(SweepPlan plan, PointResult point, PointResult[] all)
    {
        double sum = 0;
        foreach (string objective in plan.Objectives.Skip(1))
        {
            double[] costs = [.. all.Select(other => SweepResult.Cost(plan, other, objective)).Where(double.IsFinite)];
            double most = costs.Length == 0 ? 0 : costs.Max(Math.Abs);
            double mine = SweepResult.Cost(plan, point, objective);
            sum += !double.IsFinite(mine) ? 1 : most == 0 ? 0 : (mine - costs.Min()) / most;
        }

        return sum;
    }
}
