using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>Where the time of a run went: seconds by <see cref="WarmupCause"/>, summed over the rows of <c>nodes.csv</c>.</summary>
internal sealed class Attribution
{
    private readonly double[] _seconds = new double[WarmupCauses.Count];

    private Attribution(Int128[] nanoseconds, int rows)
    {
        Rows = rows;
        for (int cause = 0; cause < nanoseconds.Length; cause++)
        {
            _seconds[cause] = (double)nanoseconds[cause] / 1e9;
            TotalSeconds += _seconds[cause];
        }
    }

    /// <summary>Rows with any time to account for: all that finished, and those that had begun to wait.</summary>
    public int Rows { get; }

    public double TotalSeconds { get; }

    /// <summary>The causes that took any time, the largest first; of equals the earlier cause.</summary>
    public IReadOnlyList<WarmupCause> Ranked =>
        [.. Enumerable.Range(0, WarmupCauses.Count).Where(cause => _seconds[cause] > 0).OrderByDescending(cause => _seconds[cause]).Select(cause => (WarmupCause)cause)];

    /// <summary>The causes that took any time once a slot was free, the largest first: with limited parallelism they also set how long the others wait.</summary>
    public IReadOnlyList<WarmupCause> RankedInSlot => [.. Ranked.Where(cause => cause != WarmupCause.WaitingForSlot)];

    /// <summary>Seconds after a slot was free.</summary>
    public double SlotSeconds => TotalSeconds - Seconds(WarmupCause.WaitingForSlot);

    public static Attribution Of(IEnumerable<NodeRow> rows)
    {
        Int128[] nanoseconds = new Int128[WarmupCauses.Count];
        int counted = 0;
        foreach (NodeRow row in rows)
        {
            if (!HasTime(row)) continue;
            counted++;
            for (int cause = 0; cause < nanoseconds.Length; cause++) nanoseconds[cause] += row.CauseNanoseconds[cause];
        }

        return new Attribution(nanoseconds, counted);
    }

    public static bool HasTime(NodeRow row) => row.Outcome != NodeOutcome.Unfinished || row.CauseNanoseconds.Any(nanoseconds => nanoseconds > 0);

    public double Seconds(WarmupCause cause) => _seconds[(int)cause];

    /// <summary>Seconds per row; 0 without rows.</summary>
    public double Mean(WarmupCause cause) => Rows == 0 ? 0 : Seconds(cause) / Rows;

    /// <summary>Part of the time after a slot was free, 0 to 1; 0 for the wait itself.</summary>
    public double ShareInSlot(WarmupCause cause) => cause != WarmupCause.WaitingForSlot && SlotSeconds > 0 ? Seconds(cause) / SlotSeconds : 0;

    /// <summary>Part of the whole, 0 to 1.</summary>
    public double Share(WarmupCause cause) => TotalSeconds > 0 ? Seconds(cause) / TotalSeconds : 0;
}
