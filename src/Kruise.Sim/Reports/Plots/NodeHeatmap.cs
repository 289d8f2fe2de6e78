using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>What a node is doing for its job, in the order in which it happens.</summary>
internal enum NodeState : byte
{
    NotAsked = 0,
    Waiting = 1,
    Dispatched = 2,
    BackOff = 3,
    Requesting = 4,
    Downloading = 5,
    Unpacking = 6,
    Reporting = 7,
    Warm = 8,
    Failed = 9,
}

/// <summary>
/// Nodes × time. Rows are nodes in order of finishing, first at the bottom (so the edge of the last colour is the warm-up curve), the failed and
/// then the unfinished ones above them, in bins of equal size; columns are stretches of time. A bin has the state that most of its nodes
/// are in at the middle of its time, the later one of equals. Failed attempts and their sleeps are drawn where the node's first attempt begins, as
/// long as they lasted altogether.
/// </summary>
internal sealed record NodeHeatmap
{
    public const int StateCount = 10;

    public static readonly IReadOnlyList<string> StateTitles =
    [
        "not asked yet", "waiting to be dispatched", "dispatched, not started", "failed attempts and back-off", "asking the registry",
        "downloading", "unpacking", "reporting", "warm", "failed",
    ];

    public required string Title { get; init; }

    public required TimeAxis Axis { get; init; }

    public required int Nodes { get; init; }

    /// <summary>Whether some nodes failed or did not finish.</summary>
    public required bool HasUnwarmed { get; init; }

    /// <summary>State by row (the first to finish first) and column.</summary>
    public required NodeState[,] States { get; init; }

    public static NodeHeatmap Of(RunResult run)
    {
        TimeAxis axis = TimeAxis.Of(run);
        NodeRow[] rows = [.. run.Nodes.OrderBy(FinishOrder)];
        return new NodeHeatmap
        {
            Title = "Nodes over time – " + Titles.Of(run),
            Axis = axis,
            Nodes = rows.Length,
            HasUnwarmed = rows.Any(row => row.Outcome != NodeOutcome.Succeeded),
            States = Bin(rows, axis.EndSeconds, Math.Min(rows.Length, StateBins.MaxRows), StateBins.MaxColumns),
        };
    }

    public static NodeState[,] Bin(IReadOnlyList<NodeRow> rows, double endSeconds, int rowBins, int columns) =>
        StateBins.Of(rows, Transitions, StateCount, beginSeconds: 0, endSeconds, rowBins, columns);

    /// <summary>The states a node goes through and when each begins, nanoseconds, in order.</summary>
    public static IEnumerable<(NodeState State, long At)> Transitions(NodeRow row)
    {
        long now = row.Asked.Nanoseconds;
        yield return (NodeState.Waiting, now);
        if (row.Dispatched is { } dispatched) yield return (NodeState.Dispatched, now = Math.Max(now, dispatched.Nanoseconds));
        long? over = row.Outcome == NodeOutcome.Unfinished ? null : row.Reported?.Nanoseconds;
        if (row.Started is { } started)
        {
            now = Math.Max(now, started.Nanoseconds);
            long backOff = row.CauseNanoseconds[(int)WarmupCause.BackOff];
            if (backOff > 0)
            {
                yield return (NodeState.BackOff, now);
                now = Math.Min(now + backOff, row.Downloaded?.Nanoseconds ?? over ?? long.MaxValue);
            }

            if (row.Outcome != NodeOutcome.Failed || backOff == 0) yield return (NodeState.Requesting, now);
            if (row.FirstByte is { } firstByte) yield return (NodeState.Downloading, now = Math.Max(now, firstByte.Nanoseconds));
            if (row.Downloaded is { } downloaded) yield return (NodeState.Unpacking, now = Math.Max(now, downloaded.Nanoseconds));
            if (row.Unpacked is { } unpacked) yield return (NodeState.Reporting, now = Math.Max(now, unpacked.Nanoseconds));
        }

        if (over is { } end) yield return (row.Outcome == NodeOutcome.Succeeded ? NodeState.Warm : NodeState.Failed, Math.Max(now, end));
    }

    private static (NodeOutcome Outcome, long At, long Asked) FinishOrder(NodeRow row) =>
        (row.Outcome, row.Reported?.Nanoseconds ?? long.MaxValue, row.Asked.Nanoseconds);
}
