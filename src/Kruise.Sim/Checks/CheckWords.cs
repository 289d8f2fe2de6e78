using System.Globalization;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>Verdicts in words, the same wherever they are shown.</summary>
internal static class CheckWords
{
    // Enough to see what kind of seeds break it; the first is the one to run again.
    private const int SeedsNamed = 3;

    /// <summary>What is expected: <c>warmup.seconds.p99 at most 1 min 30 s in 90 % of seeds</c>.</summary>
    public static string Expected(Expectation expectation)
    {
        string metric = expectation.Metric;
        string limits = expectation.Min == expectation.Max ? "exactly " + Human.Metric(metric, expectation.Min) : string.Join(" and ", new[]
        {
            expectation.Min is { } min ? "at least " + Human.Metric(metric, min) : null,
            expectation.Max is { } max ? "at most " + Human.Metric(metric, max) : null,
        }.OfType<string>());
        return metric + " " + limits
            + (expectation.Share is { } share ? $" in {Percent(share.Value)} of seeds" : expectation.Quantile is { } quantile ? $" at its {Percent(quantile.Value)} quantile over seeds" : "");
    }

    /// <summary>What was found: how many seeds hold, and what the others have.</summary>
    public static string Found(ExpectationCheck check)
    {
        string metric = check.Expectation.Metric;
        string held = check.Values.Count == 1 ? "" : Invariant($"{check.Holding} of {check.Values.Count} seeds hold");
        string values = check.Quantile is { } q ? $"the quantile is {Human.Metric(metric, q.Value)} ({Between(q.Low, q.High, metric)})" : Spread(check, metric);
        string found = string.Join("; ", new[] { held, values, Breaking(check, metric) }.Where(part => part.Length > 0));
        return check.Verdict != Verdict.Inconclusive ? found : found + "; " + ToDecide(check.SeedsToDecide, check.Expectation.Confidence.Value);
    }

    /// <summary>A comparison in a sentence: <c>workloads.web.maxUnavailable got worse: 50 → 100 (+100 %) in 10 of 10 seeds, p = 0.002</c>.</summary>
    public static string Sentence(PairedComparison comparison) => $"{comparison.Name} {Verb(comparison.Change)}: {Step(comparison)} ({Relative(comparison)}) {Certainty(comparison)}";

    /// <summary>In how many seeds, and how likely by chance.</summary>
    public static string Certainty(PairedComparison comparison)
    {
        if (comparison.Moves == (0, 0))
        {
            return Invariant($"equal in {comparison.Pairs} of {comparison.Pairs} seeds");
        }

        (int up, int down) = comparison.Moves;
        string seeds = up == 0 || down == 0 ? Invariant($"in {up + down} of {comparison.Pairs} seeds") : Invariant($"up in {up} and down in {down} of {comparison.Pairs} seeds");
        List<string> parts = [seeds + ", " + (comparison.Probability < 0.001 ? "p < 0.001" : Invariant($"p = {comparison.Probability:0.###}"))];
        (int lost, int gained) = comparison.Reach;
        if (lost > 0) parts.Add(Invariant($"{lost} of them no longer get that far"));
        if (gained > 0) parts.Add(Invariant($"{gained} of them did not get that far before"));
        if (comparison.IsDivided) parts.Add($"most seeds went one way and the mean the other ({Human.RelativeDifference(comparison.RelativeMean)})");
        else if (comparison.Change == Change.Inconclusive) parts.Add(ToDecide(comparison.SeedsToDecide, null));
        return string.Join("; ", parts);
    }

    private static string Step(PairedComparison comparison) => $"{Human.Metric(comparison.Name, comparison.Shifted.Before)} → {Human.Metric(comparison.Name, comparison.Shifted.Now)}";

    // The shift in per cent with its interval where there is one, and the mean where it says something else.
    private static string Relative(PairedComparison comparison)
    {
        double before = Math.Abs(comparison.Shifted.Before);
        if (before == 0) return "from nothing";
        string interval = comparison.Interval is { } i && double.IsFinite(i.Low) && double.IsFinite(i.High) && double.IsFinite(before)
            ? $", {Human.RelativeDifference(i.Low / before)} to {Human.RelativeDifference(i.High / before)}"
            : "";
        // A few seeds that moved far weigh on the mean alone.
        string mean = comparison.Interval is not null && double.IsFinite(comparison.RelativeMean) && Math.Abs(comparison.RelativeMean) > 2 * Math.Abs(comparison.RelativeShift)
            ? $", mean {Human.RelativeDifference(comparison.RelativeMean)}"
            : "";
        return Human.RelativeDifference(comparison.RelativeShift) + interval + mean;
    }

    private static string Verb(Change change) => change switch
    {
        Change.Better => "got better",
        Change.Worse => "got worse",
        Change.Other => "changed",
        Change.Inconclusive => "may have changed",
        _ => "is the same",
    };

    private static string ToDecide(int? seeds, double? confidence) =>
        (seeds is { } n ? Invariant($"about {n:#,0} seeds would decide") : "no number of seeds would decide if the rest are like these") + (confidence is { } c ? $" at {Percent(c)}" : "");

    private static string Spread(ExpectationCheck check, string metric)
    {
        double[] values = [.. check.Values.Select(v => v.Value).OfType<double>()];
        return values.Length == 0 ? "" : values.Min().Equals(values.Max()) ? Human.Metric(metric, values[0]) : $"{Human.Metric(metric, values.Min())} to {Human.Metric(metric, values.Max())}";
    }

    private static string Breaking(ExpectationCheck check, string metric)
    {
        var breaking = check.Breaking.ToList();
        if (breaking.Count == 0)
        {
            return "";
        }

        return string.Join(", ", breaking.Take(SeedsNamed).Select(b => Invariant($"seed {b.Seed} has {(b.Value is null ? "nothing" : Human.Metric(metric, b.Value))}")))
            + (breaking.Count > SeedsNamed ? Invariant($" and {breaking.Count - SeedsNamed} more") : "");
    }

    private static string Between(double low, double high, string metric) =>
        (double.IsFinite(low), double.IsFinite(high)) switch
        {
            (true, true) => $"between {Human.Metric(metric, low)} and {Human.Metric(metric, high)}",
            (true, false) => $"at least {Human.Metric(metric, low)}",
            (false, true) => $"at most {Human.Metric(metric, high)}",
            _ => "too few seeds to bound it",
        };

    private static string Percent(double share) => (share * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
