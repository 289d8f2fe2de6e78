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
        page.Paragraph("**Answer.** " + Conclusion(report));
        page.Table(
            ["variant", ">warm", ">failed", ">completes in", ">p50", ">p99", ">max", ">registry peak", "largest part of the time", "expectations"],
            report.Runs.Select((run, index) => Cells(run, folders[index])));
        if (plots)
        {
            foreach (PlotFile plot in PlotSet.OfComparison) RunPage.Plot(page, plot);
        }

        page.Paragraph("## Each variant");
        for (int index = 0; index < folders.Count; index++)
            page.Append($"- [{Markdown.Plain(report.Runs[index].Variant ?? folders[index])}]({folders[index]}/{RunPage.FileName}): {Answer.Of(report.Runs[index])}\n");
        page.Append('\n');
        page.Paragraph("## Reproduce");
        RunPage.Command(page, report.ReproduceCommand);
        page.Append("Data: [summary.json](summary.json) with every variant's summary; tables per node and over time in the variants' folders.\n");
        return page.ToString();
    }

    private static string Conclusion(ScenarioReport report)
    {
        (RunResult Run, double Seconds)[] complete =
            [.. report.Runs.Where(run => Answer.CompletionSeconds(run) is not null).Select(run => (run, Answer.CompletionSeconds(run)!.Value)).OrderBy(run => run.Item2)];
        if (complete.Length == 0) return "No variant completed within the run.";
        (RunResult fastest, double least) = complete[0];
        (RunResult slowest, double most) = complete[^1];
        string sentence = $"{Markdown.Plain(fastest.Variant ?? "")} is the fastest, complete after {Human.DurationAndSeconds(least)}";
        if (complete.Length > 1) sentence += $"; {Markdown.Plain(slowest.Variant ?? "")} is the slowest after {Human.DurationAndSeconds(most)} ({Human.Factor(most / least)} as long)";
        int open = report.Runs.Count - complete.Length;
        return sentence + (open > 0 ? $"; {open} of {report.Runs.Count} variants did not complete." : ".");
    }

    private static string[] Cells(RunResult run, string folder)
    {
        Percentiles? warmup = NearestRank.OfWarmups(run.Nodes);
        Attribution attribution = Attribution.Of(run.Nodes);
        int failed = run.Expectations.Count(expectation => !expectation.Passed);
        return
        [
            $"[{Markdown.Plain(run.Variant ?? folder)}]({folder}/{RunPage.FileName})",
            Human.Count(run.Jobs.Sum(job => job.Succeeded)) + " of " + Human.Count(run.Jobs.Sum(job => job.Desired)),
            Human.Count(run.Jobs.Sum(job => job.Failed)),
            Answer.CompletionSeconds(run) is { } seconds ? Human.DurationAndSeconds(seconds) : "not complete",
            warmup is null ? "–" : Human.Duration(warmup.P50),
            warmup is null ? "–" : Human.Duration(warmup.P99),
            warmup is null ? "–" : Human.Duration(warmup.Max),
            Human.BitRate(run.Registries.Select(registry => registry.PeakBytesPerSecond).DefaultIfEmpty().Max()),
            attribution.Ranked is [var dominant, ..] ? $"{WarmupCauses.Titles[(int)dominant]} ({Human.Percent(attribution.Share(dominant))})" : "–",
            run.Expectations.Count == 0 ? "–" : failed == 0 ? "passed" : $"**{failed} failed**",
        ];
    }
}
