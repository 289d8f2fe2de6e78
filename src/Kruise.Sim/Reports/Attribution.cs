using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>Where the time of a run went: seconds by <see cref="WarmupCause"/>, summed over the rows of <c>nodes.csv</c> that have any time to account for.</summary>
internal sealed class Attribution : CauseSums<WarmupCause>
{
    private Attribution(Int128[] nanoseconds, int rows)
        : base(nanoseconds, rows, WarmupCause.WaitingForSlot)
    {
    }

    public static Attribution Of(IEnumerable<NodeRow> rows)
    {
        Int128[] nanoseconds = new Int128[WarmupCauses.Count];
        int counted = 0;
        foreach (NodeRow row in rows.Where(HasTime))
        {
            counted++;
            for (int cause = 0; cause < nanoseconds.Length; cause++) nanoseconds[cause] += row.CauseNanoseconds[cause];
        }

        return new Attribution(nanoseconds, counted);
    }

    /// <summary>All rows that finished, and those that had begun to wait.</summary>
    public static bool HasTime(NodeRow row) => row.Outcome != NodeOutcome.Unfinished || row.CauseNanoseconds.Any(nanoseconds => nanoseconds > 0);
}
