using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary>What the page of a scenario's variants says of workloads.</summary>
internal static class WorkloadComparison
{
    public static void Write(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders, Func<RunResult, FigureLinks> links)
    {
        if (report.Runs.All(run => run.Workloads.Count == 0)) return;
        page.Table(
            ["variant", ">updated and ready", ">50 % after", ">100 % after", ">most unavailable", ">allowed",
             ">pod-seconds unavailable", ">longest unavailable", ">registry peak", ">waits for its turn", "takes, mostly for", "expectations"],
            report.Runs.Select((run, index) => Cells(run, folders[index], links(run))));
    }

    public static string Conclusion(ScenarioReport report, Func<RunResult, FigureLinks> links)
    {
        RunResult[] withSets = [.. report.Runs.Where(run => run.Workloads.Count > 0)];
        // Where only sidecars were upgraded, the workloads' creation is no answer.
        bool created = report.Runs.Any(RunPlots.ShowUpgrades) && withSets.All(run => run.Workloads.All(workload => workload.Rollouts.Count == 1));
        List<string> sentences = [];
        if (!created)
        {
            sentences.Add(Soonest.Of("is through", withSets.Where(IsThrough).Select(run => (run, run.Workloads.Max(w => w.Rollouts[^1].SecondsTo100 ?? 0))), Last));
            if (withSets.MinBy(Most) is { } least && withSets.MaxBy(Most) is { } most && Most(least) < Most(most))
                sentences.Add($"{Name(least)} has the fewest pods unavailable at a time, {Peak(least)}; {Name(most)} the most, {Peak(most)}.");
        }

        foreach (RunResult run in withSets)
        {
            if (run.ViolationCount > 0) sentences.Add($"**{Name(run)} has failed**: {Markdown.Plain(run.Violations[0].Text)}.");
            else if (!IsThrough(run) && (!created || SidecarComparison.IsThrough(run))) sentences.Add($"{Name(run)} is not through when the run ends.");
        }

        return string.Join(" ", sentences.Where(sentence => sentence.Length > 0));

        string Last(RunResult run, string figure)
        {
            WorkloadResult slowest = run.Workloads.MaxBy(w => w.Rollouts[^1].SecondsTo100 ?? 0)!;
            return slowest.Rollouts[^1].SecondsTo100 is { } all ? links(run).Reached(slowest, slowest.Rollouts[^1], all, figure) : figure;
        }

        string Peak(RunResult run) => MostUnavailable(run, links(run));
    }

    /// <summary>What the strategies allow to be unavailable, in pods; a dash for workloads that were never updated, as it limits updates.</summary>
    public static string Allowed(params IReadOnlyList<WorkloadResult> workloads) =>
        workloads.All(workload => workload.Rollouts.Count == 1) ? "–" : Human.Count(workloads.Sum(workload => workload.AllowedUnavailable));

    private static bool IsThrough(RunResult run) => run.Workloads.All(IsThrough);

    // A rollback that its partition holds up is none, though enough pods were at the revision before it began.
    public static bool IsThrough(WorkloadResult workload) =>
        (workload.Rollouts[^1].IsComplete || workload.Rollouts[^1].ToUpdate == 0) && workload.Available >= workload.Desired;

    private static int Most(RunResult run) => run.Workloads.Sum(w => w.MaxUnavailable.Value);

    private static string Name(RunResult run) => Markdown.Plain(run.Variant ?? "");

    // Of several sets the peaks are summed, and none of their moments is the sum's.
    private static string MostUnavailable(RunResult run, FigureLinks links) =>
        run.Workloads is [var only] ? links.At(only.MaxUnavailable, Human.Count(Most(run))) : Human.Count(Most(run));

    private static string[] Cells(RunResult run, string folder, FigureLinks links)
    {
        RolloutResult[] last = [.. run.Workloads.Select(w => w.Rollouts[^1])];
        PodAttribution attribution = PodAttribution.Of(PodAttribution.Relevant(run));
        int failed = run.Expectations.Count(expectation => !expectation.Passed && !expectation.IsOverSeeds);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            (run.Workloads is [var only] ? links.Updated(only, last[0], Ready(last)) : Ready(last)) + " of " + Human.Count(last.Sum(r => r.ToUpdate)),
            Slowest(run, rollout => rollout.SecondsTo50, links),
            Slowest(run, rollout => rollout.SecondsTo100, links),
            MostUnavailable(run, links),
            Allowed(run.Workloads),
            Human.Number(Math.Round(run.Workloads.Sum(w => w.UnavailablePodSeconds), 1)),
            run.Workloads.Where(w => w.LongestUnavailability is not null).MaxBy(w => w.LongestUnavailability!.Length) is { LongestUnavailability: { } longest } worst
                ? links.Unavailable(worst, null, longest, Human.Duration(longest.Length.Seconds)) : "–",
            run.Registries switch
            {
                [] => "–",
                [var registry] => links.Metric($"registries.{registry.Name}.peakBytesPerSecond", Human.BitRate(registry.PeakBytesPerSecond)),
                var several => Human.BitRate(several.Sum(registry => registry.PeakBytesPerSecond)),
            },
            links.Cause(PodsCsv.FileName, PodCauses.Keys[(int)PodCause.WaitingForTurn], Human.Duration(attribution.Mean(PodCause.WaitingForTurn))),
            attribution.RankedAfterWait is [var cause, ..]
                ? $"{Human.Duration(attribution.SecondsAfterWait / attribution.Rows)}, "
                + $"{PodCauses.Titles[(int)cause]} ({links.Cause(PodsCsv.FileName, PodCauses.Keys[(int)cause], Human.Percent(attribution.ShareAfterWait(cause)))})"
                : "–",
            run.ViolationCount > 0 ? "**violated**" : run.Expectations.Count == 0 ? "–" : failed == 0 ? "passed" : $"**{failed} failed**",
        ];
    }

    private static string Ready(RolloutResult[] last) => Human.Count(last.Sum(r => Math.Min(r.UpdatedReady, r.ToUpdate)));

    private static string Slowest(RunResult run, Func<RolloutResult, double?> seconds, FigureLinks links)
    {
        if (run.Workloads.Count == 0 || run.Workloads.Any(w => seconds(w.Rollouts[^1]) is null)) return "–";
        WorkloadResult slowest = run.Workloads.MaxBy(w => seconds(w.Rollouts[^1])!.Value)!;
        double most = seconds(slowest.Rollouts[^1])!.Value;
        return links.Reached(slowest, slowest.Rollouts[^1], most, Human.Duration(most));
    }
}
