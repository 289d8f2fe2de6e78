using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;
using Spectre.Console;

namespace Kruise.Sim.Reports;

/// <summary>What <c>run</c> prints: a table for people, or JSON for programs.</summary>
internal static class ConsoleReport
{
    private const int CausesShown = 5;

    /// <summary>Columns of a terminal from which the whole table fits.</summary>
    private const int Wide = 120;

    /// <summary>The tables of one scenario; the last line names the report when one was written.</summary>
    public static void Write(IAnsiConsole console, ScenarioReport report, string? reportDirectory)
    {
        if (report.Question is not null) console.MarkupLine("[bold]" + Markup.Escape(report.Question) + "[/]");
        bool warmup = report.Runs.Any(RunPlots.ShowWarmup);
        if (warmup)
        {
            console.Write(Jobs(report, console.Profile.Width >= Wide));
            if (report.HasVariants) console.Write(CausesByVariant(report));
            else console.Write(Causes(report.Runs[0]));
        }

        ConsoleSidecars.Write(console, report, console.Profile.Width >= Wide, titled: !warmup);
        ConsoleWorkloads.Write(console, report, console.Profile.Width >= Wide, titled: !warmup && report.Runs.All(run => run.SidecarSets.Count == 0));
        WriteLevers(console, report);
        foreach (RunResult run in report.Runs)
        {
            string of = run.Variant is null ? "" : Markup.Escape(run.Variant) + ": ";
            ConsoleWorkloads.WriteViolations(console, run, of);
            foreach (ExpectationResult expectation in run.Expectations)
                console.MarkupLine((expectation.Passed ? "[green]passed[/]  " : expectation.IsOverSeeds ? "[yellow]missed[/]  " : "[red]FAILED[/]  ") + of + Markup.Escape(Words(expectation)));
            foreach (string note in run.Notes) console.MarkupLine("[yellow]note[/]    " + of + Markup.Escape(note));
        }

        foreach (RunResult run in report.Runs)
        {
            string times = $"{Human.Duration(run.VirtualTime.Seconds)} of virtual time in {Human.Duration(run.WallSeconds)}";
            console.MarkupLine(FormattableString.Invariant(
                $"[grey]{Markup.Escape(Titles.Of(run))}: seed {run.Seed}, hash {run.Hash:x16}, {run.Events:#,0} events, {times}[/]"));
        }

        console.MarkupLine("[grey]control plane " + Markup.Escape(string.Join(", ", report.Runs.Select(run => run.Preset).Distinct(StringComparer.Ordinal))) + "[/]");
        if (reportDirectory is not null) WriteWhere(console, reportDirectory);
    }

    /// <summary>Where a report is, to look at and as text.</summary>
    public static void WriteWhere(IAnsiConsole console, string folder) =>
        console.MarkupLine(Markup.Escape($"report  {Path.Combine(folder, HtmlPage.FileName)}, as text {Path.Combine(folder, RunPage.FileName)}"));

    /// <summary>The summaries of all runs of all scenarios as one JSON array.</summary>
    public static void WriteJson(Stream output, IEnumerable<ScenarioReport> reports) => output.Write(SummaryJson.OfAll(reports.SelectMany(report => report.Runs)));

    private static Table Jobs(ScenarioReport report, bool wide)
    {
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true, Title = new TableTitle(Markup.Escape(report.Scenario)) };
        // A narrow terminal shows what tells the lines apart, and the figures that matter most.
        bool namesJobs = wide || !report.HasVariants || report.Runs.Any(run => run.Jobs.Count > 1);
        if (report.HasVariants) table.AddColumn("variant");
        if (namesJobs) table.AddColumn("job");
        if (wide) table.AddColumn("image");
        foreach (string heading in wide ? (string[])["warm", "failed", "completes in", "p50", "p90", "p99", "max"] : ["warm", "failed", "completes in", "p50", "p99"])
            table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
        foreach (RunResult run in report.Runs)
        {
            foreach (JobResult job in run.Jobs)
            {
                List<string> cells = [];
                if (report.HasVariants) cells.Add(Markup.Escape(run.Variant ?? ""));
                if (namesJobs) cells.Add(Markup.Escape(job.Namespace + "/" + job.Name));
                if (wide) cells.Add(Markup.Escape(job.Image));
                cells.Add(Human.Count(job.Succeeded) + "/" + Human.Count(job.Desired));
                cells.Add(job.Failed == 0 ? "0" : "[red]" + Human.Count(job.Failed) + "[/]");
                cells.Add(job.Completion is { } completion ? Human.Duration((completion - job.Start).Seconds) : job.NeverCompletes ? "never" : "[yellow]no[/]");
                cells.Add(Duration(job.Warmup?.P50));
                if (wide) cells.Add(Duration(job.Warmup?.P90));
                cells.Add(Duration(job.Warmup?.P99));
                if (wide) cells.Add(Duration(job.Warmup?.Max));
                table.AddRow([.. cells]);
            }
        }

        return table;
    }

    private static void WriteLevers(IAnsiConsole console, ScenarioReport report)
    {
        if (report.Runs.All(run => run.WhatIfs.Count == 0)) return;
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        if (report.HasVariants) table.AddColumn("variant");
        bool completes = report.Runs.Any(Lever.AnyCompletes);
        table.AddColumn("what would make it faster");
        foreach (string heading in (ReadOnlySpan<string>)["warm", "failed", completes ? "completes in" : "p99", "speed-up"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (RunResult run in report.Runs)
        {
            foreach (Lever lever in Lever.Ranked(run))
            {
                List<string> cells = report.HasVariants ? [Markup.Escape(run.Variant ?? "")] : [];
                WhatIf change = lever.WhatIf;
                cells.Add(Markup.Escape(change.Change));
                cells.Add(Human.Count(change.Succeeded) + "/" + Human.Count(change.Desired));
                cells.Add(Human.Count(change.Failed));
                cells.Add(!completes ? Duration(change.Warmup?.P99) : change.CompletionSeconds is { } seconds ? Human.Duration(seconds - Answer.StartSeconds(run)) : "does not complete");
                cells.Add(lever.SpeedUpWords);
                table.AddRow([.. cells]);
            }
        }

        console.Write(table);
    }

    private static Table Causes(RunResult run)
    {
        Attribution attribution = Attribution.Of(run.Nodes);
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        foreach (string column in (ReadOnlySpan<string>)["where the time went", ">a node", ">share", ">of its slot"])
        {
            var header = new TableColumn(column.TrimStart('>'));
            table.AddColumn(column[0] == '>' ? header.RightAligned() : header);
        }

        IReadOnlyList<WarmupCause> ranked = attribution.Ranked;
        foreach (WarmupCause cause in ranked.Take(CausesShown))
            table.AddRow(WarmupCauses.Titles[(int)cause], Human.Duration(attribution.Mean(cause)), Human.Percent(attribution.Share(cause)), InSlot(cause));
        if (ranked.Count > CausesShown)
            table.AddRow(
                "the rest",
                Human.Duration(ranked.Skip(CausesShown).Sum(attribution.Mean)),
                Human.Percent(ranked.Skip(CausesShown).Sum(attribution.Share)),
                Human.Percent(ranked.Skip(CausesShown).Sum(attribution.ShareAfterWait)));
        return table;

        string InSlot(WarmupCause cause) => cause == WarmupCause.WaitingForSlot ? "–" : Human.Percent(attribution.ShareAfterWait(cause));
    }

    private static Table CausesByVariant(ScenarioReport report)
    {
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn("variant").AddColumn(new TableColumn("waits for a slot").RightAligned()).AddColumn(new TableColumn("holds it").RightAligned()).AddColumn("mostly for");
        foreach (RunResult run in report.Runs)
        {
            Attribution attribution = Attribution.Of(run.Nodes);
            if (attribution.RankedAfterWait is not [var cause, ..]) continue;
            table.AddRow(
                Markup.Escape(run.Variant ?? ""),
                Human.Duration(attribution.Mean(WarmupCause.WaitingForSlot)),
                Human.Duration(attribution.SecondsAfterWait / attribution.Rows),
                $"{WarmupCauses.Titles[(int)cause]} ({Human.Percent(attribution.ShareAfterWait(cause))})");
        }

        return table;
    }

    private static string Words(ExpectationResult expectation)
    {
        string? unit = MetricCatalog.Find(expectation.Metric)?.Metric.Unit;
        string limits = string.Join(" and ", new[]
        {
            expectation.Min is { } min ? "at least " + Human.Number(min, unit) : null,
            expectation.Max is { } max ? "at most " + Human.Number(max, unit) : null,
        }.Where(limit => limit is not null));
        return $"{expectation.Metric} is {(expectation.Value is { } value ? Human.Number(value, unit) : "unknown")}, expected {limits}{(expectation.IsOverSeeds ? " over seeds, which check judges" : "")}";
    }

    private static string Duration(double? seconds) => seconds is { } value ? Human.Duration(value) : "–";
}
