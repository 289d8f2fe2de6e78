namespace Kruise.Sim.Measures.Workloads;

/// <summary>Where the time of updated pods went: seconds by <see cref="PodCause"/>, summed over rows of <c>pods.csv</c>.</summary>
internal sealed class PodAttribution
{
    private readonly double[] _seconds = new double[PodCauses.Count];

    private PodAttribution(Int128[] nanoseconds, int rows)
    {
        Rows = rows;
        for (int cause = 0; cause < nanoseconds.Length; cause++)
        {
            _seconds[cause] = (double)nanoseconds[cause] / 1e9;
            TotalSeconds += _seconds[cause];
        }
    }

    public int Rows { get; }

    public double TotalSeconds { get; }

    /// <summary>The causes that took any time, the largest first; of equals the earlier cause.</summary>
    public IReadOnlyList<PodCause> Ranked =>
        [.. Enumerable.Range(0, PodCauses.Count).Where(cause => _seconds[cause] > 0).OrderByDescending(cause => _seconds[cause]).Select(cause => (PodCause)cause)];

    /// <summary>The same without the wait for a turn: what a pod needs once it is its turn also sets how long the others wait.</summary>
    public IReadOnlyList<PodCause> RankedInTurn => [.. Ranked.Where(cause => cause != PodCause.WaitingForTurn)];

    /// <summary>Seconds after it was the pods' turn.</summary>
    public double TurnSeconds => TotalSeconds - Seconds(PodCause.WaitingForTurn);

    public static PodAttribution Of(IEnumerable<PodRow> rows)
    {
        Int128[] nanoseconds = new Int128[PodCauses.Count];
        int counted = 0;
        foreach (PodRow row in rows)
        {
            counted++;
            for (int cause = 0; cause < nanoseconds.Length; cause++) nanoseconds[cause] += row.CauseNanoseconds[cause];
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

    public double Seconds(PodCause cause) => _seconds[(int)cause];

    /// <summary>Seconds per row; 0 without rows.</summary>
    public double Mean(PodCause cause) => Rows == 0 ? 0 : Seconds(cause) / Rows;

    /// <summary>Part of the whole, 0 to 1.</summary>
    public double Share(PodCause cause) => TotalSeconds > 0 ? Seconds(cause) / TotalSeconds : 0;

    /// <summary>Part of the time after it was the pods' turn, 0 to 1; 0 for the wait itself.</summary>
    public double ShareInTurn(PodCause cause) => cause != PodCause.WaitingForTurn && TurnSeconds > 0 ? Seconds(cause) / TurnSeconds : 0;
}
