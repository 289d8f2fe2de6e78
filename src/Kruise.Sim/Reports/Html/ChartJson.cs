using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>The plots of a report as a page draws them: what <see cref="TimePlot"/> and <see cref="TimeStack"/> hold, arrays that several curves share once.</summary>
internal sealed class ChartJson
{
    private readonly Dictionary<double[], int> _shared = new(ReferenceEqualityComparer.Instance);
    private readonly List<double[]> _arrays = [];

    /// <summary>Of a run, in the order in which they explain it.</summary>
    public static void Write(Utf8JsonWriter json, RunResult run) => Write(json, chart =>
    {
        if (run.SidecarSets.Count > 0) chart.Plot(json, RunPlots.SidecarUpgrade, SidecarPlots.Upgrade(run));
        if (RunPlots.ShowUpgrades(run)) chart.Plot(json, RunPlots.SidecarUnavailable, SidecarPlots.Unavailable(run));
        if (run.Workloads.Count > 0)
        {
            chart.Plot(json, RunPlots.Availability, AvailabilityPlot.Of(run));
            chart.Stack(json, RunPlots.PodStates, PodStatesPlot.Of(run));
        }

        if (RunPlots.ShowWarmup(run)) chart.Plot(json, RunPlots.WarmupCurve, WarmupCurve.Of(run));
        if (run.Registries.Count > 0) chart.Plot(json, RunPlots.RegistryThroughput, RegistryThroughput.Of(run));
        if (RunPlots.ShowWarmup(run)) chart.Plot(json, RunPlots.ActivePulls, ActivePulls.Of(run));
    });

    /// <summary>Of the variants beside each other.</summary>
    public static void Write(Utf8JsonWriter json, ScenarioReport report) => Write(json, chart =>
    {
        if (report.Runs.Any(run => run.SidecarSets.Count > 0)) chart.Plot(json, ComparisonPlots.SidecarUpgrade, SidecarPlots.Compare(report));
        if (report.Runs.Any(run => run.Workloads.Count > 0)) chart.Plot(json, ComparisonPlots.UpdatedReady, AvailabilityPlot.Compare(report));
        if (report.Runs.Any(RunPlots.ShowWarmup)) chart.Plot(json, ComparisonPlots.WarmupCurve, WarmupCurve.Compare(report));
        if (report.Runs.Any(run => run.Registries.Count > 0)) chart.Plot(json, ComparisonPlots.RegistryThroughput, RegistryThroughput.Compare(report));
    });

    private static void Write(Utf8JsonWriter json, Action<ChartJson> content)
    {
        ChartJson chart = new();
        json.WriteStartArray("charts");
        content(chart);
        json.WriteEndArray();
        json.WriteStartArray("arrays");
        foreach (double[] values in chart._arrays) PageJson.Numbers(json, values);
        json.WriteEndArray();
    }

    private void Plot(Utf8JsonWriter json, PlotFile file, TimePlot plot)
    {
        Begin(json, file, plot.Title, plot.Axis, plot.ValueLabel, plot.WholeNumbers);
        PageJson.Number(json, "top", plot.ValueEnd);
        json.WriteStartArray("lines");
        foreach (TimeLine line in plot.Lines)
        {
            json.WriteStartObject();
            json.WriteString("label", line.Label);
            json.WriteNumber("x", Share(line.Seconds));
            json.WriteNumber("y", Share(line.Values));
            json.WriteNumber("colour", line.Colour);
            if (line.Kind == LineKind.Reference) json.WriteBoolean("reference", true);
            if (line.Steps) json.WriteBoolean("steps", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("marks");
        foreach (CurveMark mark in plot.Marks)
        {
            json.WriteStartObject();
            PageJson.Number(json, "x", mark.Seconds);
            PageJson.Number(json, "y", mark.Value);
            json.WriteString("label", mark.Label);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Stack(Utf8JsonWriter json, PlotFile file, TimeStack stack)
    {
        Begin(json, file, stack.Title, stack.Axis, "pods", wholeNumbers: true);
        json.WriteStartArray("bands");
        foreach (StackBand band in stack.Bands)
        {
            json.WriteStartObject();
            json.WriteString("label", band.Label);
            json.WriteNumber("x", Share(stack.Seconds));
            json.WriteNumber("y", Share(band.Values));
            json.WriteString("fill", PageJson.Hex(PlotStyle.Stage(band.Stage)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, PlotFile file, string title, TimeAxis axis, string unit, bool wholeNumbers)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Name);
        // The plots' titles name the scenario, as pictures stand alone; the page has named it.
        int end = title.IndexOf(" – ", StringComparison.Ordinal);
        json.WriteString("title", end < 0 ? title : title[..end]);
        json.WriteString("caption", file.Caption.Split(';')[0].TrimEnd('.') + ".");
        json.WriteString("unit", unit);
        json.WriteBoolean("whole", wholeNumbers);
        PageJson.Number(json, "begin", axis.BeginSeconds);
        PageJson.Number(json, "end", axis.EndSeconds);
    }

    private int Share(double[] values)
    {
        if (!_shared.TryGetValue(values, out int place))
        {
            _shared[values] = place = _arrays.Count;
            _arrays.Add(values);
        }

        return place;
    }
}
