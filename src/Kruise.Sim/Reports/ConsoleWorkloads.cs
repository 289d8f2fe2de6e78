using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;
using Spectre.Console;

namespace Kruise.Sim.Reports;

/// <summary>What <c>run</c> prints of workloads.</summary>
internal static class ConsoleWorkloads
{
    private const int CausesShown = 6;
    private const int ViolationsShown = 5;

    public static void Write(IAnsiConsole console, ScenarioReport report, bool wide, bool titled)
    {
        if (report.Runs.All(run => run.Workloads.Count == 0)) return;
        console.Write(Sets(report, wide, titled));
        if (report.HasVariants) return;
        // Where only sidecars were upgraded, how the pods came to be is not what was asked.
        RunResult run = report.Runs[0];
        if (RunPlots.ShowUpgrades(run) && run.Workloads.All(workload => workload.Rollouts.Count == 1)) return;
        console.Write(Causes("where the pods' time went", "of its turn", PodAttribution.Of(PodAttribution.Relevant(run))));
    }

    /// <summary>What must not be, in any case.</summary>
    public static void WriteViolations(IAnsiConsole console, RunResult run, string of)
    {
        foreach (Violation violation in run.Violations.Take(ViolationsShown))
        {
            string objects = string.Join(", ", violation.Objects.Take(4)) + (violation.Objects.Count > 4 ? ", ..." : "");
            console.MarkupLine("[red]VIOLATED[/] " + of + Markup.Escape($"{ViolationRules.Key(violation.Rule)} {violation.Text} ({objects})"));
        }

        if (run.ViolationCount > ViolationsShown)
            console.MarkupLine("[red]VIOLATED[/] " + of + FormattableString.Invariant($"{run.ViolationCount - ViolationsShown:#,0} times more"));
    }

    private static Table Sets(ScenarioReport report, bool wide, bool titled)
    {
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        if (titled) table.Title = new TableTitle(Markup.Escape(report.Scenario));
        if (report.HasVariants) table.AddColumn("variant");
        table.AddColumn("workload");
        string[] headings = wide
            ? ["updated", "ready", "50 %", "90 %", "100 %", "unavailable", "allowed", "longest", "created", "restarts"]
            : ["updated", "50 %", "100 %", "unavailable", "longest"];
        foreach (string heading in headings) table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (RunResult run in report.Runs)
        {
            foreach (WorkloadResult workload in run.Workloads)
            {
                RolloutResult rollout = workload.Rollouts[^1];
                List<string> cells = report.HasVariants ? [Markup.Escape(run.Variant ?? "")] : [];
                cells.Add(Markup.Escape(workload.FullName));
                string updated = Human.Count(Math.Min(rollout.UpdatedReady, rollout.ToUpdate)) + "/" + Human.Count(rollout.ToUpdate);
                cells.Add(rollout.IsComplete || rollout.ToUpdate == 0 ? updated : "[yellow]" + updated + "[/]");
                if (wide) cells.Add(Human.Count(workload.Ready) + "/" + Human.Count(workload.Desired));
                cells.Add(Duration(rollout.SecondsTo50));
                if (wide) cells.Add(Duration(rollout.SecondsTo90));
                cells.Add(Duration(rollout.SecondsTo100));
                cells.Add(Human.Count(workload.MaxUnavailable.Value));
                if (wide) cells.Add(WorkloadComparison.Allowed(workload));
                cells.Add(Duration(workload.LongestUnavailability?.Length.Seconds));
                if (wide) cells.Add(Human.Count(workload.PodsCreated));
                if (wide) cells.Add(Human.Count(workload.Restarts));
                table.AddRow([.. cells]);
            }
        }

        return table;
    }

    /// <summary>Where the time of pods went, the causes that took most of it.</summary>
    public static Table Causes(string title, string inTurnTitle, PodAttribution attribution)
    {
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn(title).AddColumn(new TableColumn("a pod").RightAligned());
        table.AddColumn(new TableColumn("share").RightAligned()).AddColumn(new TableColumn(inTurnTitle).RightAligned());
        IReadOnlyList<PodCause> ranked = attribution.Ranked;
        foreach (PodCause cause in ranked.Take(CausesShown))
        {
            string inTurn = cause == PodCause.WaitingForTurn ? "–" : Human.Percent(attribution.ShareAfterWait(cause));
            table.AddRow(PodCauses.Titles[(int)cause], Human.Duration(attribution.Mean(cause)), Human.Percent(attribution.Share(cause)), inTurn);
        }

        if (ranked.Count > CausesShown)
        {
            PodCause[] rest = [.. ranked.Skip(CausesShown)];
            table.AddRow("the rest", Human.Duration(rest.Sum(attribution.Mean)), Human.Percent(rest.Sum(attribution.Share)), Human.Percent(rest.Sum(attribution.ShareAfterWait)));
        }

        return table;
    }

    private static string Duration(double? seconds) => seconds is { } value ? Human.Duration(value) : "–";
}
