using System.Globalization;
using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary><c>report.md</c> of one run.</summary>
internal static class RunPage
{
    public const string FileName = "report.md";

    public static string Of(RunResult run, string reproduceCommand, bool plots)
    {
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(Titles.Of(run)));
        if (run.Question is not null) page.Paragraph("**Question.** " + Markdown.Plain(run.Question));
        page.Paragraph("**Answer.** " + AnswerOf(run, FigureLinks.None));
        Body(page, run, plots, FigureLinks.None);
        page.Paragraph("## Reproduce");
        Reproduce(page, run, reproduceCommand);
        page.Append("Data: [summary.json](summary.json), " + (run.SidecarSets.Count > 0 ? "[sidecars.csv](sidecars.csv), " : "")
            + (run.Workloads.Count > 0 ? "[pods.csv](pods.csv), " : "") + "[nodes.csv](nodes.csv), [series.csv](series.csv).\n");
        return page.ToString();
    }

    /// <summary>The answer in sentences: of SidecarSets, of workloads, of warm-up, as far as the run has any.</summary>
    public static string AnswerOf(RunResult run, FigureLinks links) => string.Join(
        " ",
        new[] { SidecarSection.Answer(run, links), WorkloadSection.Answer(run, links), RunPlots.ShowWarmup(run) ? Answer.Of(run, links) : "" }.Where(sentence => sentence.Length > 0));

    /// <summary>All that stands between the answer and how to get it again.</summary>
    public static void Body(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        bool warmup = RunPlots.ShowWarmup(run);
        if (run.Notes.Count > 0)
        {
            foreach (string note in run.Notes) page.Append("- ").Append(Markdown.Plain(note)).Append('\n');
            page.Append('\n');
        }

        WorkloadSection.Violations(page, run, links);
        SidecarSection.Write(page, run, plots, links);
        WorkloadSection.Write(page, run, plots, links);
        if (warmup)
        {
            if (plots) Plot(page, RunPlots.WarmupCurve);
            Why(page, run, plots, links);
            Levers(page, run);
        }

        Jobs(page, run, links);
        Registries(page, run, plots, links);
        ControlPlane(page, run);
        Expectations(page, run, links);
        Timeline(page, run, links);
        if (plots && warmup)
        {
            page.Paragraph("## Over time");
            Plot(page, RunPlots.ActivePulls);
            Plot(page, RunPlots.NodeHeatmap);
        }
    }

    /// <summary>The command that gives the run again, and what it is known by.</summary>
    public static void Reproduce(StringBuilder page, RunResult run, string reproduceCommand)
    {
        Command(page, reproduceCommand);
        string times = $"{Human.DurationAndSeconds(run.VirtualTime.Seconds)} of virtual time; control plane: {Markdown.Plain(run.Preset)}";
        page.Paragraph(Invariant($"Seed {run.Seed}, event log hash `{run.Hash:x16}`, {run.Events:#,0} events, {times}."));
    }

    public static void Plot(StringBuilder page, PlotFile plot) =>
        page.Paragraph($"[![{plot.Name}]({plot.Name}.png)]({plot.Name}.svg)").Paragraph("*" + plot.Caption + "*");

    public static void Command(StringBuilder page, string command) => page.Append("```sh\n").Append(command).Append("\n```\n\n");

    private static void Why(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        Attribution attribution = Attribution.Of(run.Nodes);
        if (attribution.Ranked.Count == 0) return;
        page.Paragraph("## Why it takes that long");
        page.Table(
            ["where the time went", ">a node, mean", ">seconds", ">share", ">share of its slot"],
            attribution.Ranked.Select(cause => Cells(
                    WarmupCauses.Titles[(int)cause],
                    attribution.Mean(cause),
                    Human.Percent(attribution.Share(cause)),
                    cause == WarmupCause.WaitingForSlot ? "–" : Human.Percent(attribution.ShareAfterWait(cause)))
                    .Select(cell => links.Cause(NodesCsv.FileName, WarmupCauses.Keys[(int)cause], cell)).ToArray())
                .Append(Cells("**all**", attribution.TotalSeconds / attribution.Rows, "100 %", "100 %")));
        page.Paragraph(
            "Waiting for a slot is the time other nodes hold theirs: with limited parallelism, what a node does in its slot sets how long the rest wait. "
            + $"A node holds its slot for {Human.Duration(attribution.SecondsAfterWait / attribution.Rows)} on average; the last column says what for.");
        page.Paragraph(Invariant($"Over {attribution.Rows:#,0} nodes (a node counts once per job); for each node the causes sum to its warm-up time exactly ([nodes.csv](nodes.csv))."));
        if (plots)
        {
            Plot(page, RunPlots.TimeByCause);
            Plot(page, RunPlots.SlotByCause);
        }

        static string[] Cells(string title, double mean, string share, string slotShare) =>
            [title, Human.Duration(mean), mean.ToString("#,0.000", CultureInfo.InvariantCulture), share, slotShare];
    }

    private static void Levers(StringBuilder page, RunResult run)
    {
        page.Paragraph("## What would make it faster");
        if (run.WhatIfs.Count == 0)
        {
            Attribution attribution = Attribution.Of(run.Nodes);
            if (attribution.Ranked is [var dominant, ..]) page.Paragraph(Advice.For(dominant));
            if (attribution.Ranked is [WarmupCause.WaitingForSlot, ..] && attribution.RankedAfterWait is [var inSlot, ..])
                page.Paragraph("Of the time in a slot: " + Advice.For(inSlot));
            page.Paragraph("Run with `--what-if` to measure it: the same scenario with one thing changed at a time.");
            return;
        }

        bool completes = Lever.AnyCompletes(run);
        page.Table(
            completes ? ["change", ">warm", ">failed", ">completes in", ">p99", ">speed-up", "set"] : ["change", ">warm", ">failed", ">p99", ">speed-up", "set"],
            Lever.Ranked(run).Select(lever => Cells(lever.WhatIf, lever.SpeedUpWords)));
        page.Paragraph(
            "Each line is a run of its own with that one thing changed; those that warm most nodes come first, of equals the faster."
            + (Answer.CompletionSeconds(run) is null ? " The run as it is does not complete: speed-ups are of p99, between runs that do not complete." : ""));

        string[] Cells(WhatIf whatIf, string speedUp)
        {
            List<string> cells = [Markdown.Plain(whatIf.Change), Human.Count(whatIf.Succeeded) + " of " + Human.Count(whatIf.Desired), Human.Count(whatIf.Failed)];
            if (completes) cells.Add(whatIf.CompletionSeconds is { } completion ? Human.DurationAndSeconds(completion - Answer.StartSeconds(run)) : "does not complete");
            return [.. cells, Duration(whatIf.Warmup?.P99), speedUp, string.Join(" ", whatIf.Set.Select(Markdown.Code))];
        }
    }

    private static void Jobs(StringBuilder page, RunResult run, FigureLinks links)
    {
        if (run.Jobs.Count == 0) return;
        page.Paragraph("## Jobs");
        page.Table(
            ["job", "image", ">parallelism", ">desired", ">warm", ">failed", ">applied", ">completed", ">p50", ">p90", ">p99", ">max"],
            run.Jobs.Select(job => new[]
            {
                Markdown.Code(job.Namespace + "/" + job.Name), Markdown.Code(job.Image), job.Parallelism is { } parallelism ? Human.Count(parallelism) : "unlimited",
                Of(job, Human.Count(job.Desired)), Of(job, Human.Count(job.Succeeded), ("outcome", "succeeded")),
                job.Failed == 0 ? "0" : Of(job, Human.Count(job.Failed), ("outcome", "failed")), links.Moment(job.Start.Seconds, Human.Duration(job.Start.Seconds)),
                job.Completion is { } completion ? links.LastReport(job, Human.DurationAndSeconds(completion.Seconds)) : "no",
                links.Warmup(job, 50, Duration(job.Warmup?.P50)), links.Warmup(job, 90, Duration(job.Warmup?.P90)), links.Warmup(job, 99, Duration(job.Warmup?.P99)),
                links.Warmup(job, 100, Duration(job.Warmup?.Max)),
            }));
        page.Paragraph("Moments count from the beginning of the run; percentiles are of a node's own time, from the moment it was asked to its stored success.");
        foreach (JobResult job in run.Jobs.Where(job => !string.IsNullOrEmpty(job.Message)))
            page.Append("- ").Append(Markdown.Code(job.Namespace + "/" + job.Name)).Append(": ").Append(Markdown.Plain(job.Message!)).Append('\n');
        if (run.Jobs.Any(job => !string.IsNullOrEmpty(job.Message))) page.Append('\n');

        string Of(JobResult job, string figure, params (string, string)[] also) => links.Rows(NodesCsv.FileName, figure, [("jobNamespace", job.Namespace), ("job", job.Name), .. also]);
    }

    private static void Registries(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        if (run.Registries.Count == 0) return;
        page.Paragraph("## Registries");
        page.Table(
            ["registry", ">sent", ">peak", ">limit", ">mean utilisation", ">requests", ">throttled (429)", ">errors"],
            run.Registries.Select(registry => new[]
            {
                Markdown.Plain(registry.Name), Human.Bytes(registry.BytesSent),
                links.Metric($"registries.{registry.Name}.peakBytesPerSecond", Human.BitRate(registry.PeakBytesPerSecond)), Human.BitRate(registry.EgressBytesPerSecond),
                double.IsFinite(registry.EgressBytesPerSecond) ? Human.Percent(registry.MeanUtilisation) : "–",
                Human.Count(registry.Requests), Human.Count(registry.Throttled), Human.Count(registry.Errors),
            }));
        foreach (RegistryResult registry in run.Registries)
        {
            if (Answer.EgressSeconds(registry) is { } seconds)
                page.Append("- " + Markdown.Plain(registry.Name) + ": the egress alone takes " + Human.DurationAndSeconds(Math.Round(seconds, 3)) + " for what it sent\n");
        }

        if (run.Registries.Any(registry => Answer.EgressSeconds(registry) is not null)) page.Append('\n');
        if (plots) Plot(page, RunPlots.RegistryThroughput);
    }

    private static void ControlPlane(StringBuilder page, RunResult run)
    {
        ControlPlaneResult load = run.ControlPlane;
        page.Paragraph("## Control plane");
        page.Table(
            [">API writes", ">API reads", ">conflicts", ">reconciles", ">watch events", ">catch-up time-outs"],
            [[Human.Count(load.ApiWrites), Human.Count(load.ApiReads), Human.Count(load.Conflicts), Human.Count(load.Reconciles), Human.Count(load.WatchEvents), Human.Count(load.CatchUpTimeouts)]]);
    }

    private static void Expectations(StringBuilder page, RunResult run, FigureLinks links)
    {
        if (run.Expectations.Count == 0) return;
        page.Paragraph("## Expectations");
        page.Table(
            ["metric", ">measured", ">at least", ">at most", "verdict"],
            run.Expectations.Select(expectation => new[]
            {
                Markdown.Code(expectation.Metric), links.Metric(expectation.Metric, Value(expectation, expectation.Value)), Value(expectation, expectation.Min), Value(expectation, expectation.Max),
                expectation.Passed ? "passed" : expectation.IsOverSeeds ? "missed by this seed" : "**failed**",
            }));
    }

    private static void Timeline(StringBuilder page, RunResult run, FigureLinks links)
    {
        if (run.Marks.Count == 0) return;
        page.Paragraph("## Timeline");
        page.Table(
            [">from", ">to", "what"],
            run.Marks.Select(mark => new[] { At(mark.From), mark.To is { } to ? At(to) : "", Markdown.Plain(mark.Text) }));

        string At(Engine.SimTime moment) => links.Moment(moment.Seconds, Human.Duration(moment.Seconds));
    }

    private static string Value(ExpectationResult expectation, double? value) => Human.Number(value, MetricCatalog.Find(expectation.Metric)?.Metric.Unit);

    private static string Duration(double? seconds) => seconds is { } value ? Human.Duration(value) : "–";
}
