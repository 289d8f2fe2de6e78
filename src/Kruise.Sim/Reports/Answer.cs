using Kruise.Sim.Measures;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>The answer of a run in one sentence: what, on how many nodes, how long, what it was that took so long, and the largest lever.</summary>
internal static class Answer
{
    public static string Of(RunResult run)
    {
        if (run.Jobs.Count == 0) return "The scenario applied no ImagePullJob.";
        int desired = run.Jobs.Sum(job => job.Desired), succeeded = run.Jobs.Sum(job => job.Succeeded), failed = run.Jobs.Sum(job => job.Failed);
        string images = string.Join(" and ", run.Jobs.Select(job => job.Image).Distinct(StringComparer.Ordinal).Take(3).Select(Markdown.Code));
        string what = run.Jobs.Count == 1 ? images : Invariant($"{run.Jobs.Count} jobs ({images})");
        string nodes = run.Jobs.Count == 1 ? "nodes" : "nodes, counted per job";
        string sentence = Invariant($"{what}: {succeeded:#,0} of {desired:#,0} {nodes} warm");
        sentence += CompletionSeconds(run) is { } seconds
            ? $", complete after {Human.DurationAndSeconds(seconds)}"
            : run.Jobs.All(job => job.NeverCompletes || job.Completion is not null)
            ? $" when the run ended after {Human.DurationAndSeconds(run.VirtualTime.Seconds)}, by a job that never completes"
            : $", not complete when the run ended after {Human.DurationAndSeconds(run.VirtualTime.Seconds)}";
        if (failed > 0) sentence += Invariant($", {failed:#,0} failed");
        if (NearestRank.OfWarmups(run.Nodes) is { } warmup) sentence += $"; half of the nodes within {Human.Duration(warmup.P50)}, 99 % within {Human.Duration(warmup.P99)}";
        Attribution attribution = Attribution.Of(run.Nodes);
        if (attribution.Ranked is [var dominant, ..]) sentence += $"; {Human.Percent(attribution.Share(dominant))} of the time went to {WarmupCauses.Titles[(int)dominant]}";
        if (attribution.Ranked is [WarmupCause.WaitingForSlot, ..] && attribution.RankedInSlot is [var inSlot, ..])
        {
            sentence += $", and of the {Human.Duration(attribution.SlotSeconds / attribution.Rows)} in a slot {Human.Percent(attribution.ShareInSlot(inSlot))} "
                + $"went to {WarmupCauses.Titles[(int)inSlot]}";
        }

        if (Levers(run) is [(var best, { } speedUp), ..] && speedUp > 1.005) sentence += $"; the largest lever tried is {Markdown.Plain(best.Change)} ({Human.Factor(speedUp)} as fast)";
        return sentence + ".";
    }

    /// <summary>From the first job's start to the last one's completion; null when one did not complete.</summary>
    public static double? CompletionSeconds(RunResult run) =>
        run.Jobs.Count == 0 || run.Jobs.Any(job => job.Completion is null)
            ? null
            : (run.Jobs.Max(job => job.Completion!.Value) - run.Jobs.Min(job => job.Start)).Seconds;

    /// <summary>When the first job was applied, seconds; 0 without jobs.</summary>
    public static double StartSeconds(RunResult run) => run.Jobs.Count == 0 ? 0 : run.Jobs.Min(job => job.Start).Seconds;

    /// <summary>The changes tried, the fastest first, with how many times as fast each completed; null when it or the run itself did not complete.</summary>
    public static IReadOnlyList<(WhatIf Change, double? SpeedUp)> Levers(RunResult run)
    {
        double start = StartSeconds(run);
        double? completion = CompletionSeconds(run);
        return
        [
            .. run.WhatIfs.OrderBy(whatIf => whatIf.CompletionSeconds ?? double.PositiveInfinity)
                .Select(whatIf => (whatIf, whatIf.CompletionSeconds > start ? completion / (whatIf.CompletionSeconds - start) : null)),
        ];
    }
}
