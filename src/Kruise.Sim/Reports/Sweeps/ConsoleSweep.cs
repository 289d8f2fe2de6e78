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
        var table = new SettingTable(plan, plan.Objectives);
        PointResult[] rows = [.. Rows(result)];
        foreach (PointResult point in rows.Take(Shown))
            table.Add(point.Point, [.. plan.Objectives.Select(metric => SettingWords.Mean(metric, point.Metrics[plan.Metric(metric)]))], Remark(result, point));
        table.Write(console);
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
            if (lines.Length > 0) Unbroken.WriteLines(console, lines.TrimEnd('\n'));
        }

        console.MarkupLine($"[grey]{Human.Count(plan.Points.Count, "setting")}, {Human.Count(plan.Seeds, "seed")} each, {Human.Count(plan.Trials, "run")}[/]");
        ConsoleReport.WriteWhere(console, folder);
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
