using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>The plots of a report as a page draws them: what <see cref="TimePlot"/>, <see cref="TimeStack"/> and <see cref="ValueCurves"/> hold, arrays that several curves share once.</summary>
internal sealed class ChartJson
{
    /// <summary>What is shown beside the outermost values, as a share of what lies between them.</summary>
    private const double RoomBeside = 0.06;

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

    /// <summary>Of curves over time.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<(PlotFile File, TimePlot Plot)> curves) => Write(json, chart =>
    {
        foreach ((PlotFile file, TimePlot plot) in curves) chart.Plot(json, file, plot);
    });

    /// <summary>Of metrics over values that vary; where nothing was measured there is no chart.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<(PlotFile File, ValueCurves Data)> curves) => Write(json, _ =>
    {
        foreach ((PlotFile file, ValueCurves data) in curves.Where(plot => plot.Data.Curves.Any(curve => curve.Points.Count > 0))) Curves(json, file, data);
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
        Begin(json, file, plot.Title, plot.Axis.BeginSeconds, plot.Axis.EndSeconds, plot.ValueLabel, plot.WholeNumbers);
        PageJson.Number(json, "top", plot.ValueEnd);
        if (plot.Since is { } since) json.WriteString("since", since);
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
        Marks(json, plot.Marks.Select(mark => (mark.Seconds, mark.Value, mark.Label)));
        json.WriteEndObject();
    }

    private void Stack(Utf8JsonWriter json, PlotFile file, TimeStack stack)
    {
        Begin(json, file, stack.Title, stack.Axis.BeginSeconds, stack.Axis.EndSeconds, "pods", wholeNumbers: true);
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

    private static void Curves(Utf8JsonWriter json, PlotFile file, ValueCurves data)
    {
        (double left, double right, _) = data.Extent();
        double room = RoomBeside * (right - left);
        Begin(json, file, data.Title, left - room, right + room, data.Y.Label, wholeNumbers: false);
        json.WriteString("xLabel", data.XLabel);
        json.WriteStartArray("ticks");
        foreach ((double x, string text) in data.Ticks)
        {
            json.WriteStartObject();
            PageJson.Number(json, "x", x);
            json.WriteString("text", text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("curves");
        foreach (ValueCurve curve in data.Curves)
        {
            json.WriteStartObject();
            json.WriteString("label", curve.Label.Length > 0 ? curve.Label : data.Y.Name);
            json.WriteBoolean("joined", curve.Joined);
            Numbers("x", point => point.X);
            Numbers("y", point => data.Y.Scale(point.Mean));
            Numbers("low", point => data.Y.Scale(point.Low));
            Numbers("high", point => data.Y.Scale(point.High));
            json.WriteStartArray("names");
            foreach (CurvePoint point in curve.Points) json.WriteStringValue(point.Name);
            json.WriteEndArray();
            json.WriteEndObject();

            void Numbers(string name, Func<CurvePoint, double> value)
            {
                json.WritePropertyName(name);
                PageJson.Numbers(json, [.. curve.Points.Select(value)]);
            }
        }

        json.WriteEndArray();
        Marks(json, data.Flags.Select(flag => (flag.X, data.Y.Scale(flag.Y), flag.Text)));
        json.WriteEndObject();
    }

    private static void Marks(Utf8JsonWriter json, IEnumerable<(double X, double Y, string Label)> marks)
    {
        json.WriteStartArray("marks");
        foreach ((double x, double y, string label) in marks)
        {
            json.WriteStartObject();
            PageJson.Number(json, "x", x);
            PageJson.Number(json, "y", y);
            json.WriteString("label", label);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Begin(Utf8JsonWriter json, PlotFile file, string title, double begin, double end, string unit, bool wholeNumbers)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Name);
        // The plots' titles name the scenario, as pictures stand alone; the page has named it.
        int scenario = title.IndexOf(" – ", StringComparison.Ordinal);
        json.WriteString("title", scenario < 0 ? title : title[..scenario]);
        json.WriteString("caption", file.Caption.Split(';')[0].TrimEnd('.') + ".");
        json.WriteString("unit", unit);
        json.WriteBoolean("whole", wholeNumbers);
        PageJson.Number(json, "begin", begin);
        PageJson.Number(json, "end", end);
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
