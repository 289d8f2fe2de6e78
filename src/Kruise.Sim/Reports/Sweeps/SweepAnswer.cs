using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>The answer of a sweep: one sentence with the recommendation, and its margins.</summary>
internal static class SweepAnswer
{
    public static string Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        if (result.Recommendation is not { } recommendation)
        {
            string why = "each misses what the scenario expects, breaks a rule, does less than what is set now, or does not reach " + plan.Objectives[0];
            return FormattableString.Invariant($"None of the {plan.Points.Count} settings may be recommended: {why}.");
        }

        string first = plan.Objectives[0];
        PointResult chosen = recommendation.Point;
        double mean = Mean(plan, chosen, first);
        var parts = new List<string> { $"{SettingWords.Of(plan, chosen.Point)}: {first} {Human.Metric(first, mean)}" };
        parts.Add(Present(result, chosen, mean));
        if (chosen == recommendation.Best)
        {
            parts.Add(result.Points.Any(point => !point.IsAdmissible) ? "the best of those that may be recommended" : plan.Points.Count > 2 ? "the best of all" : "the better one");
        }
        else
        {
            double best = Mean(plan, recommendation.Best, first);
            string more = first.Contains("econds", StringComparison.Ordinal) ? "slower" : "more";
            string behind = mean.Equals(best)
                ? $"as good as the best ({SettingWords.Values(recommendation.Best.Point)})"
                : $"{SettingWords.Relative(mean, best, more, "less")} than the best ({SettingWords.Values(recommendation.Best.Point)}: {Human.Metric(first, best)})";
            string apart = chosen == result.Present && !Recommendation.IsBetter(plan, first, recommendation.Best, chosen) ? ", which is not told apart from it" : "";
            parts.Add(behind + apart + Saving(result, chosen, recommendation.Best));
        }

        return string.Join(", ", parts.Where(part => part.Length > 0)) + "." + DoesMore(result, chosen);
    }

    // What is quick because it gives up is not what everybody wants.
    private static string DoesMore(SweepResult result, PointResult chosen)
    {
        var most = result.Points.Where(point => point.IsAdmissible)
            .Select(point => (point.Point, Less: Fulfilment.Shortfall(result.Plan.Metrics, chosen.Trials, point.Trials)))
            .Where(more => more.Less is not null).OrderByDescending(more => more.Less!.Value.Other).FirstOrDefault();
        return most.Less is var (share, other, words) ? $" {SettingWords.Values(most.Point)} does more: {Human.Percent(other)} {words}, not {Human.Percent(share)}." : "";
    }

    /// <summary>What it is held against, with differences over the same seeds: the setting of today, the next best, and the best where it is not that.</summary>
    public static IEnumerable<(string Against, PointResult Point)> Margins(SweepResult result)
    {
        if (result.Recommendation is not { } recommendation) yield break;
        if (recommendation.Point != result.Present) yield return ("now", result.Present);
        if (recommendation.Best != recommendation.Point) yield return ("the best in " + result.Plan.Objectives[0], recommendation.Best);
        if (recommendation.Next is { } next && next != recommendation.Best && next != result.Present) yield return ("the next best", next);
    }

    private static double Mean(SweepPlan plan, PointResult point, string metric) => point.Metrics[plan.Metric(metric)]?.Mean ?? double.NaN;

    private static string Present(SweepResult result, PointResult chosen, double mean)
    {
        if (chosen == result.Present) return "which is what is set now";
        string first = result.Plan.Objectives[0];
        string values = SettingWords.Values(result.Present.Point);
        double now = Mean(result.Plan, result.Present, first);
        string today = double.IsNaN(now) ? $"{values}, which does not get there" : $"{values}: {Human.Metric(first, now)}";
        if (result.Present.Objections.Count > 0 && !double.IsNaN(now)) today += ", which is not admissible";
        return double.IsNaN(now) || now.Equals(mean) ? $"now {today}"
            : SweepResult.Sign(first) > 0 && mean > 0 && now > mean && first.Contains("econds", StringComparison.Ordinal) ? $"{Human.Factor(now / mean)} as fast as now ({today})"
            : $"{SettingWords.Relative(mean, now, "more", "less")} than now ({today})";
    }

    // What most speaks for it against the best in the first objective.
    private static string Saving(SweepResult result, PointResult chosen, PointResult best)
    {
        (string Metric, double Share) most = result.Plan.Objectives.Skip(1)
            .Select(metric => (metric, mine: Mean(result.Plan, chosen, metric) * SweepResult.Sign(metric), other: Mean(result.Plan, best, metric) * SweepResult.Sign(metric)))
            .Where(m => m.mine < m.other && m.other != 0)
            .Select(m => (m.metric, Math.Abs((m.other - m.mine) / m.other)))
            .OrderByDescending(m => m.Item2)
            .FirstOrDefault();
        return most.Metric is null ? "" : $" but with {Human.Percent(most.Share)} {(SweepResult.Sign(most.Metric) > 0 ? "less" : "more")} {most.Metric}";
    }
}
