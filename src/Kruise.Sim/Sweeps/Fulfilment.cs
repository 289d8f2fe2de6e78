using Kruise.Sim.Measures;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Sweeps;

/// <summary>How much of what is wanted a setting does: one that is quicker because it warms or updates less than today's is not better.</summary>
internal static class Fulfilment
{
    /// <summary>The share of all that is wanted by which a setting may stay behind today's, as chance does.</summary>
    private const double Tolerance = 0.01;

    /// <summary>The metrics that tell, of a scenario with these objects.</summary>
    public static IEnumerable<string> Metrics(MetricScope scope) =>
    [
        .. scope.Jobs.Count > 0 ? (string[])["nodes.succeeded", "nodes.desired"] : [],
        .. scope.Workloads.SelectMany(set => (string[])[$"workloads.{set}.updatedReady", $"workloads.{set}.desired"]),
        .. scope.SidecarSets.SelectMany(set => (string[])[$"sidecarSets.{set}.upgradedReady", $"sidecarSets.{set}.matched"]),
    ];

    /// <summary>In what a setting does less than today's, in a few words; null when it does as much.</summary>
    /// <param name="metrics">The metrics of the trials, in their order.</param>
    /// <param name="trials">The setting's, at least one.</param>
    /// <param name="present">Today's, with the same seeds.</param>
    public static string? Objection(IReadOnlyList<string> metrics, IReadOnlyList<SweepTrial> trials, IReadOnlyList<SweepTrial> present) =>
        Shortfall(metrics, trials, present) is var (share, now, words) ? $"{Human.Percent(share)} {words}, now {Human.Percent(now)}" : null;

    /// <summary>In what a setting does less than another one, and the share of each; null when it does as much.</summary>
    public static (double Share, double Other, string Words)? Shortfall(IReadOnlyList<string> metrics, IReadOnlyList<SweepTrial> trials, IReadOnlyList<SweepTrial> others)
    {
        foreach ((int done, int wanted, string words) in Pairs(metrics))
        {
            if (Share(trials, done, wanted) is { } share && Share(others, done, wanted) is { } other && share < other - Tolerance) return (share, other, words);
        }

        return null;
    }

    private static IEnumerable<(int Done, int Wanted, string Words)> Pairs(IReadOnlyList<string> metrics)
    {
        var index = metrics.Select((name, i) => (name, i)).ToDictionary(m => m.name, m => m.i, StringComparer.Ordinal);
        foreach ((string name, int done) in index.OrderBy(m => m.Value))
        {
            (string Figure, string Wanted, string Words)? pair =
                name == "nodes.succeeded" ? (name, "nodes.desired", "of the nodes are warmed")
                : Whose(name, "workloads.", ".updatedReady") is { } set ? (name, $"workloads.{set}.desired", $"of the pods of {set} are updated and ready")
                : Whose(name, "sidecarSets.", ".upgradedReady") is { } sidecars ? (name, $"sidecarSets.{sidecars}.matched", $"of the pods of {sidecars} are upgraded and ready")
                : null;
            if (pair is { } known && index.TryGetValue(known.Wanted, out int wanted)) yield return (done, wanted, known.Words);
        }
    }

    private static string? Whose(string name, string before, string after) =>
        name.StartsWith(before, StringComparison.Ordinal) && name.EndsWith(after, StringComparison.Ordinal) ? name[before.Length..^after.Length] : null;

    private static double? Share(IReadOnlyList<SweepTrial> trials, int done, int wanted)
    {
        double all = trials.Sum(trial => trial.Values[wanted] ?? 0);
        return all > 0 ? trials.Sum(trial => trial.Values[done] ?? 0) / all : null;
    }
}
