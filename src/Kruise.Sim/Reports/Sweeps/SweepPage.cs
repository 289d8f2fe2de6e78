using System.Text;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>What the report of a sweep says: the question, what to take, by what margin, which lines to change, and all settings.</summary>
internal static class SweepPage
{
    public static ReportText Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        string which = string.Join(" and ", plan.Axes.Select(axis => Markdown.Code(axis.Path)));
        return new ReportText
        {
            Title = plan.Scenario + ": " + string.Join(" and ", plan.Axes.Select(axis => axis.Name)),
            Question = $"Which {which}?" + (plan.Question is null ? "" : " The scenario asks: " + Markdown.Plain(plan.Question)),
            Answer = Markdown.Plain(SweepAnswer.Of(result)),
            Before = [.. result.Recommendation is { } recommendation ? ManifestLines.Section(plan.Axes, recommendation.Point.Point.Values) : [], .. Margins(result)],
            After = [Settings(result), .. Objections(result)],
            Reproduce = ReportText.Of(page => Reproduce(page, plan)),
            Data = "[points.csv](points.csv), a row per setting; [sweep.csv](sweep.csv), a row per setting and seed; [sweep.json](sweep.json)",
        };
    }

    /// <summary>By what a column of settings is sorted: by size where all its values have one, else by their text.</summary>
    public static IReadOnlyList<double?>? Keys(IEnumerable<string?> values)
    {
        string?[] all = [.. values];
        Amount?[] amounts = [.. all.Select(value => value is null ? null : Amount.Read(value))];
        return all.Zip(amounts).All(pair => pair.First is null || pair.Second is not null) && amounts.OfType<Amount>().Select(amount => amount.Kind).Distinct().Count() <= 1
            ? [.. amounts.Select(amount => amount?.Value)]
            : null;
    }

    private static void Reproduce(StringBuilder page, SweepPlan plan)
    {
        RunPage.Command(page, plan.Command);
        string design = plan.IsSample ? "drawn as a Latin hypercube" : "every combination";
        string seeds = plan.Seeds == 1 ? "one seed" : Human.Count(plan.Seeds, "seed");
        page.Paragraph($"{Human.Count(plan.Points.Count, "setting")}, {design}, each with the same {seeds}: {Human.Count(plan.Trials, "run")} by kruise-sim {plan.Version}; sweep {plan.Fingerprint()}.");
    }

    private static IEnumerable<ReportSection> Margins(SweepResult result)
    {
        (string Against, PointResult Point)[] margins = [.. SweepAnswer.Margins(result)];
        if (margins.Length == 0) yield break;
        SweepPlan plan = result.Plan;
        yield return new("margin", "By what margin", ReportText.Of(page =>
        {
            page.Table(
                ["against", "setting", .. plan.Objectives.Select(Markdown.Code)],
                margins.Select(margin => (IReadOnlyList<string>)
                [
                    margin.Against,
                    Markdown.Plain(SettingWords.Values(margin.Point.Point)),
                    .. plan.Objectives.Select(metric => PairedDifference.Of(plan, metric, result.Recommendation!.Point, margin.Point) is { } difference ? SettingWords.Difference(metric, difference) : "–"),
                ]));
            page.Paragraph("Differences are of runs with the same seed, so that what chance does to both cancels out.");
        }))
        {
            ShortTitle = "Margin",
        };
    }

    private static ReportSection Settings(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        PointResult[] rows = [.. ConsoleSweep.Rows(result)];
        return new("settings", "All settings", ReportText.Of(page =>
        {
            page.Table(
                [.. plan.Axes.Select(axis => ">" + Markdown.Plain(axis.Name)), .. plan.Objectives.Select(metric => ">" + Markdown.Code(metric)), ""],
                rows.Select(point => (IReadOnlyList<string>)
                [
                    .. point.Point.Values.Select(value => Markdown.Plain(value ?? "not set")),
                    .. plan.Objectives.Select(metric => SettingWords.Mean(metric, point.Metrics[plan.Metric(metric)])),
                    Remark(result, point),
                ]));
            page.Paragraph("Means with 95 % intervals over the seeds. On the front is what no other admissible setting beats in one of these without being worse in another; "
                + $"recommended is, of those within {Human.Percent(plan.Within)} of the best in {Markdown.Code(plan.Objectives[0])}, the one that costs least in the others.");
        }))
        {
            ShortTitle = "Settings",
            SortKeys =
            [
                .. plan.Axes.Select((_, axis) => Keys(rows.Select(point => point.Point.Values[axis]))),
                .. plan.Objectives.Select(metric => (double?[])[.. rows.Select(point => point.Metrics[plan.Metric(metric)]?.Mean)]), null,
            ],
        };
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

    private static IEnumerable<ReportSection> Objections(SweepResult result)
    {
        PointResult[] refused = [.. result.Points.Where(point => !point.IsAdmissible)];
        if (refused.Length == 0) yield break;
        yield return new("refused", "Not admissible", ReportText.Of(page =>
        {
            foreach (PointResult point in refused)
                page.Append($"- {Markdown.Plain(SettingWords.Of(result.Plan, point.Point))}: {Markdown.Plain(string.Join("; ", point.Objections))}\n");
            page.Append('\n');
        }));
    }
}
