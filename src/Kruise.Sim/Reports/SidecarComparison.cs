using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;

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
    }

    public static string Conclusion(ScenarioReport report, Func<RunResult, FigureLinks> links)
    {
        List<string> sentences = [];
        (RunResult Run, double Seconds)[] complete =
        [
            .. report.Runs.Where(run => SidecarSection.SecondsTo100(run) is not null).Select(run => (run, SidecarSection.SecondsTo100(run)!.Value)).OrderBy(run => run.Item2),
        ];
        if (complete.Length > 0)
        {
            string sentence = $"{Name(complete[0].Run)} has the sidecars upgraded soonest, in {Last(complete[0].Run, complete[0].Seconds)}";
            if (complete.Length > 1 && complete[0].Seconds > 0)
                sentence += $"; {Name(complete[^1].Run)} takes longest, {Last(complete[^1].Run, complete[^1].Seconds)} ({Human.Factor(complete[^1].Seconds / complete[0].Seconds)} as long)";
            sentences.Add(sentence + ".");
        }

        foreach (RunResult run in report.Runs)
        {
            int missed = run.SidecarSets.Sum(set => set.Missed);
            if (missed > 0) sentences.Add($"{Name(run)} makes {Human.Count(missed)} pods without a sidecar.");
        }

        return string.Join(" ", sentences);

        string Last(RunResult run, double seconds) => Slowest(run, version => version.SecondsTo100, links(run), Human.DurationAndSeconds(Math.Round(seconds, 3)));
    }

    /// <summary>A figure of the set that took longest to come so far with its last version.</summary>
    private static string Slowest(RunResult run, Func<SidecarRolloutResult, double?> seconds, FigureLinks links, string figure)
    {
        SidecarSetResult? slowest = run.SidecarSets.Where(set => set.Rollouts.Count > 1).MaxBy(set => seconds(set.Rollouts[^1]));
        return slowest is not null && seconds(slowest.Rollouts[^1]) is { } most ? links.Reached(slowest, slowest.Rollouts[^1], most, figure) : figure;
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
