using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>What the report of a search says: the best setting, how sure that is, which lines to change, and what was tried.</summary>
internal static class TunePage
{
    public static ReportText Of(TuneResult result)
    {
        SweepPlan plan = result.Plan;
        string bounds = string.Concat(result.Goal.Constraints.Select(constraint => ", with " + Markdown.Code(constraint.Text)));
        return new ReportText
        {
            Title = plan.Scenario + ": the best " + string.Join(" and ", plan.Axes.Select(axis => axis.Name)),
            Question = $"Which {string.Join(" and ", plan.Axes.Select(axis => Markdown.Code(axis.Path)))} makes {Markdown.Code(result.Goal.Metric)} best{bounds}?",
            Answer = Markdown.Plain(TuneAnswer.Of(result)) + " " + Markdown.Plain(string.Join(" ", TuneAnswer.Sureness(result))),
            Before = [.. result.IsAdmissible ? ManifestLines.Section(plan.Axes, result.Best.Point.Values) : []],
            After = [Tried(result)],
            Reproduce = ReportText.Of(page => RunPage.Command(page, plan.Command)),
            Data = $"[{TuneReport.RunsFileName}]({TuneReport.RunsFileName}), a row per run; [{TuneReport.FileName}]({TuneReport.FileName})",
        };
    }

    private static ReportSection Tried(TuneResult result)
    {
        SweepPlan plan = result.Plan;
        Candidate[] rows = [.. ConsoleTune.Ranked(result)];
        return new("tried", "What was tried", ReportText.Of(page =>
        {
            page.Table(
                [.. plan.Axes.Select(axis => ">" + Markdown.Plain(axis.Name)), .. plan.Objectives.Select(metric => ">" + Markdown.Code(metric)), ">seeds", ""],
                rows.Select(candidate => (IReadOnlyList<string>)
                [
                    .. candidate.Point.Values.Select(value => Markdown.Plain(value ?? "not set")),
                    .. plan.Objectives.Select(metric => Human.Metric(metric, result.Mean(candidate, metric))),
                    Human.Count(candidate.Trials.Count),
                    ConsoleTune.Remark(result, candidate),
                ]));
            page.Paragraph("Means over the seeds of each; settings that do badly are dropped after few, so their means are less sure.");
        }))
        {
            ShortTitle = "Settings",
            SortKeys =
            [
                .. plan.Axes.Select((_, axis) => SweepPage.Keys(rows.Select(candidate => candidate.Point.Values[axis]))),
                .. plan.Objectives.Select(metric => (double?[])[.. rows.Select(candidate => result.Mean(candidate, metric))]),
                (double?[])[.. rows.Select(candidate => (double?)candidate.Trials.Count)], null,
            ],
        };
    }
}
