using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;
using Spectre.Console;

namespace Kruise.Sim.Reports;

/// <summary>What <c>run</c> prints of SidecarSets.</summary>
internal static class ConsoleSidecars
{
    public static void Write(IAnsiConsole console, ScenarioReport report, bool wide, bool titled)
    {
        if (report.Runs.All(run => run.SidecarSets.Count == 0)) return;
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        if (titled) table.Title = new TableTitle(Markup.Escape(report.Scenario));
        if (report.HasVariants) table.AddColumn("variant");
        table.AddColumn("SidecarSet");
        string[] headings = wide
            ? ["with it", "without", "upgraded", "50 %", "100 %", "out of service", "allowed", "failed", "a pod", "own restarts", "admission", "max"]
            : ["with it", "without", "upgraded", "100 %", "out of service", "failed"];
        foreach (string heading in headings) table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (RunResult run in report.Runs)
        {
            foreach (SidecarSetResult set in run.SidecarSets) table.AddRow([.. Cells(run, set, report.HasVariants, wide)]);
        }

        console.Write(table);
        if (report.HasVariants || !RunPlots.ShowUpgrades(report.Runs[0])) return;
        PodAttribution attribution = SidecarSection.Attribution(report.Runs[0].Upgrades);
        if (attribution.Ranked.Count > 0) console.Write(ConsoleWorkloads.Causes("where the upgrades' time went", "of its upgrade", attribution));
    }

    private static IEnumerable<string> Cells(RunResult run, SidecarSetResult set, bool hasVariants, bool wide)
    {
        SidecarRolloutResult version = set.Rollouts[^1];
        bool isUpgraded = version.Number > 0;
        if (hasVariants) yield return Markup.Escape(run.Variant ?? "");
        yield return Markup.Escape(set.Name);
        yield return Human.Count(set.Matched);
        yield return set.Without > 0 ? "[yellow]" + Human.Count(set.Without) + "[/]" : "0";
        string upgraded = Human.Count(Math.Min(version.UpgradedReady, version.ToUpgrade)) + "/" + Human.Count(version.ToUpgrade);
        yield return !isUpgraded ? "–" : version.IsComplete ? upgraded : "[yellow]" + upgraded + "[/]";
        if (wide) yield return isUpgraded ? Duration(version.SecondsTo50) : "–";
        yield return isUpgraded ? Duration(version.SecondsTo100) : "–";
        yield return Human.Count(set.MaxUnavailable.Value);
        if (wide) yield return Human.Count(set.AllowedUnavailable);
        yield return Human.Count(set.Rollouts.Sum(r => r.Failed));
        if (!wide) yield break;
        yield return Duration(set.Upgrade?.P50);
        yield return Human.Count(set.BusinessRestarts);
        yield return Duration(run.Admission?.Wait?.P50);
        yield return Duration(run.Admission?.Wait?.Max);
    }

    private static string Duration(double? seconds) => seconds is { } value ? Human.Duration(value) : "–";
}
