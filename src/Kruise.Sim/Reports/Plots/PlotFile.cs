using Kruise.Sim.Measures;

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

    public static readonly PlotFile PodStates = new("pod-states", "Pods by what they are doing, over time; only when the scenario has workloads, as the plots that follow.");

    public static readonly PlotFile Availability = new("availability", "Pods available over time, against what is asked for and what maxUnavailable leaves of it.");

    public static readonly PlotFile Rollout = new(
        "rollout", "What every pod of the updates went through, in order of beginning. In large sets a bin has the state most of its pods are in.");

    public static readonly PlotFile PodTimeByCause = new("pod-time-by-cause", "Where the update time of pods went, from the fastest pods to the slowest.");

    public static readonly PlotFile SidecarUpgrade = new(
        "sidecar-upgrade", "Pods that have the sidecars, at the set's version of the moment, and ready with it, over time; only when the scenario has SidecarSets, as the plots that follow.");

    public static readonly PlotFile SidecarUnavailable = new("sidecar-unavailable", "Upgraded pods that are not ready over time, against the set's maxUnavailable; only when there was an upgrade.");

    public static readonly PlotFile SidecarRollout = new(
        "sidecar-rollout", "What every pod of the sidecar upgrades went through, in order of beginning; only when there was one. In large sets a bin has the state most of its pods are in.");

    /// <summary>Those of image warm-up, in the order in which they explain a run.</summary>
    public static IReadOnlyList<PlotFile> Warmup { get; } = [WarmupCurve, RegistryThroughput, ActivePulls, TimeByCause, SlotByCause, NodeHeatmap];

    /// <summary>Those of workloads.</summary>
    public static IReadOnlyList<PlotFile> Workloads { get; } = [PodStates, Availability, Rollout, PodTimeByCause];

    /// <summary>Those of SidecarSets.</summary>
    public static IReadOnlyList<PlotFile> Sidecars { get; } = [SidecarUpgrade, SidecarUnavailable, SidecarRollout];

    public static IReadOnlyList<PlotFile> All { get; } = [.. Warmup, .. Workloads, .. Sidecars];

    /// <summary>Whether a SidecarSet came to another version.</summary>
    public static bool ShowUpgrades(RunResult run) => run.SidecarSets.Any(set => set.Rollouts.Count > 1);

    /// <summary>Whether a run has anything to show of warm-up: it had jobs, or nothing else.</summary>
    public static bool ShowWarmup(RunResult run) => run.Jobs.Count > 0 || run.Workloads.Count == 0;
}

/// <summary>The plots of a scenario's variants beside each other.</summary>
internal static class ComparisonPlots
{
    public static readonly PlotFile WarmupCurve = new("warmup-curve", "Nodes warmed over time, a curve per variant.");

    public static readonly PlotFile RegistryThroughput = new("registry-throughput", "What all registries together sent over time, a curve per variant.");

    public static readonly PlotFile TimeByCause = new("time-by-cause", "Where the average node's time went, a column per variant.");

    public static readonly PlotFile SlotByCause = new("slot-by-cause", "Where the average node's time in a slot went, a column per variant.");

    public static readonly PlotFile UpdatedReady = new("updated-ready", "Pods updated and ready over time, a curve per variant; only when the scenario has workloads, as the plots that follow.");

    public static readonly PlotFile Unavailable = new("unavailable", "The most pods that were unavailable at any moment, against what the strategy allows, by variant.");

    public static readonly PlotFile PodTimeByCause = new("pod-time-by-cause", "Where the average pod's update time went, a column per variant.");

    public static readonly PlotFile SidecarUpgrade = new(
        "sidecar-upgrade", "Pods ready with the version asked for of their sidecars (with their sidecars at all where none was upgraded) over time, a curve per variant; only when the scenario has SidecarSets.");

    public static readonly PlotFile SidecarUnavailable = new(
        "sidecar-unavailable", "The most upgraded pods that were not ready at any moment, against the sets' maxUnavailable, by variant; only when there was an upgrade.");

    /// <summary>Those of image warm-up, in the order in which they explain the comparison.</summary>
    public static IReadOnlyList<PlotFile> Warmup { get; } = [WarmupCurve, RegistryThroughput, TimeByCause, SlotByCause];

    /// <summary>Those of workloads.</summary>
    public static IReadOnlyList<PlotFile> Workloads { get; } = [UpdatedReady, Unavailable, PodTimeByCause];

    /// <summary>Those of SidecarSets.</summary>
    public static IReadOnlyList<PlotFile> Sidecars { get; } = [SidecarUpgrade, SidecarUnavailable];

    public static IReadOnlyList<PlotFile> All { get; } = [.. Sidecars, .. Warmup, .. Workloads];

    public static IEnumerable<PlotFile> Of(ScenarioReport report) =>
    [
        .. !report.Runs.Any(run => run.SidecarSets.Count > 0) ? [] : report.Runs.Any(RunPlots.ShowUpgrades) ? Sidecars : [SidecarUpgrade],
        .. report.Runs.Any(RunPlots.ShowWarmup) ? Warmup : [RegistryThroughput],
        .. report.Runs.Any(run => run.Workloads.Count > 0) ? Workloads : [],
    ];
}
