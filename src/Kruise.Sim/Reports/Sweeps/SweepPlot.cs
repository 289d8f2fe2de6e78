using Kruise.Sim.Reports.Plots;
using ScottPlot;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>A plot of a sweep.</summary>
internal sealed record SweepPlot(PlotFile File, Func<Plot> Draw)
{
    /// <summary>A file name of a kind of plot and what it is of.</summary>
    public static string Name(string kind, string of) => kind + "-" + string.Concat(of.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'));
}
