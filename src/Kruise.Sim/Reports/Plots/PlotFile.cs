namespace Kruise.Sim.Reports.Plots;

/// <summary>A plot of a report: <c>NAME.png</c> and <c>NAME.svg</c>.</summary>
/// <param name="Name">File name without its ending.</param>
/// <param name="Caption">What it shows, in a line.</param>
internal sealed record PlotFile(string Name, string Caption);

/// <summary>The plots of a run.</summary>
internal static class RunPlots
{
    public static readonly PlotFile WarmupCurve = new("warmup-curve", "Nodes warmed (and failed) over time, with the percentiles marked and faults shaded.");

    public static readonly PlotFile RegistryThroughput = new("registry-throughput", "What each registry sent over time, against its limit.");

    public static readonly PlotFile ActivePulls = new("active-pulls", "Nodes with an open task and pulls inside container runtimes, against parallelism.");

    public static readonly PlotFile TimeByCause = new("time-by-cause", "Where the time went, from the fastest nodes to the slowest.");

    public static readonly PlotFile SlotByCause = new("slot-by-cause", "Where the time in a slot went: the same without the wait for it.");

    public static readonly PlotFile NodeHeatmap = new(
        "node-heatmap", "What every node was doing over time, in order of finishing. In large fleets a bin has the state most of its nodes are in.");

    /// <summary>In the order in which they explain a run.</summary>
    public static IReadOnlyList<PlotFile> All { get; } = [WarmupCurve, RegistryThroughput, ActivePulls, TimeByCause, SlotByCause, NodeHeatmap];
}

/// <summary>The plots of a scenario's variants beside each other.</summary>
internal static class ComparisonPlots
{
    public static readonly PlotFile WarmupCurve = new("warmup-curve", "Nodes warmed over time, a curve per variant.");

    public static readonly PlotFile RegistryThroughput = new("registry-throughput", "What all registries together sent over time, a curve per variant.");

    public static readonly PlotFile TimeByCause = new("time-by-cause", "Where the average node's time went, a column per variant.");

    public static readonly PlotFile SlotByCause = new("slot-by-cause", "Where the average node's time in a slot went, a column per variant.");

    /// <summary>In the order in which they explain the comparison.</summary>
    public static IReadOnlyList<PlotFile> All { get; } = [WarmupCurve, RegistryThroughput, TimeByCause, SlotByCause];
}
