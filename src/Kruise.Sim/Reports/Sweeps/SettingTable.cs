using Kruise.Sim.Sweeps;
using Spectre.Console;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>Settings and their figures on a terminal: a row each where that fits, else their figures under each other.</summary>
internal sealed class SettingTable(SweepPlan plan, IReadOnlyList<string> headings)
{
    // What a border and the room beside it take of a column.
    private const int AroundCell = 3;

    private readonly List<(string[] Values, IReadOnlyList<string> Figures, string Remark)> _rows = [];

    /// <summary>A setting's row: its figures in the order of the headings, and a remark as Spectre's markup.</summary>
    public void Add(SweepPoint point, IReadOnlyList<string> figures, string remark) =>
        _rows.Add(([.. point.Values.Select(value => value ?? "not set")], figures, remark));

    public void Write(IAnsiConsole console)
    {
        string title = Markup.Escape(plan.Scenario + (plan.Variant is null ? "" : ", " + plan.Variant));
        string[] columns = [.. plan.Axes.Select(axis => axis.Name), .. headings.Select(SettingWords.Heading), ""];
        string[][] rows = [.. _rows.Select(row => (string[])[.. row.Values, .. row.Figures, Markup.Remove(row.Remark)])];
        int width = 1 + columns.Select((heading, column) => AroundCell + rows.Select(row => row[column].Length).Append(heading.Split('\n').Max(line => line.Length)).Max()).Sum();
        if (width <= console.Profile.Width) Beside(console, title, columns);
        else Below(console, title);
    }

    private void Beside(IAnsiConsole console, string title, string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded, UseSafeBorder = true, Title = new TableTitle(title) };
        for (int column = 0; column < columns.Length; column++)
        {
            var heading = new TableColumn(Markup.Escape(columns[column]));
            table.AddColumn(column == columns.Length - 1 ? heading : heading.RightAligned());
        }

        foreach ((string[] values, IReadOnlyList<string> figures, string remark) in _rows)
            table.AddRow([.. values.Select(Markup.Escape), .. figures.Select(Markup.Escape), remark]);
        console.Write(table);
    }

    private void Below(IAnsiConsole console, string title)
    {
        console.MarkupLine("[italic]" + title + "[/]");
        int name = headings.Max(heading => heading.Length), figure = _rows.Max(row => row.Figures.Max(text => text.Length));
        foreach ((string[] values, IReadOnlyList<string> figures, string remark) in _rows)
        {
            string setting = string.Join(", ", values.Select((value, axis) => $"{plan.Axes[axis].Name} {value}"));
            console.MarkupLine("[bold]" + Markup.Escape(setting) + "[/]" + (remark.Length > 0 ? "  " + remark : ""));
            for (int i = 0; i < headings.Count; i++) console.MarkupLine("  " + Markup.Escape(headings[i].PadRight(name) + "  " + figures[i].PadLeft(figure)));
        }
    }
}
