using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;
using Kruise.Sim.Statistics;

namespace Kruise.Sim.Checks;

/// <summary>
/// Judges an expectation over seeds. Without a share or quantile each seed must meet it. A share of seeds, and a quantile (a value below which a share of seeds lies), are
/// statements about all seeds there could be: they pass when the exact bound on that share is beyond it at the confidence, fail when it is beyond it the other way.
/// </summary>
internal static class ExpectationJudge
{
    /// <summary>More seeds than anybody runs; a question that needs more is as good as undecidable.</summary>
    private const int MostSeeds = 100_000;

    /// <param name="expectation">What is expected.</param>
    /// <param name="at">Where it is stated.</param>
    /// <param name="values">Each seed with its value, at least one.</param>
    public static ExpectationCheck Judge(Expectation expectation, SourcePosition at, IReadOnlyList<(ulong Seed, double? Value)> values)
    {
        int holding = values.Count(v => Expectations.Holds(expectation, v.Value));
        var check = new ExpectationCheck { Expectation = expectation, At = at, Values = values, Holding = holding, Verdict = holding == values.Count ? Verdict.Passed : Verdict.Failed };
        if (!expectation.IsOverSeeds)
        {
            return check;
        }

        double confidence = expectation.Confidence.Value;
        if (expectation.Share is { } share)
        {
            return check with { Verdict = Share(holding, values.Count, share.Value, confidence), SeedsToDecide = ToDecide(holding, values.Count, share.Value, confidence) };
        }

        // At most max at the quantile: at least that share of seeds is. At least min at the quantile: at most that share is below.
        double quantile = expectation.Quantile!.Value.Value;
        // What was not measured did not get that far, which is on the metric's worse side of any bound.
        Metric metric = MetricCatalog.Find(expectation.Metric)!.Value.Metric;
        double[] reached = [.. values.Select(v => metric.OrWorst(v.Value))];
        var sides = new List<(int Holding, double Share)>();
        if (expectation.Max is { } max) sides.Add((reached.Count(v => v <= max), quantile));
        if (expectation.Min is { } min) sides.Add((reached.Count(v => v >= min), 1 - quantile));
        Verdict[] verdicts = [.. sides.Select(side => Share(side.Holding, values.Count, side.Share, confidence))];
        int?[] needed = [.. sides.Select(side => ToDecide(side.Holding, values.Count, side.Share, confidence))];
        Verdict verdict = verdicts.Contains(Verdict.Failed) ? Verdict.Failed : verdicts.Contains(Verdict.Inconclusive) ? Verdict.Inconclusive : Verdict.Passed;
        return check with
        {
            Verdict = verdict,
            // Each bound at the confidence that a verdict needs, so that the two say the same.
            Quantile = SampleInterval.OfQuantile(reached, quantile, confidence),
            SeedsToDecide = verdict == Verdict.Inconclusive && verdicts.Zip(needed).All(v => v.First != Verdict.Inconclusive || v.Second is not null) ? needed.Max() : null,
        };
    }

    private static Verdict Share(int holding, int seeds, double share, double confidence) =>
        ShareBounds.Lower(holding, seeds, confidence) >= share ? Verdict.Passed
        : ShareBounds.Upper(holding, seeds, confidence) < share ? Verdict.Failed
        : Verdict.Inconclusive;

    // The least number of seeds that decides when the share that holds stays what it is; bounds close in steadily but for rounding, so steps may be coarse.
    private static int? ToDecide(int holding, int seeds, double share, double confidence)
    {
        if (Share(holding, seeds, share, confidence) != Verdict.Inconclusive)
        {
            return null;
        }

        double rate = holding / (double)seeds;
        for (int n = seeds + 1; n <= MostSeeds; n += 1 + (n / 100))
        {
            if (Share((int)Math.Round(rate * n), n, share, confidence) != Verdict.Inconclusive)
            {
                return n;
            }
        }

        return null;
    }
}
