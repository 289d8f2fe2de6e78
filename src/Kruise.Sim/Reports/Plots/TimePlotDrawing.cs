using ScottPlot;
using ScottPlot.Plottables;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="TimePlot"/>.</summary>
internal static class TimePlotDrawing
{
    /// <summary>Part of the height that a row of fault names takes.</summary>
    public const double RowHeight = 0.055;

    public static Plot Draw(TimePlot data)
    {
        Plot plot = PlotStyle.New(data.Title, $"time since {data.Since ?? "the run began"} ({data.Axis.Unit})", data.ValueLabel);
        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(data.WholeNumbers, about: 8);
        double right = data.Axis.Scale(data.Axis.EndSeconds);
        int rows = data.Windows.Max(window => window.Row + 1) ?? 0;
        double top = data.ValueEnd * 1.04 / (1 - (rows * RowHeight));
        double left = data.Axis.Scale(data.Axis.BeginSeconds);
        plot.Axes.SetLimits(left, right + (0.01 * (right - left)), 0, top);
        foreach (FaultWindow window in data.Windows) Shade(plot, window, data.Axis, top);
        foreach (TimeLine line in data.Lines) AddLine(plot, line, data.Axis);
        for (int mark = 0; mark < data.Marks.Count; mark++) AddMark(plot, data.Marks[mark], data.Axis, data.ValueEnd * (0.42 - (0.09 * mark)));
        PlotStyle.LegendOutside(plot, Edge.Bottom);
        return plot;
    }

    private static void AddLine(Plot plot, TimeLine line, TimeAxis axis)
    {
        Scatter scatter = plot.Add.ScatterLine(Array.ConvertAll(line.Seconds, axis.Scale), line.Values, PlotStyle.Line(line.Colour));
        scatter.ConnectStyle = line.Steps ? ConnectStyle.StepHorizontal : ConnectStyle.Straight;
        scatter.LineWidth = line.Kind == LineKind.Measured ? 2f : 1.2f;
        scatter.LegendText = line.Label;
    }

    public static void Shade(Plot plot, FaultWindow window, TimeAxis axis, double top)
    {
        double from = axis.Scale(window.FromSeconds), to = axis.Scale(window.ToSeconds);
        if (to > from)
        {
            HorizontalSpan span = plot.Add.HorizontalSpan(from, to, PlotStyle.Fault.WithAlpha(0.13));
            span.LineWidth = 0;
        }

        LinePlot edge = plot.Add.Line(from, 0, from, top);
        edge.Color = PlotStyle.Fault;
        edge.LineWidth = 1;
        if (window.Row is not { } row) return;
        Text text = plot.Add.Text(window.Text, axis.Scale(window.LabelSeconds), top * (1 - (row * RowHeight)));
        text.Alignment = Alignment.UpperLeft;
        text.OffsetX = 4;
        text.OffsetY = 5;
        text.LabelFontSize = 13;
        text.LabelFontName = PlotFonts.Family;
        text.LabelFontColor = Color.FromHex("#8A3B00");
        text.LabelBackgroundColor = Colors.White.WithAlpha(0.85);
    }

    private static void AddMark(Plot plot, CurveMark mark, TimeAxis axis, double labelHeight)
    {
        double x = axis.Scale(mark.Seconds);
        LinePlot line = plot.Add.Line(x, 0, x, mark.Value);
        line.Color = PlotStyle.Ink.WithAlpha(0.6);
        line.LineWidth = 1;
        plot.Add.Marker(x, mark.Value, MarkerShape.FilledCircle, 8, PlotStyle.Ink);
        bool roomOnTheRight = mark.Seconds < axis.EndSeconds * 0.8;
        Text text = plot.Add.Text(mark.Label, x, labelHeight);
        text.Alignment = roomOnTheRight ? Alignment.MiddleLeft : Alignment.MiddleRight;
        text.OffsetX = roomOnTheRight ? 5 : -5;
        text.LabelFontSize = 14;
        text.LabelFontName = PlotFonts.Family;
        text.LabelFontColor = PlotStyle.Ink;
        text.LabelBackgroundColor = Colors.White.WithAlpha(0.85);
        text.LabelPadding = 3;
    }
}
