using Kruise.Sim.Measures;

namespace Kruise.Sim.Trials;

/// <summary>What became of a metric since the baseline.</summary>
internal enum Change
{
    /// <summary>Equal for every seed, or within the floor.</summary>
    Same,
    Better,
    Worse,

    /// <summary>Another value of a metric that is neither good nor bad in itself.</summary>
    Other,

    /// <summary>Beyond the floor for these seeds, and they are too few to tell it from chance.</summary>
    Inconclusive,
}

/// <summary>A metric in a baseline and now, on the same seeds.</summary>
internal sealed record PairedComparison
{
    public required string Name { get; init; }

    public required Metric Metric { get; init; }

    /// <summary>Seeds that both have.</summary>
    public required int Pairs { get; init; }

    /// <summary>Seeds whose value rose, and seeds whose value fell.</summary>
    public required (int Up, int Down) Moves { get; init; }

    /// <summary>The typical value before: the median of a measure, the mean of a count; infinite where it was not reached.</summary>
    public required double Before { get; init; }

    /// <summary>The typical value now.</summary>
    public required double Now { get; init; }

    /// <summary>By how much it typically changed, in the metric's unit: the Hodges-Lehmann shift of a measure, the mean difference of a count.</summary>
    public required double Shift { get; init; }

    /// <summary>The shift over the value before; infinite where that was 0.</summary>
    public required double RelativeShift { get; init; }

    /// <summary>The interval of the shift at the confidence; null for counts and for equal pairs.</summary>
    public (double Low, double High)? Interval { get; init; }

    /// <summary>Two-sided, corrected for all metrics compared; 1 when all pairs are equal.</summary>
    public required double Probability { get; init; }

    public required Change Change { get; init; }

    /// <summary>Seeds with which it would be decided if the rest were as these; null when it is, or no number would do.</summary>
    public int? SeedsToDecide { get; init; }
}
