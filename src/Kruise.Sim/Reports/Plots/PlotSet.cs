using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kruise.Sim.Measures;
using ScottPlot;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws the plots of a report.</summary>
internal static class PlotSet
{
    private static readonly Regex s_references = new("(?<before>id=\"|url\\(#|href=\"#)(?<id>[a-z]+_[0-9a-f]+)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static void Write(string directory, RunResult run)
    {
        Save(directory, RunPlots.RegistryThroughput, TimePlotDrawing.Draw(RegistryThroughput.Of(run)));
        if (RunPlots.ShowWarmup(run)) WriteWarmup(directory, run);
        if (run.SidecarSets.Count > 0) WriteSidecars(directory, run);
        if (run.Workloads.Count == 0) return;
        Save(directory, RunPlots.PodStates, TimeStackDrawing.Draw(PodStatesPlot.Of(run)));
        Save(directory, RunPlots.Availability, TimePlotDrawing.Draw(AvailabilityPlot.Of(run)));
        Save(directory, RunPlots.Rollout, PodGanttDrawing.Draw(PodGantt.Of(run)));
        Save(directory, RunPlots.PodTimeByCause, CauseColumnsDrawing.Draw(PodTimeByCause.Of(run)));
    }

    public static void Write(string directory, ScenarioReport report)
    {
        Save(directory, ComparisonPlots.RegistryThroughput, TimePlotDrawing.Draw(RegistryThroughput.Compare(report)));
        if (report.Runs.Any(RunPlots.ShowWarmup)) WriteWarmup(directory, report);
        if (report.Runs.Any(run => run.SidecarSets.Count > 0)) Save(directory, ComparisonPlots.SidecarUpgrade, TimePlotDrawing.Draw(SidecarPlots.Compare(report)));
        if (report.Runs.Any(RunPlots.ShowUpgrades)) Save(directory, ComparisonPlots.SidecarUnavailable, UnavailableBarsDrawing.Draw(SidecarPlots.Bars(report)));
        if (report.Runs.All(run => run.Workloads.Count == 0)) return;
        Save(directory, ComparisonPlots.UpdatedReady, TimePlotDrawing.Draw(AvailabilityPlot.Compare(report)));
        Save(directory, ComparisonPlots.Unavailable, UnavailableBarsDrawing.Draw(UnavailableBars.Of(report)));
        Save(directory, ComparisonPlots.PodTimeByCause, CauseColumnsDrawing.Draw(PodTimeByCause.Compare(report)));
    }

    private static void WriteSidecars(string directory, RunResult run)
    {
        Save(directory, RunPlots.SidecarUpgrade, TimePlotDrawing.Draw(SidecarPlots.Upgrade(run)));
        if (!RunPlots.ShowUpgrades(run)) return;
        Save(directory, RunPlots.SidecarUnavailable, TimePlotDrawing.Draw(SidecarPlots.Unavailable(run)));
        Save(directory, RunPlots.SidecarRollout, PodGanttDrawing.Draw(SidecarPlots.Gantt(run)));
    }

    private static void WriteWarmup(string directory, RunResult run)
    {
        Save(directory, RunPlots.WarmupCurve, TimePlotDrawing.Draw(WarmupCurve.Of(run)));
        Save(directory, RunPlots.ActivePulls, TimePlotDrawing.Draw(ActivePulls.Of(run)));
        Save(directory, RunPlots.TimeByCause, CauseColumnsDrawing.Draw(TimeByCause.Of(run)));
        Save(directory, RunPlots.SlotByCause, CauseColumnsDrawing.Draw(TimeByCause.InSlot(run)));
        Save(directory, RunPlots.NodeHeatmap, NodeHeatmapDrawing.Draw(NodeHeatmap.Of(run)));
    }

    private static void WriteWarmup(string directory, ScenarioReport report)
    {
        Save(directory, ComparisonPlots.WarmupCurve, TimePlotDrawing.Draw(WarmupCurve.Compare(report)));
        Save(directory, ComparisonPlots.TimeByCause, CauseColumnsDrawing.Draw(TimeByCause.Compare(report)));
        Save(directory, ComparisonPlots.SlotByCause, CauseColumnsDrawing.Draw(TimeByCause.CompareInSlot(report)));
    }

    public static void Save(string directory, PlotFile file, Plot plot)
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
