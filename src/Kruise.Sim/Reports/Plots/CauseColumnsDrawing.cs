using ScottPlot;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws <see cref="CauseColumns"/>.</summary>
internal static class CauseColumnsDrawing
{
    public static Plot Draw(CauseColumns data) =>
        Draw(data.Title, data.ColumnLabel, "node", data.Columns, [.. data.Bands.Select(band => new Part(PlotStyle.Cause(band.Cause), band.Label, band.MeanSeconds))]);

    public static Plot Draw(PodCauseColumns data) =>
        Draw(data.Title, data.ColumnLabel, "pod", data.Columns, [.. data.Bands.Select(band => new Part(PlotStyle.Cause(band.Cause), band.Label, band.MeanSeconds))]);

    private static Plot Draw(string title, string columnLabel, string unit, IReadOnlyList<string> columns, IReadOnlyList<Part> bands)
    {
        double[] totals = new double[columns.Count];
        foreach (Part band in bands)
        {
            for (int column = 0; column < totals.Length; column++) totals[column] += band.MeanSeconds[column];
        }

        double highest = totals.DefaultIfEmpty().Max();
        TimeAxis scale = TimeAxis.Until(highest);
        Plot plot = PlotStyle.New(title, columnLabel, $"mean time a {unit} ({scale.Unit})");
        double[] tops = new double[totals.Length];
        foreach (Part band in bands)
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
                    FillColor = band.Colour,
                    LineColor = Colors.White,
                    LineWidth = 0.6f,
                });
            }

            plot.Add.Bars(bars);
        }

        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(false, about: 8);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, totals.Length).Select(column => (double)column)], [.. columns]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.6, Math.Max(totals.Length, 1) - 0.4, 0, highest > 0 ? scale.Scale(highest) * 1.04 : 1);
        // The legend's first line is the top of the stack.
        foreach (Part band in bands.Reverse())
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = band.Label, FillColor = band.Colour, LineWidth = 0, MarkerShape = MarkerShape.None });
        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }

    private readonly record struct Part(Color Colour, string Label, double[] MeanSeconds);
}
