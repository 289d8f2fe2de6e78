using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// What the program in a container does, as far as a kubelet can see it. A behaviour applies to containers whose image and name match; the first that
/// matches counts.
/// All of the times are assumptions of whoever writes a scenario: what a program does is not the platform's.
/// </summary>
internal sealed record ContainerBehaviour
{
    /// <summary>The image it applies to, as pods name it or in canonical form; null for any.</summary>
    public string? Image { get; init; }

    /// <summary>The container's name; null for any.</summary>
    public string? Container { get; init; }

    /// <summary>From the start of the container until it would answer a readiness probe.</summary>
    public LatencyDistribution ReadyAfter { get; init; } = LatencyDistribution.Zero;

    /// <summary>From SIGTERM until the program has ended by itself; longer than the grace it is killed.</summary>
    public LatencyDistribution StopTime { get; init; } = LatencyDistribution.Constant(SimTime.FromMilliseconds(500));

    /// <summary>How long a preStop hook takes; null: as long as an exec hook of <c>sleep</c> says, and no time for another.</summary>
    public LatencyDistribution? PreStopTime { get; init; }

    /// <summary>From start to a successful end: what init containers do. Others run on when null; init containers then end at once.</summary>
    public LatencyDistribution? ExitAfter { get; init; }

    /// <summary>Ends with an error in some of its runs; never when null.</summary>
    public CrashBehaviour? Crash { get; init; }

    /// <summary>The share of runs, 0 to 1, that never become ready.</summary>
    public double NeverReadyProbability { get; init; }

    /// <summary>Loses readiness again and again in some of its runs; never when null.</summary>
    public ReadinessFlaps? Flaps { get; init; }

    /// <summary>What every container does that no behaviour matches.</summary>
    public static ContainerBehaviour Default { get; } = new();
}

/// <summary>Ending with exit code 1.</summary>
/// <param name="Probability">The share of runs, 0 to 1, that crash.</param>
/// <param name="After">From the start of the run to its crash.</param>
internal sealed record CrashBehaviour(double Probability, LatencyDistribution After);

/// <summary>Losing readiness for a while.</summary>
/// <param name="Probability">The share of runs, 0 to 1, that do.</param>
/// <param name="Every">How long such a run is ready at a stretch.</param>
/// <param name="For">How long it then is not.</param>
internal sealed record ReadinessFlaps(double Probability, LatencyDistribution Every, LatencyDistribution For);
