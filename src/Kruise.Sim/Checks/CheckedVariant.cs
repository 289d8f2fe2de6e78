using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>A scenario, or one of its variants, after all its seeds.</summary>
internal sealed record CheckedVariant
{
    /// <summary>The scenario's file, as it was given.</summary>
    public required string File { get; init; }

    public required ScenarioVariant Variant { get; init; }

    /// <summary>The metrics that were read, in the order of the outcomes' values.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>One a seed, in order of the seeds.</summary>
    public required IReadOnlyList<TrialOutcome> Outcomes { get; init; }

    public required IReadOnlyList<ExpectationCheck> Expectations { get; init; }

    /// <summary>What became of it since the baseline; null where none was given.</summary>
    public BaselineComparison? Baseline { get; init; }

    /// <summary>Whether what became of it since the baseline is taken on purpose.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>The name under which a baseline keeps it: the scenario's, and the variant's behind a slash.</summary>
    public string Key => Variant.Name is { } variant ? $"{Variant.Scenario.Metadata.Name}/{variant}" : Variant.Scenario.Metadata.Name;

    /// <summary>Seeds in which something happened that must never be, with the first such thing of each.</summary>
    public IEnumerable<(ulong Seed, int Count, Violation First)> Violated => Outcomes.Where(o => o.ViolationCount > 0).Select(o => (o.Seed, o.ViolationCount, o.Violations[0]));

    /// <summary>The verdict on what the scenario expects and what must never be.</summary>
    public Verdict ExpectationVerdict =>
        Violated.Any() || Expectations.Any(e => e.Verdict == Verdict.Failed) ? Verdict.Failed
        : Expectations.Any(e => e.Verdict == Verdict.Inconclusive) ? Verdict.Inconclusive
        : Verdict.Passed;

    /// <summary>The verdict on the whole of it, the baseline included.</summary>
    public Verdict Verdict
    {
        get
        {
            Verdict[] all = [ExpectationVerdict, .. Baseline is null ? [] : Baseline.Metrics.Select(VerdictOn), GapVerdict];
            return all.Contains(Verdict.Failed) ? Verdict.Failed : all.Contains(Verdict.Inconclusive) ? Verdict.Inconclusive : Verdict.Passed;
        }
    }

    /// <summary>The verdict on what the baseline has and was not compared: a gate that compares nothing must not look open.</summary>
    public Verdict GapVerdict => Baseline is { Gaps.Count: > 0 } && !IsAccepted ? Verdict.Inconclusive : Verdict.Passed;

    /// <summary>The verdict on a metric of the baseline.</summary>
    public Verdict VerdictOn(PairedComparison metric) => IsAccepted ? Verdict.Passed : metric.Change switch
    {
        Change.Worse => Verdict.Failed,
        Change.Inconclusive => Verdict.Inconclusive,
        _ => Verdict.Passed,
    };
}
