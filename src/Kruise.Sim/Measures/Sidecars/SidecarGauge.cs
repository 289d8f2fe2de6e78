namespace Kruise.Sim.Measures.Sidecars;

/// <summary>What is sampled of a SidecarSet.</summary>
internal enum SidecarGauge
{
    /// <summary>Pods that match and have the containers.</summary>
    Matched = 0,
    Upgraded = 1,
    Ready = 2,
    UpgradedReady = 3,

    /// <summary>Pods that are upgraded, or may be as things are.</summary>
    ToUpgrade = 4,

    /// <summary>Upgraded pods that are not ready; none before the first upgrade.</summary>
    Unavailable = 5,

    /// <summary>What <c>maxUnavailable</c> comes to in pods.</summary>
    AllowedUnavailable = 6,

    /// <summary>Pods that match and were made without the containers.</summary>
    Without = 7,
}

/// <summary>The samples of one set, at the moments of <see cref="TimeSeries.Seconds"/>; zero before the set was there.</summary>
internal sealed class SidecarSeries(int[][] values)
{
    public const int Width = 8;

    public int[] this[SidecarGauge gauge] => values[(int)gauge];

    /// <summary>Turns samples, each with a line per set, into series.</summary>
    public static IReadOnlyList<SidecarSeries> From(IReadOnlyList<int[][]> samples) => [.. GaugeColumns.Of(samples, Width).Select(columns => new SidecarSeries(columns))];
}
