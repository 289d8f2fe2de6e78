using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary><c>report.md</c> of a scenario with variants: the runs beside each other.</summary>
internal static class ComparisonPage
{
    /// <summary>What leads from figures to a run's rows; nowhere in <c>report.md</c>.</summary>
    public static readonly Func<RunResult, FigureLinks> NoLinks = _ => FigureLinks.None;

    public static string Of(ScenarioReport report, IReadOnlyList<string> folders, bool plots)
    {
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(report.Scenario));
        if (report.Question is not null) page.Paragraph("**Question.** " + Markdown.Plain(report.Question));
        page.Paragraph("**Answer.** " + AnswerOf(report, NoLinks));
        Tables(page, report, folders, NoLinks);
        if (plots)
        {
            foreach (PlotFile plot in ComparisonPlots.Of(report)) RunPage.Plot(page, plot);
        }

        page.Paragraph("## Each variant");
        Variants(page, report, folders, NoLinks);
        page.Paragraph("## Reproduce");
        RunPage.Command(page, report.ReproduceCommand);
        page.Append("Data: [summary.json](summary.json) with every variant's summary; tables per node and over time in the variants' folders.\n");
        return page.ToString();
    }

    /// <summary>How the variants differ, in sentences.</summary>
    public static string AnswerOf(ScenarioReport report, Func<RunResult, FigureLinks> links) => string.Join(
        " ",
        new[] { SidecarComparison.Conclusion(report, links), WorkloadComparison.Conclusion(report, links), report.Runs.Any(RunPlots.ShowWarmup) ? Conclusion(report, links) : "" }.Where(sentence => sentence.Length > 0));

    /// <summary>The variants beside each other.</summary>
    public static void Tables(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders, Func<RunResult, FigureLinks> links)
    {
        (string Title, bool IsThere, Action Write)[] tables =
        [
            ("Sidecars", report.Runs.Any(run => run.SidecarSets.Count > 0), () => SidecarComparison.Write(page, report, folders, links)),
            ("Rollouts", report.Runs.Any(run => run.Workloads.Count > 0), () => WorkloadComparison.Write(page, report, folders, links)),
            ("Image warm-up", report.Runs.Any(RunPlots.ShowWarmup), () => Warmup(page, report, folders, links)),
        ];
        foreach ((string title, _, Action write) in tables.Where(table => table.IsThere))
        {
            // One table needs no heading.
            if (tables.Count(table => table.IsThere) > 1) page.Paragraph("## " + title);
            write();
        }
    }

    /// <summary>A line per variant with its own answer and a link to its page.</summary>
    public static void Variants(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders, Func<RunResult, FigureLinks> links)
    {
        for (int index = 0; index < folders.Count; index++)
        {
            RunResult run = report.Runs[index];
            page.Append($"- [{Markdown.Plain(run.Variant ?? folders[index])}]({folders[index]}/{RunPage.FileName}): {RunPage.AnswerOf(run, links(run))}\n");
        }

        page.Append('\n');
    }

    private static void Warmup(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders, Func<RunResult, FigureLinks> links)
    {
        page.Table(
            ["variant", ">warm", ">failed", ">completes in", ">p50", ">p99", ">max", ">registry peak", ">waits for a slot", "holds it, mostly for", "expectations"],
            report.Runs.Select((run, index) => Cells(run, folders[index], links(run))));
        string[] partly = [.. report.Runs.Where(run => Answer.OfThose(run) is not null)
            .Select(run => $"{Markdown.Plain(run.Variant ?? "")} {Human.Count(run.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded))} of {Human.Count(run.Nodes.Count)}")];
        if (partly.Length > 0)
            page.Paragraph($"Percentiles are of the nodes that got warm ({string.Join(", ", partly)}): they do not compare with those of a variant that warms every node.");
    }

    /// <summary>A job that gives up early is no fast job: only variants that warmed every node are compared by time.</summary>
    private static string Conclusion(ScenarioReport report, Func<RunResult, FigureLinks> links)
    {
        string soonest = Soonest.Of(
            "warms every node",
            report.Runs.Where(run => Answer.CompletionSeconds(run) is not null && run.Jobs.All(job => job.Succeeded == job.Desired))
                .Select(run => (run, Answer.CompletionSeconds(run)!.Value)),
            (run, figure) => links(run).LastReport(null, figure));
        List<string> sentences = soonest.Length > 0 ? [soonest] : [];
        foreach (RunResult run in report.Runs)
        {
            int failed = run.Jobs.Sum(job => job.Failed);
            if (failed > 0) sentences.Add(
                $"{Markdown.Plain(run.Variant ?? "")} gives up on {links(run).Rows(NodesCsv.FileName, Human.Count(failed), ("outcome", "failed"))} of {Human.Count(run.Jobs.Sum(job => job.Desired))} nodes.");
            if (run.Jobs.Count > 0 && Answer.CompletionSeconds(run) is null) sentences.Add($"{Markdown.Plain(run.Variant ?? "")} is not complete when the run ends.");
        }

        return string.Join(" ", sentences);
    }

    private static string[] Cells(RunResult run, string folder, FigureLinks links)
    {
        Percentiles? warmup = NearestRank.OfWarmups(run.Nodes);
        Attribution attribution = Attribution.Of(run.Nodes);
        int failed = run.Expectations.Count(expectation => !expectation.Passed && !expectation.IsOverSeeds);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            links.Rows(NodesCsv.FileName, Human.Count(run.Jobs.Sum(job => job.Succeeded)), ("outcome", "succeeded")) + " of " + Human.Count(run.Jobs.Sum(job => job.Desired)),
            links.Rows(NodesCsv.FileName, Human.Count(run.Jobs.Sum(job => job.Failed)), ("outcome", "failed")),
            run.Jobs.Count == 0 ? "no job" : Answer.CompletionSeconds(run) is { } seconds ? links.LastReport(null, Human.DurationAndSeconds(seconds)) : "not complete",
            warmup is null ? "–" : links.Warmup(null, 50, Human.Duration(warmup.P50)),
            warmup is null ? "–" : links.Warmup(null, 99, Human.Duration(warmup.P99)),
            warmup is null ? "–" : links.Warmup(null, 100, Human.Duration(warmup.Max)),
            run.Registries.MaxBy(registry => registry.PeakBytesPerSecond) is { } busiest
                ? links.Metric($"registries.{busiest.Name}.peakBytesPerSecond", Human.BitRate(busiest.PeakBytesPerSecond)) : Human.BitRate(0),
            attribution.Rows == 0 ? "–" : links.Cause(NodesCsv.FileName, WarmupCauses.Keys[(int)WarmupCause.WaitingForSlot], Human.Duration(attribution.Mean(WarmupCause.WaitingForSlot))),
            attribution.RankedAfterWait is [var dominant, ..]
                ? $"{Human.Duration(attribution.SecondsAfterWait / attribution.Rows)}, "
                + $"{links.Cause(NodesCsv.FileName, WarmupCauses.Keys[(int)dominant], Human.Percent(attribution.ShareAfterWait(dominant)))} {WarmupCauses.Titles[(int)dominant]}"
                : "–",
            run.Expectations.Count == 0 ? "–" : failed == 0 ? "passed" : $"**{failed} failed**",
        ];
    }
}
