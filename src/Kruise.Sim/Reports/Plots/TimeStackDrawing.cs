using ScottPlot;
using ScottPlot.Plottables;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="TimeStack"/>.</summary>
internal static class TimeStackDrawing
{
    public static Plot Draw(TimeStack data)
    {
        Plot plot = PlotStyle.New(data.Title, $"time since the run began ({data.Axis.Unit})", "pods");
        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(true, about: 8);
        int points = data.Seconds.Length * 2;
        double[] xs = new double[points];
        for (int i = 0; i < data.Seconds.Length; i++)
        {
            // A value holds until the next sample.
            xs[2 * i] = data.Axis.Scale(data.Seconds[i]);
            xs[(2 * i) + 1] = data.Axis.Scale(i + 1 < data.Seconds.Length ? data.Seconds[i + 1] : data.Seconds[i]);
        }

        double[] bottom = new double[points];
        foreach (StackBand band in data.Bands)
        {
            double[] top = new double[points];
            for (int i = 0; i < points; i++) top[i] = bottom[i] + band.Values[i / 2];
            FillY area = plot.Add.FillY(xs, bottom, top);
            area.FillColor = PlotStyle.Stage(band.Stage);
            area.LineWidth = 0;
            area.MarkerShape = MarkerShape.None;
            bottom = top;
        }

        double highest = Math.Max(1, bottom.DefaultIfEmpty().Max());
        double right = data.Axis.Scale(data.Axis.EndSeconds);
        int rows = data.Windows.Max(window => window.Row + 1) ?? 0;
        double height = highest * 1.02 / (1 - (rows * TimePlotDrawing.RowHeight));
        plot.Axes.SetLimits(data.Axis.Scale(data.Axis.BeginSeconds), right, 0, height);
        foreach (FaultWindow window in data.Windows) TimePlotDrawing.Shade(plot, window, data.Axis, height);
        foreach (StackBand band in data.Bands.Reverse())
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = band.Label, FillColor = PlotStyle.Stage(band.Stage), LineWidth = 0, MarkerShape = MarkerShape.None });
        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }
}
