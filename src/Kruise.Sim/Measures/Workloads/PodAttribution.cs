namespace Kruise.Sim.Measures.Workloads;

/// <summary>Where the time of updated pods went: seconds by <see cref="PodCause"/>, summed over rows of <c>pods.csv</c>.</summary>
internal sealed class PodAttribution : CauseSums<PodCause>
{
    private PodAttribution(Int128[] nanoseconds, int rows)
        : base(nanoseconds, rows, PodCause.WaitingForTurn)
    {
    }

    public static PodAttribution Of(IEnumerable<PodRow> rows) => Of(rows.Select(row => row.CauseNanoseconds));

    /// <summary>Of rows by their nanoseconds by cause.</summary>
    public static PodAttribution Of(IEnumerable<long[]> rows)
    {
        Int128[] nanoseconds = new Int128[PodCauses.Count];
        int counted = 0;
        foreach (long[] row in rows)
        {
            counted++;
            for (int cause = 0; cause < nanoseconds.Length; cause++) nanoseconds[cause] += row[cause];
        }

        return new PodAttribution(nanoseconds, counted);
    }

    /// <summary>The rows that are spoken of: those of updates, and for a set that was never updated those of its creation.</summary>
    public static IReadOnlyList<PodRow> Relevant(RunResult run)
    {
        var updated = run.Workloads.Where(w => w.Rollouts.Count > 1).Select(w => (w.Namespace, w.Name)).ToHashSet();
        return [.. run.Pods.Where(row => row.Rollout > 0 || !updated.Contains((row.Namespace, row.Workload)))];
    }

    /// <summary>Seconds from the beginning of the rollout until a pod was updated and ready, over those that were; null when none was.</summary>
    public static Percentiles? UpdateTimes(IEnumerable<PodRow> rows) => NearestRank.Of([.. rows.Where(row => row.UpdateSeconds is not null).Select(row => row.UpdateSeconds!.Value)]);
}
