using System.Globalization;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Checks;

/// <summary>Verdicts in words, the same wherever they are shown.</summary>
internal static class CheckWords
{
    // Enough to see what kind of seeds break it; the first is the one to run again.
    private const int SeedsNamed = 3;

    /// <summary>A figure in its unit, for people.</summary>
    public static string Value(double? value, string unit) => value switch
    {
        null => "nothing",
        double.PositiveInfinity or double.NegativeInfinity => "never",
        { } v => unit switch
        {
            "s" => Human.Duration(v),
            "B" => Human.Bytes(v),
            "B/s" => Human.BitRate(v),
            _ => v.ToString("#,0.###", CultureInfo.InvariantCulture),
        },
    };

    /// <summary>What is expected: <c>warmup.seconds.p99 at most 1 min 30 s in 90 % of seeds</c>.</summary>
    public static string Expected(Expectation expectation)
    {
        string unit = Unit(expectation.Metric);
        string limits = expectation.Min == expectation.Max ? "exactly " + Value(expectation.Min, unit) : string.Join(" and ", new[]
        {
            expectation.Min is { } min ? "at least " + Value(min, unit) : null,
            expectation.Max is { } max ? "at most " + Value(max, unit) : null,
        }.OfType<string>());
        return expectation.Metric + " " + limits
            + (expectation.Share is { } share ? $" in {Percent(share.Value)} of seeds" : expectation.Quantile is { } quantile ? $" at its {Percent(quantile.Value)} quantile over seeds" : "");
    }

    /// <summary>What was found: how many seeds hold, and what the others have.</summary>
    public static string Found(ExpectationCheck check)
    {
        string unit = Unit(check.Expectation.Metric);
        string held = check.Values.Count == 1 ? "" : Invariant($"{check.Holding} of {check.Values.Count} seeds hold");
        string values = check.Quantile is { } q ? $"the quantile is {Value(q.Value, unit)} ({Between(q.Low, q.High, unit)})" : Spread(check, unit);
        string found = string.Join("; ", new[] { held, values, Breaking(check, unit) }.Where(part => part.Length > 0));
        return check.Verdict != Verdict.Inconclusive ? found : found + "; " + ToDecide(check.SeedsToDecide, check.Expectation.Confidence.Value);
    }

    /// <summary>A comparison in a sentence: <c>workloads.web.maxUnavailable got worse: 50 → 100 (+100 %) in 10 of 10 seeds, p = 0.002</c>.</summary>
    public static string Sentence(PairedComparison comparison) => $"{comparison.Name} {Verb(comparison.Change)}: {Step(comparison)} ({Relative(comparison)}) {Certainty(comparison)}";

    /// <summary>From what to what.</summary>
    public static string Step(PairedComparison comparison) => $"{Value(comparison.Before, comparison.Metric.Unit)} → {Value(comparison.Now, comparison.Metric.Unit)}";

    /// <summary>The typical change in per cent, with its interval where there is one.</summary>
    public static string Relative(PairedComparison comparison)
    {
        string interval = comparison.Interval is { } i && double.IsFinite(i.Low) && double.IsFinite(i.High) && comparison.Before is not 0 && double.IsFinite(comparison.Before)
            ? $", {Signed(i.Low / Math.Abs(comparison.Before))} to {Signed(i.High / Math.Abs(comparison.Before))}"
            : "";
        return comparison.Before == 0 ? "from nothing" : Signed(comparison.RelativeShift) + interval;
    }

    /// <summary>In how many seeds, and how likely by chance.</summary>
    public static string Certainty(PairedComparison comparison)
    {
        if (comparison.Moves == (0, 0))
        {
            return Invariant($"equal in {comparison.Pairs} of {comparison.Pairs} seeds");
        }

        int agreeing = comparison.Shift >= 0 ? comparison.Moves.Up : comparison.Moves.Down;
        string p = comparison.Probability < 0.001 ? "p < 0.001" : Invariant($"p = {comparison.Probability:0.###}");
        return Invariant($"in {agreeing} of {comparison.Pairs} seeds, {p}") + (comparison.Change == Change.Inconclusive ? "; " + ToDecide(comparison.SeedsToDecide, null) : "");
    }

    public static string Unit(string metric) => MetricCatalog.Find(metric)!.Value.Metric.Unit;

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

    private static string Spread(ExpectationCheck check, string unit)
    {
        double[] values = [.. check.Values.Select(v => v.Value).OfType<double>()];
        return values.Length == 0 ? "" : values.Min().Equals(values.Max()) ? Value(values[0], unit) : $"{Value(values.Min(), unit)} to {Value(values.Max(), unit)}";
    }

    private static string Breaking(ExpectationCheck check, string unit)
    {
        var breaking = check.Breaking.ToList();
        if (breaking.Count == 0)
        {
            return "";
        }

        return string.Join(", ", breaking.Take(SeedsNamed).Select(b => Invariant($"seed {b.Seed} has {Value(b.Value, unit)}")))
            + (breaking.Count > SeedsNamed ? Invariant($" and {breaking.Count - SeedsNamed} more") : "");
    }

    private static string Between(double low, double high, string unit) =>
        (double.IsFinite(low), double.IsFinite(high)) switch
        {
            (true, true) => $"between {Value(low, unit)} and {Value(high, unit)}",
            (true, false) => $"at least {Value(low, unit)}",
            (false, true) => $"at most {Value(high, unit)}",
            _ => "too few seeds to bound it",
        };

    private static string Signed(double share) =>
        double.IsInfinity(share) ? (share > 0 ? "+∞" : "−∞") : (share >= 0 ? "+" : "−") + (Math.Abs(share) * 100).ToString("#,0.#", CultureInfo.InvariantCulture) + " %";

    private static string Percent(double share) => (share * 100).ToString("0.####", CultureInfo.InvariantCulture) + " %";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
