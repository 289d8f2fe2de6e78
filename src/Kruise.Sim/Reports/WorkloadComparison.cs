using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary>What the page of a scenario's variants says of workloads.</summary>
internal static class WorkloadComparison
{
    public static void Write(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders)
    {
        if (report.Runs.All(run => run.Workloads.Count == 0)) return;
        page.Table(
            ["variant", ">updated and ready", ">50 % after", ">100 % after", ">most unavailable", ">allowed",
             ">pod-seconds unavailable", ">longest unavailable", ">registry peak", ">waits for its turn", "takes, mostly for", "expectations"],
            report.Runs.Select((run, index) => Cells(run, folders[index])));
    }

    public static string Conclusion(ScenarioReport report)
    {
        RunResult[] withSets = [.. report.Runs.Where(run => run.Workloads.Count > 0)];
        // Where only sidecars were upgraded, the workloads' creation is no answer.
        bool created = report.Runs.Any(RunPlots.ShowUpgrades) && withSets.All(run => run.Workloads.All(workload => workload.Rollouts.Count == 1));
        List<string> sentences = [];
        if (!created)
        {
            sentences.Add(Soonest.Of("is through", withSets.Where(IsThrough).Select(run => (run, run.Workloads.Max(w => w.Rollouts[^1].SecondsTo100 ?? 0)))));
            if (withSets.MinBy(Most) is { } least && withSets.MaxBy(Most) is { } most && Most(least) < Most(most))
                sentences.Add($"{Name(least)} has the fewest pods unavailable at a time, {Human.Count(Most(least))}; {Name(most)} the most, {Human.Count(Most(most))}.");
        }

        foreach (RunResult run in withSets)
        {
            if (run.ViolationCount > 0) sentences.Add($"**{Name(run)} has failed**: {Markdown.Plain(run.Violations[0].Text)}.");
            else if (!IsThrough(run) && (!created || SidecarComparison.IsThrough(run))) sentences.Add($"{Name(run)} is not through when the run ends.");
        }

        return string.Join(" ", sentences.Where(sentence => sentence.Length > 0));
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

    private static string[] Cells(RunResult run, string folder)
    {
        RolloutResult[] last = [.. run.Workloads.Select(w => w.Rollouts[^1])];
        PodAttribution attribution = PodAttribution.Of(PodAttribution.Relevant(run));
        int failed = run.Expectations.Count(expectation => !expectation.Passed && !expectation.IsOverSeeds);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            Human.Count(last.Sum(r => Math.Min(r.UpdatedReady, r.ToUpdate))) + " of " + Human.Count(last.Sum(r => r.ToUpdate)),
            Slowest(last, rollout => rollout.SecondsTo50),
            Slowest(last, rollout => rollout.SecondsTo100),
            Human.Count(Most(run)),
            Allowed(run.Workloads),
            Human.Number(Math.Round(run.Workloads.Sum(w => w.UnavailablePodSeconds), 1)),
            run.Workloads.Select(w => w.LongestUnavailability?.Length.Seconds).Max() is { } longest ? Human.Duration(longest) : "–",
            run.Registries.Count == 0 ? "–" : Human.BitRate(run.Registries.Sum(registry => registry.PeakBytesPerSecond)),
            Human.Duration(attribution.Mean(PodCause.WaitingForTurn)),
            attribution.RankedAfterWait is [var cause, ..]
                ? $"{Human.Duration(attribution.SecondsAfterWait / attribution.Rows)}, {PodCauses.Titles[(int)cause]} ({Human.Percent(attribution.ShareAfterWait(cause))})"
                : "–",
            run.ViolationCount > 0 ? "**violated**" : run.Expectations.Count == 0 ? "–" : failed == 0 ? "passed" : $"**{failed} failed**",
        ];
    }

    private static string Slowest(RolloutResult[] rollouts, Func<RolloutResult, double?> seconds) =>
        rollouts.Length > 0 && rollouts.All(r => seconds(r) is not null) ? Human.Duration(rollouts.Max(r => seconds(r)!.Value)) : "–";
}
