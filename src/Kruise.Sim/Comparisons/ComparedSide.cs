using Kruise.Sim.Measures;

namespace Kruise.Sim.Comparisons;

/// <summary>One of two things that are compared.</summary>
internal sealed record ComparedSide
{
    /// <summary>What tells it from the other, in a few words.</summary>
    public required string Label { get; init; }

    /// <summary>Where it comes from: a file with its options, or a folder.</summary>
    public required string Source { get; init; }

    public required string Scenario { get; init; }

    /// <summary>Metrics by name, seed by seed; null where a seed did not measure one.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double?>> Values { get; init; }

    /// <summary>The run with the first seed; null where only its folder is there.</summary>
    public RunResult? Run { get; init; }

    /// <summary>The run over time as its folder has it; null where the run itself is there.</summary>
    public CsvTable? Series { get; init; }

    /// <summary>The rows of its pods; null where the run itself is there, or it had no pods.</summary>
    public CsvTable? Pods { get; init; }
}
