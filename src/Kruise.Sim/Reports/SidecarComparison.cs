using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;

namespace Kruise.Sim.Reports;

/// <summary>What the page of a scenario's variants says of SidecarSets.</summary>
internal static class SidecarComparison
{
    public static void Write(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders)
    {
        if (report.Runs.All(run => run.SidecarSets.Count == 0)) return;
        page.Table(
            ["variant", ">with sidecar", ">without", ">upgraded and ready", ">50 % after", ">100 % after", ">most out of service", ">allowed", ">failed", ">a pod's upgrade, p50", ">p99",
             ">own containers restarted", ">fetched", ">admission, p50", ">max", ">start-up, p50", ">p99"],
            report.Runs.Select((run, index) => Cells(run, folders[index])));
    }

    public static string Conclusion(ScenarioReport report)
    {
        List<string> sentences = [];
        (RunResult Run, double Seconds)[] complete =
        [
            .. report.Runs.Where(run => SidecarSection.SecondsTo100(run) is not null).Select(run => (run, SidecarSection.SecondsTo100(run)!.Value)).OrderBy(run => run.Item2),
        ];
        if (complete.Length > 0)
        {
            string sentence = $"{Name(complete[0].Run)} has the sidecars upgraded soonest, in {Human.DurationAndSeconds(Math.Round(complete[0].Seconds, 3))}";
            if (complete.Length > 1 && complete[0].Seconds > 0)
                sentence += $"; {Name(complete[^1].Run)} takes longest, {Human.DurationAndSeconds(Math.Round(complete[^1].Seconds, 3))} ({Human.Factor(complete[^1].Seconds / complete[0].Seconds)} as long)";
            sentences.Add(sentence + ".");
        }

        foreach (RunResult run in report.Runs)
        {
            int missed = run.SidecarSets.Sum(set => set.Missed);
            if (missed > 0) sentences.Add($"{Name(run)} makes {Human.Count(missed)} pods without a sidecar.");
        }

        return string.Join(" ", sentences);
    }

    private static string Name(RunResult run) => Markdown.Plain(run.Variant ?? "");

    private static string[] Cells(RunResult run, string folder)
    {
        SidecarRolloutResult[] last = [.. run.SidecarSets.Where(set => set.Rollouts.Count > 1).Select(set => set.Rollouts[^1])];
        double[] upgrades = [.. run.Upgrades.Where(row => row.UpgradeSeconds is not null).Select(row => row.UpgradeSeconds!.Value)];
        Percentiles? upgrade = NearestRank.Of(upgrades);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            Human.Count(run.SidecarSets.Sum(set => set.Matched)),
            Human.Count(run.SidecarSets.Sum(set => set.Without)),
            last.Length == 0 ? "–" : Human.Count(last.Sum(version => Math.Min(version.UpgradedReady, version.ToUpgrade))) + " of " + Human.Count(last.Sum(version => version.ToUpgrade)),
            last.Length > 0 && last.All(version => version.SecondsTo50 is not null) ? Human.Duration(last.Max(version => version.SecondsTo50!.Value)) : "–",
            Duration(SidecarSection.SecondsTo100(run)),
            Human.Count(run.SidecarSets.Sum(set => set.MaxUnavailable.Value)),
            Human.Count(run.SidecarSets.Sum(set => set.AllowedUnavailable)),
            Human.Count(run.SidecarSets.Sum(set => set.Rollouts.Sum(version => version.Failed))),
            Duration(upgrade?.P50),
            Duration(upgrade?.P99),
            Human.Count(run.SidecarSets.Sum(set => set.BusinessRestarts)),
            Human.Bytes(run.SidecarSets.Sum(set => set.BytesFetched)),
            Duration(run.Admission?.Wait?.P50),
            Duration(run.Admission?.Wait?.Max),
            Duration(run.PodStartup?.P50),
            Duration(run.PodStartup?.P99),
        ];
    }

    private static string Duration(double? seconds) => seconds is { } value ? Human.Duration(value) : "–";
}
