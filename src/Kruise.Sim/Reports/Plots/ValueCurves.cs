using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A point of a curve: where, its mean, the ends of the mean's interval (infinite where there is none), and what it is of, in words.</summary>
internal readonly record struct CurvePoint(double X, double Mean, double Low, double High, string Name)
{
    public bool HasInterval => double.IsFinite(High) && High > Mean;
}

/// <summary>A curve of a metric over a value; without a line it is single points.</summary>
internal sealed record ValueCurve(string Label, IReadOnlyList<CurvePoint> Points, bool Joined = true);

/// <summary>A point of special meaning.</summary>
internal sealed record CurveFlag(double X, double Y, string Text);

/// <summary>A metric over a value that varies.</summary>
/// <param name="Title">The title.</param>
/// <param name="XLabel">What varies.</param>
/// <param name="Ticks">Where the values lie and what they are called; empty for an axis of numbers.</param>
/// <param name="Y">The metric.</param>
/// <param name="Curves">The curves.</param>
/// <param name="Flags">What stands out.</param>
internal sealed record ValueCurves(
    string Title, string XLabel, IReadOnlyList<(double X, string Text)> Ticks, MetricScale Y, IReadOnlyList<ValueCurve> Curves, IReadOnlyList<CurveFlag> Flags)
{
    /// <summary>Where the points lie: the outermost ones, apart even where there is only one, and the highest end of an interval or mean as the axis counts.</summary>
    public (double Left, double Right, double Top) Extent()
    {
        CurvePoint[] points = [.. Curves.SelectMany(curve => curve.Points)];
        if (points.Length == 0) return (0, 1, 0);
        double left = points.Min(point => point.X), right = points.Max(point => point.X);
        double top = Math.Max(0, points.Max(point => Y.Scale(point.HasInterval ? point.High : point.Mean)));
        return right > left ? (left, right, top) : (left - 1, left + 1, top);
    }
}

/// <summary>Draws <see cref="ValueCurves"/>.</summary>
internal static class ValueCurvesDrawing
{
    public static Plot Draw(ValueCurves data)
    {
        Plot plot = PlotStyle.New(data.Title, data.XLabel, data.Y.Label);
        (double left, double right, double top) = data.Extent();
        for (int c = 0; c < data.Curves.Count; c++)
        {
            ValueCurve curve = data.Curves[c];
            Color colour = PlotStyle.Line(c);
            if (curve.Points.Count == 0) continue;
            double[] xs = [.. curve.Points.Select(point => point.X)];
            double[] ys = [.. curve.Points.Select(point => data.Y.Scale(point.Mean))];
            Scatter scatter = curve.Joined ? plot.Add.Scatter(xs, ys, colour) : plot.Add.ScatterPoints(xs, ys, colour);
            scatter.LineWidth = curve.Joined ? 2 : 0;
            scatter.MarkerSize = 8;
            scatter.LegendText = curve.Label;
            CurvePoint[] barred = [.. curve.Points.Where(point => point.HasInterval)];
            if (barred.Length > 0)
            {
                ErrorBar bars = plot.Add.ErrorBar(
                    [.. barred.Select(point => point.X)], [.. barred.Select(point => data.Y.Scale(point.Mean))], [.. barred.Select(point => data.Y.Scale(point.High - point.Mean))]);
                bars.Color = colour;
                bars.LineWidth = 1.4f;
                bars.CapSize = 5;
            }
        }

        double room = 0.06 * (right - left);
        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(false, about: 8);
        plot.Axes.SetLimits(left - room, right + room, 0, top > 0 ? top * 1.12 : 1);
        if (data.Ticks.Count > 0) plot.Axes.Bottom.TickGenerator = new NumericManual([.. data.Ticks.Select(tick => tick.X)], [.. data.Ticks.Select(tick => tick.Text)]);
        foreach (CurveFlag flag in data.Flags) Flag(plot, flag, data.Y, flag.X > left + (0.8 * (right - left)), top);
        if (data.Curves.Count > 1 || data.Curves[0].Label.Length > 0) PlotStyle.LegendOutside(plot, Edge.Bottom);
        return plot;
    }

    public static void Flag(Plot plot, CurveFlag flag, MetricScale y, bool atRight, double top)
    {
        double height = y.Scale(flag.Y);
        plot.Add.Marker(flag.X, height, MarkerShape.OpenCircle, 17, PlotStyle.Ink);
        Text text = plot.Add.Text(flag.Text, flag.X, height);
        bool high = height > top * 0.93;
        text.Alignment = atRight ? (high ? Alignment.UpperRight : Alignment.LowerRight) : high ? Alignment.UpperLeft : Alignment.LowerLeft;
        text.OffsetX = atRight ? -9 : 9;
        text.OffsetY = high ? 9 : -9;
        text.LabelFontSize = 14;
        text.LabelFontName = PlotFonts.Family;
        text.LabelFontColor = PlotStyle.Ink;
        text.LabelBackgroundColor = Colors.White.WithAlpha(0.85);
        text.LabelPadding = 2;
    }
}
