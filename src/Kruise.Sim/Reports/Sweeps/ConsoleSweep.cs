using Kruise.Sim.Sweeps;
using Spectre.Console;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>What a sweep prints.</summary>
internal static class ConsoleSweep
{
    /// <summary>Rows of the table; the files have them all.</summary>
    private const int Shown = 40;

    private const int ObjectionsShown = 5;

    public static void Write(IAnsiConsole console, SweepResult result, string folder)
    {
        SweepPlan plan = result.Plan;
        if (plan.Question is not null) console.MarkupLine("[bold]" + Markup.Escape(plan.Question) + "[/]");
        var table = new Table { Border = TableBorder.Rounded, UseSafeBorder = true, Title = new TableTitle(Markup.Escape(plan.Scenario + (plan.Variant is null ? "" : ", " + plan.Variant))) };
        foreach (VariedValue axis in plan.Axes) table.AddColumn(new TableColumn(Markup.Escape(axis.Name)).RightAligned());
        foreach (string metric in plan.Objectives) table.AddColumn(new TableColumn(Markup.Escape(SettingWords.Heading(metric))).RightAligned());
        table.AddColumn("");
        PointResult[] rows = [.. Rows(result)];
        foreach (PointResult point in rows.Take(Shown))
        {
            List<string> cells = [.. point.Point.Values.Select(value => Markup.Escape(value ?? "not set"))];
            cells.AddRange(plan.Objectives.Select(metric => Markup.Escape(SettingWords.Mean(metric, point.Metrics[plan.Metric(metric)]))));
            cells.Add(Remark(result, point));
            table.AddRow([.. cells]);
        }

        console.Write(table);
        if (rows.Length > Shown) console.MarkupLine(FormattableString.Invariant($"[grey]and {rows.Length - Shown} more in {PointsCsv.FileName}[/]"));
        foreach (PointResult point in rows.Where(point => !point.IsAdmissible).Take(ObjectionsShown))
            console.MarkupLine("[red]not admissible[/]  " + Markup.Escape($"{SettingWords.Values(point.Point)}: {point.Objections[0]}"));
        console.MarkupLine("[bold]" + Markup.Escape(SweepAnswer.Of(result)) + "[/]");
        foreach ((string against, PointResult point) in SweepAnswer.Margins(result))
        {
            if (PairedDifference.Of(plan, plan.Objectives[0], result.Recommendation!.Point, point) is { } difference)
                console.MarkupLine(Markup.Escape($"against {against} ({SettingWords.Values(point.Point)}): {SettingWords.Difference(plan.Objectives[0], difference)}"));
        }

        if (result.Recommendation is { } recommendation)
        {
            string lines = ManifestLines.Of(plan.Axes, recommendation.Point.Point.Values);
            if (lines.Length > 0) console.MarkupLine(Markup.Escape(lines.TrimEnd('\n')));
        }

        console.MarkupLine(FormattableString.Invariant($"[grey]{plan.Points.Count} settings, {plan.Seeds} seeds each, {plan.Trials} runs[/]"));
        console.MarkupLine("report  " + Markup.Escape(Path.Combine(folder, RunPage.FileName)));
    }

    /// <summary>In the plan's order; a sample by its first objective, since it has no other.</summary>
    public static IEnumerable<PointResult> Rows(SweepResult result) => result.Plan.IsSample || result.Plan.Axes.Count > 2
        ? result.Points.OrderBy(point => !point.IsAdmissible).ThenBy(point => point.Costs[0])
        : result.Points;

    private static string Remark(SweepResult result, PointResult point)
    {
        List<string> remarks = [];
        if (point == result.Recommendation?.Point) remarks.Add("[green]recommended[/]");
        if (point.Point.IsPresent) remarks.Add("now");
        if (!point.IsAdmissible) remarks.Add("[red]not admissible[/]");
        else if (point.IsOnFront) remarks.Add("on the front");
        return string.Join(", ", remarks);
    }
}
