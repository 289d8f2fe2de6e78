using Kruise.Sim.Measures;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>The answer of a run in one sentence: what, on how many nodes, how long, what it was that took so long, and the largest lever.</summary>
internal static class Answer
{
    /// <summary>From this share of the completion time on, an egress leaves other changes little to win.</summary>
    private const double LeastEgressShare = 0.6;

    public static string Of(RunResult run, FigureLinks links)
    {
        if (run.Jobs.Count == 0) return "The scenario applied no ImagePullJob.";
        int desired = run.Jobs.Sum(job => job.Desired), succeeded = run.Jobs.Sum(job => job.Succeeded), failed = run.Jobs.Sum(job => job.Failed);
        string images = string.Join(" and ", run.Jobs.Select(job => job.Image).Distinct(StringComparer.Ordinal).Take(3).Select(Markdown.Code));
        string what = run.Jobs.Count == 1 ? images : Invariant($"{run.Jobs.Count} jobs ({images})");
        string nodes = run.Jobs.Count == 1 ? "nodes" : "nodes, counted per job";
        string warm = links.Rows(NodesCsv.FileName, Human.Count(succeeded), ("outcome", "succeeded"));
        string sentence = Invariant($"{what}: {warm} of {desired:#,0} {nodes} warm");
        sentence += CompletionSeconds(run) is { } seconds
            ? $", complete after {links.LastReport(null, Human.DurationAndSeconds(seconds))}{EgressBound(run, seconds)}"
            : run.Jobs.All(job => job.NeverCompletes || job.Completion is not null)
            ? $" when the run ended after {Human.DurationAndSeconds(run.VirtualTime.Seconds)}, by a job that never completes"
            : $", not complete when the run ended after {Human.DurationAndSeconds(run.VirtualTime.Seconds)}";
        if (failed > 0) sentence += ", " + links.Rows(NodesCsv.FileName, Invariant($"{failed:#,0} failed"), ("outcome", "failed"));
        if (NearestRank.OfWarmups(run.Nodes) is { } warmup)
        {
            sentence += OfThose(run) is { } those ? $"; {those} half" : "; half of the nodes";
            sentence += $" within {links.Warmup(null, 50, Human.Duration(warmup.P50))}, 99 % within {links.Warmup(null, 99, Human.Duration(warmup.P99))}";
        }

        Attribution attribution = Attribution.Of(run.Nodes);
        if (attribution.Ranked is [var dominant, ..]) sentence += $"; {Cause(dominant, attribution.Share(dominant))} of the time went to {WarmupCauses.Titles[(int)dominant]}";
        if (attribution.Ranked is [WarmupCause.WaitingForSlot, ..] && attribution.RankedAfterWait is [var inSlot, ..])
        {
            sentence += $", and of the {Human.Duration(attribution.SecondsAfterWait / attribution.Rows)} in a slot {Cause(inSlot, attribution.ShareAfterWait(inSlot))} "
                + $"went to {WarmupCauses.Titles[(int)inSlot]}";
        }

        if (Lever.Ranked(run) is [{ Helps: true } best, ..]) sentence += $"; the largest lever tried is {Markdown.Plain(best.WhatIf.Change)} ({Gain(best, succeeded)})";
        return sentence + ".";

        string Cause(WarmupCause cause, double share) => links.Cause(NodesCsv.FileName, WarmupCauses.Keys[(int)cause], Human.Percent(share));
    }

    /// <summary>From the first job's start to the last one's completion; null when one did not complete.</summary>
    public static double? CompletionSeconds(RunResult run) =>
        run.Jobs.Count == 0 || run.Jobs.Any(job => job.Completion is null)
            ? null
            : (run.Jobs.Max(job => job.Completion!.Value) - run.Jobs.Min(job => job.Start)).Seconds;

    /// <summary>
    /// Whose times a run's percentiles are of where that is not every node: <c>of the 269 that got warm</c>. A run that gives up on the slow ones is not quick; null when all got warm.
    /// </summary>
    public static string? OfThose(RunResult run)
    {
        int warm = run.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded);
        return warm == run.Nodes.Count ? null : Invariant($"of the {warm:#,0} that got warm");
    }

    /// <summary>How long a registry takes to send what it sent at its full egress, whatever else is changed; null when nothing limits it or nothing was sent.</summary>
    public static double? EgressSeconds(RegistryResult registry) =>
        registry.BytesSent > 0 && double.IsFinite(registry.EgressBytesPerSecond) ? registry.BytesSent / registry.EgressBytesPerSecond : null;

    /// <summary>When the first job was applied, seconds; 0 without jobs.</summary>
    public static double StartSeconds(RunResult run) => run.Jobs.Count == 0 ? 0 : run.Jobs.Min(job => job.Start).Seconds;

    /// <summary>What is left of the time when everything but the most loaded registry's egress is free; empty when that is not most of it.</summary>
    private static string EgressBound(RunResult run, double completionSeconds)
    {
        RegistryResult? registry = run.Registries.Where(registry => EgressSeconds(registry) is not null).MaxBy(EgressSeconds);
        if (registry is null || EgressSeconds(registry) is not { } seconds) return "";
        // What was sent after the last job's completion cannot have been part of it.
        if (seconds <= completionSeconds * LeastEgressShare || seconds > completionSeconds) return "";
        string whose = run.Registries.Count == 1 ? "the registry's" : Markdown.Plain(registry.Name) + "'s";
        // Rounded down, as it says "at least".
        return $", of which at least {Human.Seconds(Math.Floor(seconds * 10) / 10)} are {whose} egress";
    }

    private static string Gain(Lever lever, int succeeded) => string.Join(", ", new[]
    {
        lever.MoreWarm ? $"{Human.Count(lever.WhatIf.Succeeded)} nodes warm instead of {Human.Count(succeeded)}" : null,
        lever.Faster ? Human.Factor(lever.SpeedUp!.Value) + " as fast" : null,
    }.Where(part => part is not null));
}
