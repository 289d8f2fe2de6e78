using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Trials;

/// <summary>One run among many, of which only figures are kept.</summary>
/// <param name="Variant">What to run, with its seed.</param>
/// <param name="Metrics">The metrics to read at its end; names of the catalog.</param>
internal sealed record Trial(ScenarioVariant Variant, IReadOnlyList<string> Metrics)
{
    /// <summary>The same scenario with each of so many seeds: the scenario's own and those that follow it.</summary>
    public static IEnumerable<Trial> OverSeeds(ScenarioVariant variant, IReadOnlyList<string> metrics, int seeds) =>
        Enumerable.Range(0, seeds).Select(i => new Trial(WithSeed(variant, unchecked(variant.Scenario.Spec.Seed + (ulong)i)), metrics));

    private static ScenarioVariant WithSeed(ScenarioVariant variant, ulong seed) =>
        variant with { Scenario = variant.Scenario with { Spec = variant.Scenario.Spec with { Seed = seed } } };
}

/// <summary>What is kept of a trial.</summary>
internal sealed record TrialOutcome
{
    public required ulong Seed { get; init; }

    /// <summary>The hash of the event log.</summary>
    public required ulong Hash { get; init; }

    /// <summary>The values of the trial's metrics, in their order; null where there was nothing to measure.</summary>
    public required IReadOnlyList<double?> Values { get; init; }

    /// <summary>The scenario's expectations, in its order, as this seed has them.</summary>
    public required IReadOnlyList<ExpectationResult> Expectations { get; init; }

    /// <summary>What must never be, and was; the first fifty.</summary>
    public required IReadOnlyList<Violation> Violations { get; init; }

    /// <summary>How often, over all.</summary>
    public required int ViolationCount { get; init; }

    public static TrialOutcome Of(RunResult run, IReadOnlyList<string> metrics) => new()
    {
        Seed = run.Seed,
        Hash = run.Hash,
        Values = [.. metrics.Select(metric => Measures.Expectations.Value(metric, run))],
        Expectations = run.Expectations,
        Violations = run.Violations,
        ViolationCount = run.ViolationCount,
    };
}
