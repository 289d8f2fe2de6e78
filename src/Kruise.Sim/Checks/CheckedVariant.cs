using System.Globalization;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
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

    /// <summary>Every metric that the baseline has too; empty without a baseline.</summary>
    public IReadOnlyList<PairedComparison> Comparisons { get; init; } = [];

    /// <summary>Why there is nothing to compare with; null where there is, or no baseline was given.</summary>
    public string? NotCompared { get; init; }

    /// <summary>The name under which a baseline keeps it: the scenario's, and the variant's behind a slash.</summary>
    public string Key => Variant.Name is { } variant ? $"{Variant.Scenario.Metadata.Name}/{variant}" : Variant.Scenario.Metadata.Name;

    /// <summary>The name for people.</summary>
    public string Title => Variant.Name is { } variant ? $"{Variant.Scenario.Metadata.Name} ({variant})" : Variant.Scenario.Metadata.Name;

    /// <summary>Seeds in which something happened that must never be, with the first such thing of each.</summary>
    public IEnumerable<(ulong Seed, int Count, Violation First)> Violated => Outcomes.Where(o => o.ViolationCount > 0).Select(o => (o.Seed, o.ViolationCount, o.Violations[0]));

    /// <summary>The verdict on what the scenario expects and what must never be.</summary>
    public Verdict ExpectationVerdict =>
        Violated.Any() || Expectations.Any(e => e.Verdict == Verdict.Failed) ? Verdict.Failed
        : Expectations.Any(e => e.Verdict == Verdict.Inconclusive) ? Verdict.Inconclusive
        : Verdict.Passed;

    /// <summary>The verdict on the whole of it, the baseline included.</summary>
    public Verdict Verdict =>
        ExpectationVerdict == Verdict.Failed || Comparisons.Any(c => c.Change == Change.Worse) ? Verdict.Failed
        : ExpectationVerdict == Verdict.Inconclusive || Comparisons.Any(c => c.Change == Change.Inconclusive) ? Verdict.Inconclusive
        : Verdict.Passed;

    /// <summary>The command that runs one seed again.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="sets">What was given with --set.</param>
    public string Reproduce(ulong seed, IReadOnlyList<string> sets) =>
        ShellWords.Join(["kruise-sim", "run", File, "--seed", seed.ToString(CultureInfo.InvariantCulture), .. sets.SelectMany(set => (string[])["--set", set])]);
}
