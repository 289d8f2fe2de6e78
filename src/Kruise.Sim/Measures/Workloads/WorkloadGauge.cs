namespace Kruise.Sim.Measures.Workloads;

/// <summary>What is sampled of a set; the stages of its pods follow.</summary>
internal enum WorkloadGauge
{
    Desired = 0,

    /// <summary>Pods that are neither ended nor terminating.</summary>
    Pods = 1,
    Updated = 2,
    Ready = 3,
    UpdatedReady = 4,
    Available = 5,

    /// <summary>max(0, desired − available).</summary>
    Unavailable = 6,

    /// <summary>What <c>maxUnavailable</c> comes to in pods.</summary>
    AllowedUnavailable = 7,

    /// <summary>Pods that are to be updated: replicas − partition.</summary>
    ToUpdate = 8,
}

/// <summary>The samples of one set, at the moments of <see cref="TimeSeries.Seconds"/>; zero before the set was there.</summary>
internal sealed class WorkloadSeries(int[][] values)
{
    /// <summary>Gauges, then stages.</summary>
    public const int Width = 9 + PodStages.Count;

    private const int Stages = 9;

    public int[] this[WorkloadGauge gauge] => values[(int)gauge];

    public int[] this[PodStage stage] => values[Stages + (int)stage];

    /// <summary>Where a stage stands in a sample.</summary>
    public static int IndexOf(PodStage stage) => Stages + (int)stage;

    /// <summary>Turns samples, each with a line per set, into series.</summary>
    public static IReadOnlyList<WorkloadSeries> From(IReadOnlyList<int[][]> samples) => [.. GaugeColumns.Of(samples, Width).Select(columns => new WorkloadSeries(columns))];
}
