using System.Net;
using System.Text;
using Kruise.Sim.Reports.Plots;
using ScottPlot;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Html;

/// <summary>A map of a metric over two values as a table: the cells have its colours, and hold in words what these say.</summary>
internal static class HeatTable
{
    /// <summary>Colours that are told apart; a page's style is fixed, so that each is a class.</summary>
    private const int Steps = 16;

    private static readonly Lazy<string> s_style = new(() => string.Concat(Enumerable.Range(0, Steps).Select(step =>
    {
        Color fill = ValueMapDrawing.Colour((step + 0.5) / Steps);
        return Invariant($".heat .heat-{step} {{ background: {PageJson.Hex(fill)}; color: {(IsDark(fill) ? "#ffffff" : "#000000")}; }}\n");
    })));

    /// <summary>The cells' colours, the plots' own; letters are black or white, whichever is easier to read on them.</summary>
    public static string Style => s_style.Value;

    public static string Of(PlotFile file, ValueMap map)
    {
        (double least, double most) = map.Ends();
        string title = map.Title.Split(" – ")[0];
        StringBuilder page = new();
        page.Append("<figure class=\"chart\" id=\"").Append(file.Name).Append("\">\n<figcaption><h3>").Append(Text(title)).Append("</h3><p>").Append(Text(file.Caption)).Append(' ');
        if (most > least) page.Append(Text($"From {map.Metric.Text(least)} (darkest) to {map.Metric.Text(most)} (lightest)" + (map.Metric.Unit.Length > 0 ? ", in " + map.Metric.Unit : "") + "."));
        page.Append("</p></figcaption>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: ").Append(Text(title)).Append("\">\n<table class=\"heat\">");
        page.Append("<caption class=\"hidden-text\">").Append(Text(title)).Append("</caption>\n<thead><tr><th rowspan=\"2\" scope=\"col\">").Append(Text(map.YLabel));
        page.Append(Invariant($"</th><th colspan=\"{map.Columns.Count}\" scope=\"colgroup\">")).Append(Text(map.XLabel)).Append("</th></tr>\n<tr>");
        foreach (string column in map.Columns) page.Append("<th scope=\"col\">").Append(Text(column)).Append("</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        for (int row = 0; row < map.Rows.Count; row++)
        {
            page.Append("<tr><th scope=\"row\">").Append(Text(map.Rows[row])).Append("</th>");
            for (int column = 0; column < map.Columns.Count; column++) Cell(page, map, row, column, least, most);
            page.Append("</tr>\n");
        }

        return page.Append("</tbody></table></div>\n</figure>\n").ToString();
    }

    private static void Cell(StringBuilder page, ValueMap map, int row, int column, double least, double most)
    {
        double value = map.Values[row, column];
        bool known = double.IsFinite(value);
        string[] marks = [.. map.Framed.Where(framed => framed.Row == row && framed.Column == column).Select(framed => framed.Text)];
        int step = most > least && known ? Math.Min((int)((value - least) / (most - least) * Steps), Steps - 1) : 0;
        page.Append("<td class=\"").Append(known ? Invariant($"heat-{step}") : "none").Append(marks.Length > 0 ? " framed\">" : "\">");
        page.Append(known ? map.Metric.Text(value) : "–");
        if (map.Crossed[row, column]) page.Append(" <span aria-hidden=\"true\">✗</span><span class=\"hidden-text\">not admissible</span>");
        foreach (string mark in marks) page.Append(" <small>").Append(Text(mark)).Append("</small>");
        page.Append("</td>");
    }

    // Relative luminance (WCAG 2.2): below 0.179 white has more contrast than black.
    private static bool IsDark(Color colour)
    {
        static double Linear(byte part) => part / 255.0 <= 0.04045 ? part / 255.0 / 12.92 : Math.Pow(((part / 255.0) + 0.055) / 1.055, 2.4);
        return (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B)) < 0.179;
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
