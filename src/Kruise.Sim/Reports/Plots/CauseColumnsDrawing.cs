using ScottPlot;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws <see cref="CauseColumns"/>.</summary>
internal static class CauseColumnsDrawing
{
    public static Plot Draw(CauseColumns data)
    {
        double[] totals = new double[data.Columns.Count];
        foreach (CauseBand band in data.Bands)
        {
            for (int column = 0; column < totals.Length; column++) totals[column] += band.MeanSeconds[column];
        }

        double highest = totals.DefaultIfEmpty().Max();
        TimeAxis scale = TimeAxis.Until(highest);
        Plot plot = PlotStyle.New(data.Title, data.ColumnLabel, $"mean time a node ({scale.Unit})");
        double[] tops = new double[totals.Length];
        foreach (CauseBand band in data.Bands)
        {
            List<Bar> bars = [];
            for (int column = 0; column < tops.Length; column++)
            {
                double bottom = tops[column];
                tops[column] += scale.Scale(band.MeanSeconds[column]);
                if (band.MeanSeconds[column] <= 0) continue;
                bars.Add(new Bar
                {
                    Position = column,
                    ValueBase = bottom,
                    Value = tops[column],
                    Size = 0.86,
                    FillColor = PlotStyle.Cause(band.Cause),
                    LineColor = Colors.White,
                    LineWidth = 0.6f,
                });
            }

            plot.Add.Bars(bars);
        }

        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(false, about: 8);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, totals.Length).Select(column => (double)column)], [.. data.Columns]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.6, Math.Max(totals.Length, 1) - 0.4, 0, highest > 0 ? scale.Scale(highest) * 1.04 : 1);
        // The legend's first line is the top of the stack.
        foreach (CauseBand band in data.Bands.Reverse())
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = band.Label, FillColor = PlotStyle.Cause(band.Cause), LineWidth = 0, MarkerShape = MarkerShape.None });
        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }
}
