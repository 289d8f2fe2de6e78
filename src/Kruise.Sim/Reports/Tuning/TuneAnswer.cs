using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>What a search answers: the setting, how sure that is, and what it took.</summary>
internal static class TuneAnswer
{
    public static string Of(TuneResult result)
    {
        TuneGoal goal = result.Goal;
        if (!result.IsAdmissible)
        {
            return $"No setting was found that keeps every bound{(goal.Expected.Count > 0 ? " and expectation" : "")} in every seed; the nearest to it is {SettingWords.Of(result.Plan, result.Best.Point)}.";
        }

        string text = $"{SettingWords.Of(result.Plan, result.Best.Point)}: {goal.Metric} {Human.Metric(goal.Metric, result.Mean(result.Best, goal.Metric))}";
        foreach (Constraint constraint in goal.Constraints)
        {
            text += constraint.Metric == goal.Metric ? "" : $", {constraint.Metric} {Human.Metric(constraint.Metric, Worst(result, constraint))}";
            text += $" ({(constraint.AtMost ? "at most" : "at least")} {Human.Metric(constraint.Metric, constraint.Bound)} allowed)";
        }

        if (result.Best == result.Outcome.Present)
            return text + ", which is what is set now" + (result.Outcome.Next is { } other && goal.Of(other).IsAdmissible ? "; nothing that was tried is better for certain." : ".");
        string now = SettingWords.Values(result.Outcome.Present.Point);
        double? present = result.Mean(result.Outcome.Present, goal.Metric), best = result.Mean(result.Best, goal.Metric);
        string missed = result.Outcome.Present.Trials.Count > 0 && !goal.Of(result.Outcome.Present).IsAdmissible ? ", which does not keep what is asked" : "";
        text += present is { } before && best is { } after
            ? before == after ? $", as now ({now}{missed})" : $", {SettingWords.Relative(after, before, "more", "less")} than now ({now}: {Human.Metric(goal.Metric, before)}{missed})"
            : $", now {now}{missed}";
        return text + ".";
    }

    /// <summary>How sure it is, and what it took, in sentences.</summary>
    public static IEnumerable<string> Sureness(TuneResult result)
    {
        TuneGoal goal = result.Goal;
        if (result.IsAdmissible)
        {
            if (result.Outcome.Next is not { } next) yield return "No other setting that was tried differs in anything.";
            else if (!goal.Of(next).IsAdmissible) yield return $"Of the other settings tried none keeps what is asked; the nearest is {SettingWords.Values(next.Point)}.";
            else if (result.Against(next) is { } difference) yield return Against(result, difference, next);
            if (goal.Constraints.Count > 0 || goal.Expected.Count > 0) yield return Kept(result);
        }

        string factor = Human.Factor(result.GridRuns / Math.Max(1, result.Runs));
        yield return FormattableString.Invariant($"{result.Runs} runs of {result.Candidates.Count} settings; every combination with {result.Plan.Seeds} seeds would take {result.GridRuns:#,0} ({factor} as many).");
        if (result.Refused > 0) yield return FormattableString.Invariant($"{result.Refused} settings were left out: the scenario may not have their values together.");
        if (result.IsSpent) yield return "The budget was used up before the search was done: a larger --budget may find more.";
    }

    private static string Kept(TuneResult result)
    {
        int fresh = result.Fresh.Count, kept = result.Fresh.Count(result.Goal.IsKept);
        if (fresh == 0) return "Whether what is asked is kept was seen only in the seeds that the search chose by; the budget did not allow others.";
        string often = kept == fresh ? FormattableString.Invariant($"all {fresh}") : FormattableString.Invariant($"{kept} of {fresh}");
        string tried = result.Outcome.Confirmations == 1 ? "" : FormattableString.Invariant($", of {result.Outcome.Confirmations} settings that were tried so");
        return $"What is asked is kept in {often} seeds of which the search had seen nothing{tried}: so (at 95 %) in at least {Human.Percent(result.KeptShare(kept))} of all seeds.";
    }

    private static string Against(TuneResult result, PairedDifference difference, Candidate next)
    {
        (int better, int worse) = SweepResult.Sign(result.Goal.Metric) > 0 ? (difference.Lower, difference.Higher) : (difference.Higher, difference.Lower);
        string sure = difference.Probability < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {difference.Probability:0.###}");
        string verdict = difference.Probability > 0.05 ? "not told apart from" : better > worse ? "better than" : "worse in most seeds, if better in the mean, than";
        string seeds = result.IsFresh(next) ? "seeds of which the search had seen nothing" : "seeds, which the search chose by,";
        return FormattableString.Invariant($"It is {verdict} the next best ({SettingWords.Values(next.Point)}): better in {better} of {difference.Pairs} {seeds}, {sure} (sign test); ")
            + FormattableString.Invariant($"{SettingWords.Difference(result.Goal.Metric, difference)}.");
    }

    /// <summary>Of all seeds the value nearest to the bound, or furthest beyond it.</summary>
    public static double? Worst(TuneResult result, Constraint constraint)
    {
        int m = result.Plan.Metric(constraint.Metric);
        double?[] values = [.. result.Best.Trials.Select(trial => trial.Values[m])];
        return values.Contains(null) ? null : constraint.AtMost ? values.Max() : values.Min();
    }
}
