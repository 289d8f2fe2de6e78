using ScottPlot;
using ScottPlot.Plottables;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="NodeHeatmap"/>.</summary>
internal static class NodeHeatmapDrawing
{
    private static readonly Color[] s_colours =
    [
        Colors.White, Color.FromHex("#C8C8C8"), Color.FromHex("#F0E442"), Color.FromHex("#D55E00"), Color.FromHex("#CC79A7"),
        Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"), Color.FromHex("#555555"), Color.FromHex("#D5EFE3"), Color.FromHex("#000000"),
    ];

    public static Plot Draw(NodeHeatmap data)
    {
        Plot plot = PlotStyle.New(data.Title, $"time since the run began ({data.Axis.Unit})", data.HasUnwarmed ? "nodes in order of finishing, failed and unfinished ones on top" : "nodes in order of finishing");
        int rows = data.States.GetLength(0), columns = data.States.GetLength(1);
        double right = data.Axis.Scale(data.Axis.EndSeconds);
        bool[] seen = new bool[NodeHeatmap.StateCount];
        if (rows > 0)
        {
            // A heat map of a single line would not be drawn.
            int lines = Math.Max(rows, 2);
            double[,] intensities = new double[lines, columns];
            for (int line = 0; line < lines; line++)
            {
                // The first line of an image is its top.
                int row = Math.Min(lines - 1 - line, rows - 1);
                for (int column = 0; column < columns; column++)
                {
                    NodeState state = data.States[row, column];
                    seen[(int)state] = true;
                    intensities[line, column] = (double)state;
                }
            }

            Heatmap map = plot.Add.Heatmap(intensities);
            map.Colormap = new StateColours();
            map.ManualRange = new ScottPlot.Range(0, NodeHeatmap.StateCount - 1);
            map.Rectangle = new CoordinateRect(0, right, 0, data.Nodes);
            map.Smooth = false;
        }

        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(true, about: 8);
        plot.Axes.SetLimits(0, right, 0, Math.Max(1, data.Nodes));
        plot.HideGrid();
        for (int state = NodeHeatmap.StateCount - 1; state >= 0; state--)
        {
            if (seen[state])
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = NodeHeatmap.StateTitles[state], FillColor = s_colours[state], LineWidth = 0, OutlineColor = Colors.Gray, OutlineWidth = 1 });
        }

        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }

    private sealed class StateColours : IColormap
    {
        public string Name => "node states";

        public Color GetColor(double position) => s_colours[Math.Clamp((int)Math.Round(position * (s_colours.Length - 1)), 0, s_colours.Length - 1)];
    }
}
