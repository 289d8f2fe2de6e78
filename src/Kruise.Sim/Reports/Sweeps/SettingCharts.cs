using Kruise.Sim.Reports.Html;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary><c>report.html</c> of a sweep or a search: its plots as charts, and as tables where they are maps.</summary>
internal static class SettingCharts
{
    public static void Write(string path, ReportText text, IReadOnlyList<SweepPlot> plots)
    {
        string maps = string.Concat(plots.OfType<MapPlot>().Select(plot => HeatTable.Of(plot.File, plot.Data)));
        CurvesPlot[] curves = [.. plots.OfType<CurvesPlot>()];
        PageSection[] drawn =
        [
            .. maps.Length > 0 ? [new PageSection("maps", "Maps", "Over both values", maps)] : Array.Empty<PageSection>(),
            .. curves.Length > 0 || maps.Length == 0 ? [new PageSection("curves", "Curves", "Curves", "")] : Array.Empty<PageSection>(),
        ];
        using FileStream html = File.Create(path);
        HtmlPage.Write(html, text, drawn, PageJson.Of(curves.Select(plot => (plot.File, plot.Data)), text));
    }
}
