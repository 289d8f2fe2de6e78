using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>The numbers of a strategy in pods. Percentages are of the pods that match, and rounded down: 10% of five pods is none (trap 110).</summary>
/// <param name="Partition">Pods that could be updated and are not.</param>
/// <param name="MaxUnavailable">Updated pods that may be out of service at a time.</param>
internal readonly record struct SidecarSetNumbers(int Partition, int MaxUnavailable)
{
    /// <summary>The numbers of a strategy. One that cannot be read keeps every pod as it is; admission refuses it.</summary>
    public static SidecarSetNumbers Of(SidecarSetUpdateStrategy strategy, int matched) => new(
        Pods(strategy.Partition, 0, int.MaxValue, matched), Pods(strategy.MaxUnavailable, SidecarSetDefaults.MaxUnavailable, 0, matched));

    private static int Pods(IntOrString? value, int absent, int unreadable, int matched) =>
        value is null ? absent
        : IntOrPercent.TryParse(value, out IntOrPercent parsed) ? parsed.Of(matched, roundUp: false)
        : unreadable;
}
