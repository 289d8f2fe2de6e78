using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kruise.Sim.Measures;
using ScottPlot;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A plot of a report: <c>NAME.png</c> and <c>NAME.svg</c>.</summary>
/// <param name="Name">File name without its ending.</param>
/// <param name="Caption">What it shows, in a line.</param>
internal sealed record PlotFile(string Name, string Caption);

/// <summary>The plots of a report, in the order in which they explain it.</summary>
internal static class PlotSet
{
    public static readonly IReadOnlyList<PlotFile> OfRun =
    [
        new("warmup-curve", "Nodes warmed (and failed) over time, with the percentiles marked and faults shaded."),
        new("registry-throughput", "What each registry sent over time, against its limit."),
        new("active-pulls", "Nodes with an open task and pulls inside container runtimes, against parallelism."),
        new("time-by-cause", "Where the time went, from the fastest nodes to the slowest."),
        new("slot-by-cause", "Where the time in a slot went: the same without the wait for it."),
        new("node-heatmap", "What every node was doing over time, in order of finishing. In large fleets a bin has the state most of its nodes are in."),
    ];

    public static readonly IReadOnlyList<PlotFile> OfComparison =
    [
        new("warmup-curve", "Nodes warmed over time, a curve per variant."),
        new("registry-throughput", "What all registries together sent over time, a curve per variant."),
        new("time-by-cause", "Where the average node's time went, a column per variant."),
        new("slot-by-cause", "Where the average node's time in a slot went, a column per variant."),
    ];

    private static readonly Regex s_references = new("(?<before>id=\"|url\\(#|href=\"#)(?<id>[a-z]+_[0-9a-f]+)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static void Write(string directory, RunResult run)
    {
        Save(directory, OfRun[0], TimePlotDrawing.Draw(WarmupCurve.Of(run)));
        Save(directory, OfRun[1], TimePlotDrawing.Draw(RegistryThroughput.Of(run)));
        Save(directory, OfRun[2], TimePlotDrawing.Draw(ActivePulls.Of(run)));
        Save(directory, OfRun[3], CauseColumnsDrawing.Draw(TimeByCause.Of(run)));
        Save(directory, OfRun[4], CauseColumnsDrawing.Draw(TimeByCause.InSlot(run)));
        Save(directory, OfRun[5], NodeHeatmapDrawing.Draw(NodeHeatmap.Of(run)));
    }

    public static void Write(string directory, ScenarioReport report)
    {
        Save(directory, OfComparison[0], TimePlotDrawing.Draw(WarmupCurve.Compare(report)));
        Save(directory, OfComparison[1], TimePlotDrawing.Draw(RegistryThroughput.Compare(report)));
        Save(directory, OfComparison[2], CauseColumnsDrawing.Draw(TimeByCause.Compare(report)));
        Save(directory, OfComparison[3], CauseColumnsDrawing.Draw(TimeByCause.CompareInSlot(report)));
    }

    private static void Save(string directory, PlotFile file, Plot plot)
    {
        using (plot)
        {
            string path = Path.Combine(directory, file.Name);
            File.WriteAllBytes(path + ".png", plot.GetImageBytes(PlotStyle.Width, PlotStyle.Height, ImageFormat.Png));
            File.WriteAllText(path + ".svg", Settle(plot.GetSvgXml(PlotStyle.Width, PlotStyle.Height)), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }

    /// <summary>
    /// The same bytes for the same plot, legible everywhere: Skia numbers the parts of its documents through the whole process, so they are numbered
    /// anew; and a reader without the font draws with one of like widths.
    /// </summary>
    private static string Settle(string svg)
    {
        Dictionary<string, string> ids = new(StringComparer.Ordinal);
        return s_references.Replace(svg, match => match.Groups["before"].Value + Renumbered(match.Groups["id"].Value))
            .Replace($"font-family=\"{PlotFonts.Family}\"", $"font-family=\"'{PlotFonts.Family}', Verdana, sans-serif\"", StringComparison.Ordinal);

        string Renumbered(string id) =>
            ids.TryGetValue(id, out string? known) ? known : ids[id] = "p" + ids.Count.ToString(CultureInfo.InvariantCulture);
    }
}
