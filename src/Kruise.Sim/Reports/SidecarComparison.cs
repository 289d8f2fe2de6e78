using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary>What the page of a scenario's variants says of SidecarSets.</summary>
internal static class SidecarComparison
{
    public static void Write(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders, Func<RunResult, FigureLinks> links)
    {
        if (report.Runs.All(run => run.SidecarSets.Count == 0)) return;
        page.Table(
            ["variant", ">with sidecar", ">without", ">upgraded and ready", ">50 % after", ">100 % after", ">most out of service", ">allowed", ">failed", ">a pod's upgrade, p50", ">p99",
             ">own containers restarted", ">fetched", ">admission, p50", ">max", ">start-up, p50", ">p99"],
            report.Runs.Select((run, index) => Cells(run, folders[index], links(run))));
        SidecarSection.MoreThanAllowed(page, report.Runs);
    }

    public static string Conclusion(ScenarioReport report, Func<RunResult, FigureLinks> links)
    {
        List<string> sentences = [];
        RunResult[] upgrading = [.. report.Runs.Where(RunPlots.ShowUpgrades)];
        string[] broken = [.. upgrading.Where(run => GivenUp(run).Any()).Select(run => Broken(run, links(run)))];
        if (broken.Length > 0) sentences.Add($"Pods that a version broke before it was given up: {string.Join(", ", broken)}.");
        // A version that had nothing to upgrade, or that leaves broken pods, was not soonest.
        sentences.Add(Soonest.Of(
            broken.Length > 0 ? "has the next version on its pods" : "has the sidecars upgraded",
            upgrading.Where(run => IsThrough(run) && Last(run).Any(version => version.Upgrades > 0)).Select(run => (run, Last(run).Max(version => version.SecondsTo100!.Value))),
            (run, figure) => Slowest(run, version => version.SecondsTo100, links(run), figure)));
        if (upgrading.MinBy(Most) is { } least && upgrading.MaxBy(Most) is { } most && Most(least) < Most(most))
            sentences.Add($"{Name(least)} has the fewest upgraded pods out of service at a time, {Peak(least)}; {Name(most)} the most, {Peak(most)}.");
        foreach (RunResult run in upgrading.Where(run => !IsThrough(run))) sentences.Add(NotThrough(run));
        foreach (RunResult run in report.Runs)
        {
            int missed = run.SidecarSets.Sum(set => set.Missed);
            if (missed > 0) sentences.Add($"{Name(run)} makes {Human.Count(missed)} pods without a sidecar.");
        }

        return string.Join(" ", sentences.Where(sentence => sentence.Length > 0));

        string Peak(RunResult run) => run.SidecarSets is [var only] ? links(run).At(only.MaxUnavailable, Human.Count(Most(run))) : Human.Count(Most(run));
    }

    /// <summary>A figure of the set that took longest to come so far with its last version.</summary>
    private static string Slowest(RunResult run, Func<SidecarRolloutResult, double?> seconds, FigureLinks links, string figure)
    {
        SidecarSetResult? slowest = run.SidecarSets.Where(set => set.Rollouts.Count > 1).MaxBy(set => seconds(set.Rollouts[^1]));
        return slowest is not null && seconds(slowest.Rollouts[^1]) is { } most ? links.Reached(slowest, slowest.Rollouts[^1], most, figure) : figure;
    }

    /// <summary>Whether the pods came to the last versions of the sets that were changed, and are ready.</summary>
    public static bool IsThrough(RunResult run) => Last(run).All(version => version.IsComplete) && Unready(run) == 0;

    private static string NotThrough(RunResult run) => Last(run).All(version => version.IsComplete)
        ? $"{Name(run)} leaves {Human.Count(Unready(run))} {(Unready(run) == 1 ? "pod" : "pods")} not ready when the run ends."
        : $"{Name(run)} has not upgraded every pod when the run ends.";

    private static IEnumerable<SidecarRolloutResult> Last(RunResult run) => run.SidecarSets.Where(set => set is { IsGone: false, Rollouts.Count: > 1 }).Select(set => set.Rollouts[^1]);

    private static int Unready(RunResult run) => run.SidecarSets.Where(set => !set.IsGone).Sum(set => Math.Max(0, set.Matched - set.Ready));

    private static int Most(RunResult run) => run.SidecarSets.Sum(set => set.MaxUnavailable.Value);

    private static IEnumerable<SidecarRolloutResult> GivenUp(RunResult run) =>
        run.SidecarSets.SelectMany(set => set.Rollouts).Where(version => version is { Number: > 0, Superseded: not null, Failed: > 0 });

    private static string Broken(RunResult run, FigureLinks links)
    {
        string failed = Human.Count(GivenUp(run).Sum(version => version.Failed));
        // Rows are found by a set and a version: of several there is no one place to go to.
        if (run.SidecarSets is [var only] && GivenUp(run).ToArray() is [var version])
            failed = links.Rows(SidecarsCsv.FileName, failed, ("sidecarSet", only.Name), ("version", Human.Count(version.Number)), ("outcome", "failed"));
        return $"{failed} of {Human.Count(GivenUp(run).Sum(version => version.Upgrades))} upgraded in {Name(run)}";
    }

    private static string Name(RunResult run) => Markdown.Plain(run.Variant ?? "");

    private static string[] Cells(RunResult run, string folder, FigureLinks links)
    {
        SidecarRolloutResult[] last = [.. run.SidecarSets.Where(set => set.Rollouts.Count > 1).Select(set => set.Rollouts[^1])];
        double[] upgrades = [.. run.Upgrades.Where(row => row.UpgradeSeconds is not null).Select(row => row.UpgradeSeconds!.Value)];
        Percentiles? upgrade = NearestRank.Of(upgrades);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            Human.Count(run.SidecarSets.Sum(set => set.Matched)),
            Human.Count(run.SidecarSets.Sum(set => set.Without)),
            last.Length == 0 ? "–" : Ready(Human.Count(last.Sum(version => Math.Min(version.UpgradedReady, version.ToUpgrade)))) + " of " + Human.Count(last.Sum(version => version.ToUpgrade)),
            last.Length > 0 && last.All(version => version.SecondsTo50 is not null) ? Slowest(run, version => version.SecondsTo50, links, Human.Duration(last.Max(version => version.SecondsTo50!.Value))) : "–",
            SidecarSection.SecondsTo100(run) is { } all ? Slowest(run, version => version.SecondsTo100, links, Human.Duration(all)) : "–",
            run.SidecarSets is [var one] ? links.At(one.MaxUnavailable, Human.Count(one.MaxUnavailable.Value)) : Human.Count(run.SidecarSets.Sum(set => set.MaxUnavailable.Value)),
            Human.Count(run.SidecarSets.Sum(set => set.AllowedUnavailable)),
            links.Rows(SidecarsCsv.FileName, Human.Count(run.SidecarSets.Sum(set => set.Rollouts.Sum(version => version.Failed))), ("outcome", "failed")),
            Upgrade(upgrade?.P50),
            Upgrade(upgrade?.P99),
            Human.Count(run.SidecarSets.Sum(set => set.BusinessRestarts)),
            Human.Bytes(run.SidecarSets.Sum(set => set.BytesFetched)),
            Pod(FigureLinks.AdmissionWait, run.Admission?.Wait?.P50),
            Pod(FigureLinks.AdmissionWait, run.Admission?.Wait?.Max),
            Pod(FigureLinks.StartUp, run.PodStartup?.P50),
            Pod(FigureLinks.StartUp, run.PodStartup?.P99),
        ];

        string Ready(string figure) => run.SidecarSets is [var only] ? links.Upgraded(only, only.Rollouts[^1], figure) : figure;

        string Upgrade(double? seconds) => seconds is { } value ? links.Upgrade(null, value, Human.Duration(value)) : "–";

        string Pod(Func<Measures.Workloads.PodRow, double?> took, double? seconds) => seconds is { } value ? links.Pod(took, value, Human.Duration(value)) : "–";
    }
}
