using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>A change that was tried, beside the run as it is.</summary>
/// <param name="WhatIf">The change and what it measured.</param>
/// <param name="MoreWarm">Whether it warms more nodes.</param>
/// <param name="FewerWarm">Whether it warms fewer nodes: failing sooner is not being faster.</param>
/// <param name="SpeedUp">
/// How many times as fast: by completion when both complete, by the 99th percentile of the nodes' warm-up when neither does; null when only one completes, or
/// fewer nodes are warmed.
/// </param>
internal sealed record Lever(WhatIf WhatIf, bool MoreWarm, bool FewerWarm, double? SpeedUp)
{
    /// <summary>A gain below this is none.</summary>
    private const double LeastSpeedUp = 1.005;

    /// <summary>Whether it is worth naming: more nodes, or as many and sooner.</summary>
    public bool Helps => MoreWarm || Faster;

    public bool Faster => SpeedUp > LeastSpeedUp;

    /// <summary>The changes tried: those that warm most nodes first, of equals the faster.</summary>
    public static IReadOnlyList<Lever> Ranked(RunResult run)
    {
        int warm = run.Jobs.Sum(job => job.Succeeded);
        return
        [
            .. run.WhatIfs
                .OrderByDescending(whatIf => whatIf.Succeeded)
                .ThenBy(whatIf => whatIf.CompletionSeconds ?? double.PositiveInfinity)
                .ThenBy(whatIf => whatIf.Warmup?.P99 ?? double.PositiveInfinity)
                .Select(whatIf => new Lever(
                    whatIf, whatIf.Succeeded > warm, whatIf.Succeeded < warm, whatIf.Succeeded < warm ? null : SpeedUpOf(run, whatIf))),
        ];
    }

    /// <summary>Whether any of the runs completes; else they are compared by percentile alone.</summary>
    public static bool AnyCompletes(RunResult run) => Answer.CompletionSeconds(run) is not null || run.WhatIfs.Any(whatIf => whatIf.CompletionSeconds is not null);

    /// <summary>The speed-up in words. More nodes take more time: that is no slow-down.</summary>
    public string SpeedUpWords =>
        FewerWarm ? "warms fewer nodes" : MoreWarm && !Faster ? "warms more nodes" : SpeedUp is { } factor ? Human.Factor(factor) : "–";

    private static double? SpeedUpOf(RunResult run, WhatIf whatIf)
    {
        double? before = Answer.CompletionSeconds(run);
        double? after = whatIf.CompletionSeconds - Answer.StartSeconds(run);
        if (before is null && after is null)
        {
            before = NearestRank.OfWarmups(run.Nodes)?.P99;
            after = whatIf.Warmup?.P99;
        }

        return after > 0 ? before / after : null;
    }
}
