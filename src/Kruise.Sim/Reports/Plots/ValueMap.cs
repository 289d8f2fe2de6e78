using ScottPlot;
using ScottPlot.Panels;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>A metric over two values that vary, as a map.</summary>
/// <param name="Title">The title.</param>
/// <param name="XLabel">What varies from left to right.</param>
/// <param name="Columns">Its values.</param>
/// <param name="YLabel">What varies from bottom to top.</param>
/// <param name="Rows">Its values.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Values">By row and column; NaN where it was not measured.</param>
/// <param name="Crossed">Fields whose setting may not be recommended.</param>
/// <param name="Framed">The field that is recommended, and that of today; null where there is none.</param>
internal sealed record ValueMap(
    string Title, string XLabel, IReadOnlyList<string> Columns, string YLabel, IReadOnlyList<string> Rows, MetricScale Metric, double[,] Values, bool[,] Crossed,
    IReadOnlyList<(int Row, int Column, string Text)> Framed)
{
    /// <summary>The least and the greatest value that was measured.</summary>
    public (double Least, double Most) Ends()
    {
        double[] known = [.. Values.Cast<double>().Where(double.IsFinite)];
        return known.Length == 0 ? (0, 0) : (known.Min(), known.Max());
    }
}

/// <summary>Draws a <see cref="ValueMap"/>.</summary>
internal static class ValueMapDrawing
{
    /// <summary>Fields up to which each shows its number.</summary>
    private const int MostNumbers = 150;

    public static Plot Draw(ValueMap data)
    {
        Plot plot = PlotStyle.New(data.Title, data.XLabel, data.YLabel);
        (int rows, int columns) = (data.Rows.Count, data.Columns.Count);
        (double least, double most) = data.Ends();
        if (!(most > least)) most = least + 1;
        Colormap colours = new();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++) Field(plot, data, row, column, colours, least, most);
        }

        foreach ((int row, int column, string text) in data.Framed) Frame(plot, row, column, text);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, columns).Select(i => (double)i)], [.. data.Columns]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. Enumerable.Range(0, rows).Select(i => (double)i)], [.. data.Rows]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.5, columns - 0.5, -0.5, rows - 0.5);
        plot.HideGrid();
        ColorBar bar = new(new Scale(colours, data.Metric.Scale(least), data.Metric.Scale(most)), Edge.Right) { Label = data.Metric.Label };
        bar.LabelStyle.FontSize = 14;
        bar.LabelStyle.Bold = false;
        bar.LabelStyle.ForeColor = PlotStyle.Ink;
        bar.Axis.TickLabelStyle.FontSize = 13;
        plot.Axes.AddPanel(bar);
        return plot;
    }

    /// <summary>The colour of a place between the least (0) and the greatest value (1).</summary>
    public static Color Colour(double part) => new Colormap().GetColor(part);

    private static void Field(Plot plot, ValueMap data, int row, int column, Colormap colours, double least, double most)
    {
        double value = data.Values[row, column];
        double part = (value - least) / (most - least);
        Rectangle field = plot.Add.Rectangle(column - 0.5, column + 0.5, row - 0.5, row + 0.5);
        field.FillColor = double.IsFinite(value) ? colours.GetColor(part) : Color.FromHex("#E4E4E4");
        field.LineColor = Colors.White;
        field.LineWidth = 1;
        if (data.Rows.Count * data.Columns.Count > MostNumbers) return;
        string number = double.IsFinite(value) ? data.Metric.Text(value) : "–";
        Text text = plot.Add.Text(data.Crossed[row, column] ? number + " ✗" : number, column, row);
        text.Alignment = Alignment.MiddleCenter;
        text.LabelFontSize = 14;
        text.LabelFontName = PlotFonts.Family;
        text.LabelFontColor = double.IsFinite(value) && part < 0.55 ? Colors.White : PlotStyle.Ink;
    }

    private static void Frame(Plot plot, int row, int column, string label)
    {
        Rectangle frame = plot.Add.Rectangle(column - 0.47, column + 0.47, row - 0.46, row + 0.46);
        frame.FillColor = Colors.Transparent;
        frame.LineColor = PlotStyle.Fault;
        frame.LineWidth = 3;
        Text text = plot.Add.Text(label, column, row + 0.46);
        text.Alignment = Alignment.UpperCenter;
        text.OffsetY = 5;
        text.LabelFontSize = 12;
        text.LabelFontName = PlotFonts.Family;
        text.LabelFontColor = PlotStyle.Ink;
        text.LabelBackgroundColor = Colors.White.WithAlpha(0.85);
        text.LabelPadding = 2;
    }

    // Viridis: even to the eye, and told apart in grey.
    private sealed class Colormap : IColormap
    {
        private readonly ScottPlot.Colormaps.Viridis _viridis = new();

        public string Name => _viridis.Name;

        public Color GetColor(double position) => _viridis.GetColor(position);
    }

    private sealed class Scale(IColormap colours, double least, double most) : IHasColorAxis
    {
        public IColormap Colormap => colours;

        public ScottPlot.Range GetRange() => new(least, most);
    }
}
