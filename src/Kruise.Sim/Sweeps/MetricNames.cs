using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Sweeps;

/// <summary>Metrics that a user names, or that suit a scenario where none is named.</summary>
internal static class MetricNames
{
    /// <summary>What is wrong with a name; null when the scenario has such a metric.</summary>
    public static Finding? Check(string name, MetricScope scope) => MetricFindings.Of(name, scope);

    /// <summary>What most people want less of: time until all is done, the registries' peak, pods unavailable, writes to the API server. The time comes first.</summary>
    public static IReadOnlyList<string> Objectives(MetricScope scope) =>
    [
        .. scope.SidecarSets.Select(set => $"sidecarSets.{set}.rollout.seconds.p100"),
        .. scope.Workloads.Select(set => $"workloads.{set}.rollout.seconds.p100"),
        .. scope.Jobs.Count == 1 ? scope.Jobs.Select(job => $"jobs.{job}.seconds") : scope.Jobs.Count > 1 ? ["warmup.seconds.max"] : [],
        .. scope.Registries.Select(registry => $"registries.{registry}.peakBytesPerSecond"),
        .. scope.Workloads.Select(set => $"workloads.{set}.maxUnavailable"),
        .. scope.SidecarSets.Select(set => $"sidecarSets.{set}.maxUnavailable"),
        "controlPlane.apiWrites",
    ];
}
