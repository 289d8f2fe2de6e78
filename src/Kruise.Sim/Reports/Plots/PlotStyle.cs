using System.Globalization;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>What all plots share: size, colours, fonts, grid, legend.</summary>
internal static class PlotStyle
{
    public const int Width = 1200;
    public const int Height = 700;

    /// <summary>Pixels of the data area that labels inside it may count on.</summary>
    public const int DataWidth = 1060;

    /// <summary>The same where a legend stands on the right.</summary>
    public const int DataWidthBesideLegend = 780;

    public static readonly Color Ink = Color.FromHex("#222222");
    public static readonly Color Fault = Color.FromHex("#D55E00");

    /// <summary>Okabe and Ito's palette, told apart with every common kind of colour blindness; its yellow, too light for lines, comes last.</summary>
    private static readonly Color[] s_lines =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#E69F00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"),
        Color.FromHex("#56B4E9"), Color.FromHex("#D55E00"), Color.FromHex("#000000"), Color.FromHex("#F0E442"),
    ];

    /// <summary>By <see cref="WarmupCause"/>: greys for waiting and reporting, warm colours for the control plane and failures, blues for the network.</summary>
    private static readonly Color[] s_causes =
    [
        Color.FromHex("#BFBFBF"), Color.FromHex("#F0E442"), Color.FromHex("#E69F00"), Color.FromHex("#8C6D31"), Color.FromHex("#D55E00"),
        Color.FromHex("#CC79A7"), Color.FromHex("#882255"), Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"), Color.FromHex("#1B2F5C"),
        Color.FromHex("#A6E1E8"), Color.FromHex("#009E73"), Color.FromHex("#555555"),
    ];

    /// <summary>By <see cref="PodCause"/>: greys for waiting, yellows and oranges for the control plane, blues for the network, greens for containers, reds for failures.</summary>
    private static readonly Color[] s_podCauses =
    [
        Color.FromHex("#BFBFBF"), Color.FromHex("#8C8C8C"), Color.FromHex("#F0E442"), Color.FromHex("#CFC15A"), Color.FromHex("#C9A227"), Color.FromHex("#E69F00"),
        Color.FromHex("#6A3D9A"), Color.FromHex("#8C6D31"), Color.FromHex("#3B2F0B"), Color.FromHex("#F2C8A0"), Color.FromHex("#B8E0C8"), Color.FromHex("#B39DDB"), Color.FromHex("#D55E00"),
        Color.FromHex("#CC79A7"), Color.FromHex("#882255"), Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"), Color.FromHex("#1B2F5C"), Color.FromHex("#A6E1E8"),
        Color.FromHex("#009E73"), Color.FromHex("#6B8E23"), Color.FromHex("#7FC97F"), Color.FromHex("#33691E"), Color.FromHex("#B71C1C"), Color.FromHex("#F4A6C0"),
        Color.FromHex("#555555"), Color.FromHex("#222222"), Color.FromHex("#7F0000"),
    ];

    /// <summary>By <see cref="PodStage"/>.</summary>
    private static readonly Color[] s_podStages =
    [
        Color.FromHex("#009E73"), Color.FromHex("#A9D9C8"), Color.FromHex("#E69F00"), Color.FromHex("#F0E442"), Color.FromHex("#56B4E9"), Color.FromHex("#0072B2"),
        Color.FromHex("#CC79A7"), Color.FromHex("#D55E00"), Color.FromHex("#8C8C8C"), Color.FromHex("#000000"),
    ];

    public static Color Cause(PodCause cause) => s_podCauses[(int)cause];

    public static Color Stage(PodStage stage) => s_podStages[(int)stage];

    public static Color Line(int index) => s_lines[index % s_lines.Length];

    public static Color Cause(WarmupCause cause) => s_causes[(int)cause];

    public static Plot New(string title, string xLabel, string yLabel)
    {
        PlotFonts.EnsureInstalled();
        Plot plot = new();
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
        plot.Title(title, 19);
        plot.Axes.Title.Label.Bold = true;
        plot.Axes.Title.Label.ForeColor = Ink;
        plot.XLabel(xLabel, 15);
        plot.YLabel(yLabel, 15);
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.TickLabelStyle.FontSize = 13;
            axis.TickLabelStyle.ForeColor = Ink;
            axis.Label.Bold = false;
            axis.Label.ForeColor = Ink;
        }

        plot.Axes.Top.IsVisible = false;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Axes.Right.MinimumSize = 24;
        plot.Grid.MajorLineColor = Ink.WithAlpha(0.12);
        plot.Axes.Bottom.TickGenerator = Ticks(false);
        return plot;
    }

    public static NumericAutomatic Ticks(bool wholeNumbers, int about = 12) => new()
    {
        IntegerTicksOnly = wholeNumbers,
        TargetTickCount = about,
        LabelFormatter = value => value.ToString("#,0.#########", CultureInfo.InvariantCulture),
    };

    /// <summary>A legend outside the data area, where it can hide nothing.</summary>
    public static void LegendOutside(Plot plot, Edge edge)
    {
        plot.Legend.FontSize = 13;
        plot.Legend.FontName = PlotFonts.Family;
        plot.Legend.FontColor = Ink;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Orientation = edge == Edge.Bottom ? Orientation.Horizontal : Orientation.Vertical;
        plot.ShowLegend(edge);
    }
}
