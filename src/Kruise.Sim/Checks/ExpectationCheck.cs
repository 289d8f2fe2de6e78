using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Checks;

/// <summary>An expectation, and what all seeds together say of it.</summary>
internal sealed record ExpectationCheck
{
    public required Expectation Expectation { get; init; }

    /// <summary>Where the scenario states it; without a line where it does not stand in a file.</summary>
    public required SourcePosition At { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Each seed with its value, in order of the seeds; null where there was nothing to measure.</summary>
    public required IReadOnlyList<(ulong Seed, double? Value)> Values { get; init; }

    /// <summary>Seeds whose value is within the bounds.</summary>
    public required int Holding { get; init; }

    /// <summary>The quantile over the seeds, with a bound on either side, each at the confidence; infinite on the metric's worse side where runs did not get that far; null for other expectations.</summary>
    public (double Value, double Low, double High)? Quantile { get; init; }

    /// <summary>Seeds with which it would be decided if the rest were as these; null when it is decided, or no number would do.</summary>
    public int? SeedsToDecide { get; init; }

    /// <summary>The seeds that break it, in their order.</summary>
    public IEnumerable<(ulong Seed, double? Value)> Breaking => Values.Where(v => !Measures.Expectations.Holds(Expectation, v.Value));
}
