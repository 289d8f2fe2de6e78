using System.Runtime.CompilerServices;
using ScottPlot;
using ScottPlot.Plottables;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws <see cref="StateBins"/> with a colour for each state and a legend of those that occur.</summary>
internal static class StateMapDrawing
{
    public static Plot Draw<TState>(
        string title, TimeAxis axis, double beginSeconds, string rowLabel, int rowCount, TState[,] states, IReadOnlyList<string> stateTitles, Color[] colours)
        where TState : unmanaged, Enum
    {
        Plot plot = PlotStyle.New(title, $"time since the run began ({axis.Unit})", rowLabel);
        int rows = states.GetLength(0), columns = states.GetLength(1);
        double left = axis.Scale(beginSeconds), right = axis.Scale(axis.EndSeconds);
        bool[] seen = new bool[colours.Length];
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
                    byte state = Unsafe.BitCast<TState, byte>(states[row, column]);
                    seen[state] = true;
                    intensities[line, column] = state;
                }
            }

            Heatmap map = plot.Add.Heatmap(intensities);
            map.Colormap = new StateColours(colours);
            map.ManualRange = new ScottPlot.Range(0, colours.Length - 1);
            map.Rectangle = new CoordinateRect(left, right, 0, rowCount);
            map.Smooth = false;
        }

        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(true, about: 8);
        plot.Axes.SetLimits(left, right, 0, Math.Max(1, rowCount));
        plot.HideGrid();
        for (int state = colours.Length - 1; state >= 0; state--)
        {
            if (seen[state])
                plot.Legend.ManualItems.Add(new LegendItem { LabelText = stateTitles[state], FillColor = colours[state], LineWidth = 0, OutlineColor = Colors.Gray, OutlineWidth = 1 });
        }

        PlotStyle.LegendOutside(plot, Edge.Right);
        return plot;
    }

    private sealed class StateColours(Color[] colours) : IColormap
    {
        public string Name => "states";

        public Color GetColor(double position) => colours[Math.Clamp((int)Math.Round(position * (colours.Length - 1)), 0, colours.Length - 1)];
    }
}
