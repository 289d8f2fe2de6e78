using System.Text;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary><c>report.md</c> of a sweep: the question, what to take, by what margin, which lines to change, and all settings.</summary>
internal static class SweepPage
{
    public static string Of(SweepResult result, IReadOnlyList<SweepPlot> plots)
    {
        SweepPlan plan = result.Plan;
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(plan.Scenario) + ": " + Markdown.Plain(string.Join(" and ", plan.Axes.Select(axis => axis.Name))));
        string which = string.Join(" and ", plan.Axes.Select(axis => Markdown.Code(axis.Path)));
        page.Paragraph($"**Question.** Which {which}?" + (plan.Question is null ? "" : " The scenario asks: " + Markdown.Plain(plan.Question)));
        page.Paragraph("**Answer.** " + Markdown.Plain(SweepAnswer.Of(result)));
        Changes(page, result);
        Margins(page, result);
        foreach (SweepPlot plot in plots) RunPage.Plot(page, plot.File);
        Settings(page, result);
        Objections(page, result);
        page.Paragraph("## Reproduce");
        RunPage.Command(page, plan.Command);
        string design = plan.IsSample ? "drawn as a Latin hypercube" : "every combination";
        string seeds = plan.Seeds == 1 ? "one seed" : Human.Count(plan.Seeds, "seed");
        page.Paragraph($"{Human.Count(plan.Points.Count, "setting")}, {design}, each with the same {seeds}: {Human.Count(plan.Trials, "run")} by kruise-sim {plan.Version}; sweep {plan.Fingerprint()}.");
        page.Append("Data: [points.csv](points.csv), a row per setting; [sweep.csv](sweep.csv), a row per setting and seed; [sweep.json](sweep.json).\n");
        return page.ToString();
    }

    private static void Changes(StringBuilder page, SweepResult result)
    {
        if (result.Recommendation is not { } recommendation) return;
        string lines = ManifestLines.Of(result.Plan.Axes, recommendation.Point.Point.Values);
        if (lines.Length == 0) return;
        page.Paragraph("## Lines to change");
        page.Append("```diff\n").Append(lines).Append("```\n\n");
        page.Paragraph("Files are named from the scenario's folder.");
    }

    private static void Margins(StringBuilder page, SweepResult result)
    {
        (string Against, PointResult Point)[] margins = [.. SweepAnswer.Margins(result)];
        if (margins.Length == 0) return;
        SweepPlan plan = result.Plan;
        page.Paragraph("## By what margin");
        page.Table(
            ["against", "setting", .. plan.Objectives.Select(Markdown.Code)],
            margins.Select(margin => (IReadOnlyList<string>)
            [
                margin.Against,
                Markdown.Plain(SettingWords.Values(margin.Point.Point)),
                .. plan.Objectives.Select(metric => PairedDifference.Of(plan, metric, result.Recommendation!.Point, margin.Point) is { } difference ? SettingWords.Difference(metric, difference) : "–"),
            ]));
        page.Paragraph("Differences are of runs with the same seed, so that what chance does to both cancels out.");
    }

    private static void Settings(StringBuilder page, SweepResult result)
    {
        SweepPlan plan = result.Plan;
        page.Paragraph("## All settings");
        page.Table(
            [.. plan.Axes.Select(axis => ">" + Markdown.Plain(axis.Name)), .. plan.Objectives.Select(metric => ">" + Markdown.Code(metric)), ""],
            ConsoleSweep.Rows(result).Select(point => (IReadOnlyList<string>)
            [
                .. point.Point.Values.Select(value => Markdown.Plain(value ?? "not set")),
                .. plan.Objectives.Select(metric => SettingWords.Mean(metric, point.Metrics[plan.Metric(metric)])),
                Remark(result, point),
            ]));
        page.Paragraph("Means with 95 % intervals over the seeds. On the front is what no other admissible setting beats in one of these without being worse in another; "
            + $"recommended is, of those within {Human.Percent(plan.Within)} of the best in {Markdown.Code(plan.Objectives[0])}, the one that costs least in the others.");
    }

    private static string Remark(SweepResult result, PointResult point)
    {
        List<string> remarks = [];
        if (point == result.Recommendation?.Point) remarks.Add("**recommended**");
        if (point.Point.IsPresent) remarks.Add("now");
        if (!point.IsAdmissible) remarks.Add("not admissible");
        else if (point.IsOnFront) remarks.Add("on the front");
        return string.Join(", ", remarks);
    }

    private static void Objections(StringBuilder page, SweepResult result)
    {
        PointResult[] refused = [.. result.Points.Where(point => !point.IsAdmissible)];
        if (refused.Length == 0) return;
        page.Paragraph("## Not admissible");
        foreach (PointResult point in refused)
            page.Append($"- {Markdown.Plain(SettingWords.Of(result.Plan, point.Point))}: {Markdown.Plain(string.Join("; ", point.Objections))}\n");
        page.Append('\n');
    }
}
