using Kruise.Sim.Comparisons;
using Kruise.Sim.Trials;
using Spectre.Console;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>What a comparison prints.</summary>
internal static class ConsoleCompare
{
    private const int CausesShown = 8;

    public static void Write(IAnsiConsole console, Comparison comparison, string folder)
    {
        // Everything that differs of what people look at first; the report has the rest.
        PairedComparison[] shown = [.. comparison.Differing.Where(compared => compared.Metric.IsHeadline && CompareWords.Verdict(compared) != "same")];
        var table = new Table { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn("metric");
        foreach (string heading in (string[])[comparison.A.Label, comparison.B.Label, "difference", "interval"]) table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned());
        table.AddColumn("verdict");
        foreach (PairedComparison compared in shown)
        {
            table.AddRow(
                Markup.Escape(compared.Name), Human.Metric(compared.Name, compared.Before), Human.Metric(compared.Name, compared.Now),
                CompareWords.Difference(compared), CompareWords.Interval(compared), Coloured(CompareWords.Verdict(compared)));
        }

        if (shown.Length > 0) console.Write(table);
        if (comparison.Moved.Count > 0) console.Write(Causes(comparison));
        console.MarkupLine("[bold]" + Markup.Escape(CompareWords.Answer(comparison)) + "[/]");
        int equal = comparison.Metrics.Count - comparison.Differing.Count();
        console.MarkupLine(FormattableString.Invariant($"[grey]{comparison.Metrics.Count} metrics, {equal} of them equal; {comparison.Seeds} seed{(comparison.Seeds == 1 ? "" : "s")}[/]"));
        if (comparison.Seeds > 1) console.MarkupLine("[grey]columns: times and amounts are medians, counts means; differences are of the same seeds, so not those of the columns[/]");
        ConsoleReport.WriteWhere(console, folder);
    }

    private static Table Causes(Comparison comparison)
    {
        var table = new Table { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn("where the time moved");
        foreach (string heading in (string[])[comparison.A.Label, comparison.B.Label, "difference"]) table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned());
        foreach (TimeMoved moved in comparison.Moved.Take(CausesShown))
        {
            string difference = (moved.Difference > 0 ? "+" : "−") + Human.Duration(Math.Abs(moved.Difference));
            table.AddRow(Markup.Escape($"{moved.Cause}, {CompareWords.A(moved.Whose)}"), Human.Duration(moved.A), Human.Duration(moved.B), difference);
        }

        return table;
    }

    private static string Coloured(string verdict) => verdict switch
    {
        "better" => "[green]better[/]",
        "worse" => "[red]worse[/]",
        _ => Markup.Escape(verdict),
    };
}
