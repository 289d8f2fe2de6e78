using ScottPlot;
using ScottPlot.Plottables;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="PodGantt"/>.</summary>
internal static class PodGanttDrawing
{
    private static readonly Color[] s_colours =
    [
        Colors.White, Color.FromHex("#D9D9D9"), Color.FromHex("#F0E442"), Color.FromHex("#CC79A7"), Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"),
        Color.FromHex("#D55E00"), Color.FromHex("#E69F00"), Color.FromHex("#555555"), Color.FromHex("#9AD5BF"), Color.FromHex("#F6D9C6"),
    ];

    public static Plot Draw(PodGantt data)
    {
        Plot plot = PlotStyle.New(data.Title, $"time since the run began ({data.Axis.Unit})", "pods in order of beginning");
        int rows = data.States.GetLength(0), columns = data.States.GetLength(1);
        double left = data.Axis.Scale(data.BeginSeconds), right = data.Axis.Scale(data.Axis.EndSeconds);
        bool[] seen = new bool[PodGantt.StepCount];
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
                    PodStep step = data.States[row, column];
                    seen[(int)step] = true;
                    intensities[line, column] = (double)step;
                }
            }

            Heatmap map = plot.Add.Heatmap(intensities);
            map.Colormap = new StepColours();
            map.ManualRange = new ScottPlot.Range(0, PodGantt.StepCount - 1);
            map.Rectangle = new CoordinateRect(left, right, 0, data.Pods);
            map.Smooth = false;
        }

        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(true, about: 8);
        plot.Axes.SetLimits(left, right, 0, Math.Max(1, data.Pods));
        plot.HideGrid();
        for (int step = PodGantt.StepCount - 1; step >= 0; step--)
        {
            if (seen[step])
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = PodGantt.StepTitles[step], FillColor = s_colours[step], LineWidth = 0, OutlineColor = Colors.Gray, OutlineWidth = 1 });
        }

        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }

    private sealed class StepColours : IColormap
    {
        public string Name => "pod steps";

        public Color GetColor(double position) => s_colours[Math.Clamp((int)Math.Round(position * (s_colours.Length - 1)), 0, s_colours.Length - 1)];
    }
}
