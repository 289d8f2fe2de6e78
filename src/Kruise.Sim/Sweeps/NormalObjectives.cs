using Kruise.Sim.Measures;

namespace Kruise.Sim.Sweeps;

/// <summary>Metrics that suit a scenario where the user names none.</summary>
internal static class NormalObjectives
{
    /// <summary>What most people want less of: time until all is done, the registries' peak, pods unavailable, writes to the API server. The time comes first.</summary>
    public static IReadOnlyList<string> Of(MetricScope scope) =>
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
