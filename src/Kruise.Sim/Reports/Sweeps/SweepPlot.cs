using Kruise.Sim.Reports.Plots;
using ScottPlot;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>A plot of a sweep or of a search.</summary>
internal abstract record SweepPlot(PlotFile File)
{
    /// <summary>A file name of a kind of plot and what it is of.</summary>
    public static string Name(string kind, string of) => kind + "-" + string.Concat(of.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));

    public abstract Plot Draw();
}

/// <summary>One of curves, or of points.</summary>
internal sealed record CurvesPlot(PlotFile File, ValueCurves Data) : SweepPlot(File)
{
    public override Plot Draw() => ValueCurvesDrawing.Draw(Data);
}

/// <summary>A map.</summary>
internal sealed record MapPlot(PlotFile File, ValueMap Data) : SweepPlot(File)
{
    public override Plot Draw() => ValueMapDrawing.Draw(Data);
}
