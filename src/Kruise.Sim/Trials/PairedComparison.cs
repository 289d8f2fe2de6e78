using Kruise.Sim.Measures;

namespace Kruise.Sim.Trials;

/// <summary>What became of a metric.</summary>
internal enum Change
{
    /// <summary>Equal for every seed, or within the floor.</summary>
    Same,
    Better,
    Worse,

    /// <summary>Another value of a metric that is neither good nor bad in itself.</summary>
    Other,

    /// <summary>Beyond the floor for these seeds, and they do not tell which way from chance.</summary>
    Inconclusive,
}

/// <summary>A metric before and now, on the same seeds.</summary>
internal sealed record PairedComparison
{
    public required string Name { get; init; }

    public required Metric Metric { get; init; }

    /// <summary>Seeds that both have.</summary>
    public required int Pairs { get; init; }

    /// <summary>Seeds whose value rose, and seeds whose value fell.</summary>
    public required (int Up, int Down) Moves { get; init; }

    /// <summary>Seeds that no longer get as far as the figure, and seeds that now do.</summary>
    public required (int Lost, int Gained) Reach { get; init; }

    /// <summary>The typical value before: the median of a measure, the mean of a count; infinite where it was not reached.</summary>
    public required double Before { get; init; }

    /// <summary>The typical value now.</summary>
    public required double Now { get; init; }

    /// <summary>The same of the seeds that the shift is of, and of what they had before only where they had something.</summary>
    public required (double Before, double Now) Shifted { get; init; }

    /// <summary>By how much it changed, in the metric's unit: of a measure the Hodges-Lehmann shift of the seeds that moved, of a count the mean difference of all seeds.</summary>
    public required double Shift { get; init; }

    /// <summary>The shift over the value that those seeds had before; infinite where that was 0, and where runs no longer get there.</summary>
    public required double RelativeShift { get; init; }

    /// <summary>The mean difference over the mean of what was before, over all seeds that have a figure; infinite where fewer runs get there than did, or more.</summary>
    public required double RelativeMean { get; init; }

    /// <summary>How much it changed over all seeds, 0 or more: the relative mean, of a measure also the median difference over the same mean if that is more. This is what a floor is for.</summary>
    public required double Size { get; init; }

    /// <summary>The interval of the shift, at the confidence that the metric is held to among all that are compared; null for counts and for equal pairs.</summary>
    public (double Low, double High)? Interval { get; init; }

    /// <summary>Two-sided, corrected for all metrics compared; 1 when all pairs are equal.</summary>
    public required double Probability { get; init; }

    /// <summary>The pair that became worst, or moved farthest where none became worse; an index of the pairs.</summary>
    public required int Farthest { get; init; }

    public Change Change { get; init; }

    /// <summary>Whether most seeds went one way and the mean went the other, by more than the floor: then no number of seeds makes it better or worse.</summary>
    public bool IsDivided { get; init; }

    /// <summary>Seeds with which it would be decided if the rest were as these; null when it is, or no number would do.</summary>
    public int? SeedsToDecide { get; init; }
}
