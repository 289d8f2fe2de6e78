using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A time axis, from 0 or from when something begins to happen, in the unit that suits its end.</summary>
internal readonly record struct TimeAxis(double EndSeconds, double UnitSeconds, string Unit)
{
    /// <summary>What is shown of the time before the first update, as a share of the time after it.</summary>
    private const double LeadIn = 0.05;

    /// <summary>Where it begins.</summary>
    public double BeginSeconds { get; init; }

    public static TimeAxis Until(double endSeconds) => endSeconds switch
    {
        <= 0 => new(1, 1, "s"),
        <= 1 => new(endSeconds, 0.001, "ms"),
        <= 180 => new(endSeconds, 1, "s"),
        <= 3 * 3600 => new(endSeconds, 60, "min"),
        _ => new(endSeconds, 3600, "h"),
    };

    /// <summary>Until the last report or completion; until the end of the run when something did not finish, and when there are workloads.</summary>
    public static TimeAxis Of(params IEnumerable<RunResult> runs) => Until(runs.Max(EndOf));

    /// <summary>The same from a little before the first update of a workload: what comes before it is known, and may be long.</summary>
    public static TimeAxis OfUpdates(params IEnumerable<RunResult> runs)
    {
        List<RunResult> all = [.. runs];
        double first = all.SelectMany(run => run.Workloads).SelectMany(set => set.Rollouts).Where(rollout => rollout.Number > 0)
            .Select(rollout => rollout.Begin.Seconds).DefaultIfEmpty(0).Min();
        return From(first, all);
    }

    /// <summary>The same from a little before a moment.</summary>
    public static TimeAxis From(double first, IReadOnlyList<RunResult> runs)
    {
        TimeAxis axis = Of(runs);
        return axis with { BeginSeconds = Math.Max(0, first - (LeadIn * (axis.EndSeconds - first))) };
    }

    /// <summary>Seconds in the axis' unit.</summary>
    public double Scale(double seconds) => seconds / UnitSeconds;

    private static double EndOf(RunResult run)
    {
        // Pods go on beyond the last report of a warm-up.
        if (run.Workloads.Count > 0) return run.VirtualTime.Seconds;
        long end = 0;
        foreach (JobResult job in run.Jobs)
        {
            if (job.Completion is not { } completion) return run.VirtualTime.Seconds;
            end = Math.Max(end, completion.Nanoseconds);
        }

        foreach (NodeRow row in run.Nodes) end = Math.Max(end, row.Reported?.Nanoseconds ?? 0);
        return end / 1e9;
    }
}
