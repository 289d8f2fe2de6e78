using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary><c>report.md</c> of a scenario with variants: the runs beside each other.</summary>
internal static class ComparisonPage
{
    public static string Of(ScenarioReport report, IReadOnlyList<string> folders, bool plots)
    {
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(report.Scenario));
        if (report.Question is not null) page.Paragraph("**Question.** " + Markdown.Plain(report.Question));
        page.Paragraph("**Answer.** " + AnswerOf(report));
        Tables(page, report, folders);
        if (plots)
        {
            foreach (PlotFile plot in ComparisonPlots.Of(report)) RunPage.Plot(page, plot);
        }

        page.Paragraph("## Each variant");
        Variants(page, report, folders);
        page.Paragraph("## Reproduce");
        RunPage.Command(page, report.ReproduceCommand);
        page.Append("Data: [summary.json](summary.json) with every variant's summary; tables per node and over time in the variants' folders.\n");
        return page.ToString();
    }

    /// <summary>How the variants differ, in sentences.</summary>
    public static string AnswerOf(ScenarioReport report) => string.Join(
        " ",
        new[] { SidecarComparison.Conclusion(report), WorkloadComparison.Conclusion(report), report.Runs.Any(RunPlots.ShowWarmup) ? Conclusion(report) : "" }.Where(sentence => sentence.Length > 0));

    /// <summary>The variants beside each other.</summary>
    public static void Tables(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders)
    {
        (string Title, bool IsThere, Action Write)[] tables =
        [
            ("Sidecars", report.Runs.Any(run => run.SidecarSets.Count > 0), () => SidecarComparison.Write(page, report, folders)),
            ("Rollouts", report.Runs.Any(run => run.Workloads.Count > 0), () => WorkloadComparison.Write(page, report, folders)),
            ("Image warm-up", report.Runs.Any(RunPlots.ShowWarmup), () => Warmup(page, report, folders)),
        ];
        foreach ((string title, _, Action write) in tables.Where(table => table.IsThere))
        {
            // One table needs no heading.
            if (tables.Count(table => table.IsThere) > 1) page.Paragraph("## " + title);
            write();
        }
    }

    /// <summary>A line per variant with its own answer and a link to its page.</summary>
    public static void Variants(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders)
    {
        for (int index = 0; index < folders.Count; index++)
        {
            RunResult run = report.Runs[index];
            page.Append($"- [{Markdown.Plain(run.Variant ?? folders[index])}]({folders[index]}/{RunPage.FileName}): {RunPage.AnswerOf(run, FigureLinks.None)}\n");
        }

        page.Append('\n');
    }

    private static void Warmup(StringBuilder page, ScenarioReport report, IReadOnlyList<string> folders)
    {
        page.Table(
            ["variant", ">warm", ">failed", ">completes in", ">p50", ">p99", ">max", ">registry peak", ">waits for a slot", "holds it, mostly for", "expectations"],
            report.Runs.Select((run, index) => Cells(run, folders[index])));
        string[] partly = [.. report.Runs.Where(run => Answer.OfThose(run) is not null)
            .Select(run => $"{Markdown.Plain(run.Variant ?? "")} {Human.Count(run.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded))} of {Human.Count(run.Nodes.Count)}")];
        if (partly.Length > 0)
            page.Paragraph($"Percentiles are of the nodes that got warm ({string.Join(", ", partly)}): they do not compare with those of a variant that warms every node.");
    }

    /// <summary>A job that gives up early is no fast job: only variants that warmed every node are compared by time.</summary>
    private static string Conclusion(ScenarioReport report)
    {
        string soonest = Soonest.Of("warms every node", report.Runs.Where(run => Answer.CompletionSeconds(run) is not null && run.Jobs.All(job => job.Succeeded == job.Desired))
            .Select(run => (run, Answer.CompletionSeconds(run)!.Value)));
        List<string> sentences = soonest.Length > 0 ? [soonest] : [];
        foreach (RunResult run in report.Runs)
        {
            int failed = run.Jobs.Sum(job => job.Failed);
            if (failed > 0) sentences.Add($"{Markdown.Plain(run.Variant ?? "")} gives up on {Human.Count(failed)} of {Human.Count(run.Jobs.Sum(job => job.Desired))} nodes.");
            if (run.Jobs.Count > 0 && Answer.CompletionSeconds(run) is null) sentences.Add($"{Markdown.Plain(run.Variant ?? "")} is not complete when the run ends.");
        }

        return string.Join(" ", sentences);
    }

    private static string[] Cells(RunResult run, string folder)
    {
        Percentiles? warmup = NearestRank.OfWarmups(run.Nodes);
        Attribution attribution = Attribution.Of(run.Nodes);
        int failed = run.Expectations.Count(expectation => !expectation.Passed && !expectation.IsOverSeeds);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            Human.Count(run.Jobs.Sum(job => job.Succeeded)) + " of " + Human.Count(run.Jobs.Sum(job => job.Desired)),
            Human.Count(run.Jobs.Sum(job => job.Failed)),
            run.Jobs.Count == 0 ? "no job" : Answer.CompletionSeconds(run) is { } seconds ? Human.DurationAndSeconds(seconds) : "not complete",
            warmup is null ? "–" : Human.Duration(warmup.P50),
            warmup is null ? "–" : Human.Duration(warmup.P99),
            warmup is null ? "–" : Human.Duration(warmup.Max),
            Human.BitRate(run.Registries.Select(registry => registry.PeakBytesPerSecond).DefaultIfEmpty().Max()),
            attribution.Rows == 0 ? "–" : Human.Duration(attribution.Mean(WarmupCause.WaitingForSlot)),
            attribution.RankedAfterWait is [var dominant, ..]
                ? $"{Human.Duration(attribution.SecondsAfterWait / attribution.Rows)}, {Human.Percent(attribution.ShareAfterWait(dominant))} {WarmupCauses.Titles[(int)dominant]}"
                : "–",
            run.Expectations.Count == 0 ? "–" : failed == 0 ? "passed" : $"**{failed} failed**",
        ];
    }
}
