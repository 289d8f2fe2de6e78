using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports.Plots;

/// <summary>What a pod's place goes through in a rollout.</summary>
internal enum PodStep : byte
{
    NotAsked = 0,
    Waiting = 1,

    /// <summary>Hooks, the controller's writes, grace, deletion of the old pod, creation of the new one.</summary>
    Leaving = 2,

    /// <summary>Webhooks are called about the new pod, or called again.</summary>
    Admission = 3,
    Scheduling = 4,
    Pulling = 5,
    Starting = 6,
    Failing = 7,
    NotReady = 8,
    Reporting = 9,
    Updated = 10,
    Unfinished = 11,
}

/// <summary>
/// Pods × time. Rows are the pods of the updates in order of beginning, the first at the bottom, in bins of equal size; columns are stretches of time. A bin has the state
/// that most of its pods are in at the middle of its time, the later one of equals.
/// </summary>
internal sealed record PodGantt
{
    public const int StepCount = 12;

    public static readonly IReadOnlyList<string> StepTitles =
    [
        "not asked yet", "waiting for its turn", "leaving service", "admission", "scheduling", "pulling", "stopping, starting", "failing, back-off", "not ready yet", "reporting",
        "updated and ready", "given up, superseded",
    ];

    public required string Title { get; init; }

    public required TimeAxis Axis { get; init; }

    /// <summary>Where the axis begins: when the first of the updates did.</summary>
    public required double BeginSeconds { get; init; }

    public required int Pods { get; init; }

    /// <summary>Step by row (the first to begin first) and column.</summary>
    public required PodStep[,] States { get; init; }

    public static PodGantt Of(RunResult run)
    {
        TimeAxis axis = TimeAxis.Of(run);
        PodRow[] rows =
        [
            .. PodAttribution.Relevant(run).OrderBy(row => row.Begun?.Nanoseconds ?? long.MaxValue).ThenBy(row => row.Done?.Nanoseconds ?? long.MaxValue),
        ];
        double begin = rows.Length == 0 ? 0 : Math.Min(rows.Min(row => row.Asked.Seconds), axis.EndSeconds * 0.99);
        return new PodGantt
        {
            Title = "Rollout, pod by pod – " + Titles.Of(run),
            Axis = axis,
            BeginSeconds = begin,
            Pods = rows.Length,
            States = Bin(rows, begin, axis.EndSeconds, Math.Min(rows.Length, StateBins.MaxRows), StateBins.MaxColumns),
        };
    }

    public static PodStep[,] Bin(IReadOnlyList<PodRow> rows, double beginSeconds, double endSeconds, int rowBins, int columns) =>
        StateBins.Of(rows, Transitions, StepCount, beginSeconds, endSeconds, rowBins, columns);

    /// <summary>The steps that a pod goes through and when each begins, nanoseconds, in order.</summary>
    public static IEnumerable<(PodStep Step, long At)> Transitions(PodRow row) => Transitions(row.Steps, row.Asked, row.CauseNanoseconds, row.Outcome == PodOutcome.Updated);

    /// <summary>The same from what a row is made of.</summary>
    public static IEnumerable<(PodStep Step, long At)> Transitions(IReadOnlyList<(PodCause Cause, SimTime At)> steps, SimTime asked, long[] causeNanoseconds, bool isDone)
    {
        foreach ((PodCause cause, SimTime at) in steps) yield return (StepOf(cause), at.Nanoseconds);
        yield return (isDone ? PodStep.Updated : PodStep.Unfinished, asked.Nanoseconds + causeNanoseconds.Sum());
    }

    private static PodStep StepOf(PodCause cause) => cause switch
    {
        PodCause.WaitingForTurn => PodStep.Waiting,
        PodCause.LifecycleHook or PodCause.ControllerWrites or PodCause.Grace or PodCause.Deletion or PodCause.Creation => PodStep.Leaving,
        PodCause.Admission => PodStep.Admission,
        PodCause.Scheduling or PodCause.Unschedulable => PodStep.Scheduling,
        >= PodCause.RuntimeCall and <= PodCause.Unpack or PodCause.PullQueue => PodStep.Pulling,
        PodCause.PullBackOff or PodCause.CrashBackOff or PodCause.NodeLost => PodStep.Failing,
        PodCause.ReadinessDelay => PodStep.NotReady,
        PodCause.StatusReporting or PodCause.ReadinessGate => PodStep.Reporting,
        _ => PodStep.Starting,
    };
}
