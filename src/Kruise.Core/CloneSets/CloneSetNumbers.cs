using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>The numbers of a spec in pods (inventory §10.4, §10.5).</summary>
/// <param name="Replicas">Pods that there should be.</param>
/// <param name="Partition">Pods kept at the old template; rounded up.</param>
/// <param name="MaxUnavailable">Pods that an update may make unavailable; rounded up, or down as soon as a surge is allowed (trap 65).</param>
/// <param name="MaxSurge">Pods above replicas during an update; rounded up.</param>
public readonly record struct CloneSetNumbers(int Replicas, int Partition, int MaxUnavailable, int MaxSurge)
{
    /// <summary>The default of <c>maxUnavailable</c>.</summary>
    public static IntOrPercent DefaultMaxUnavailable { get; } = new(20, IsPercent: true);

    /// <summary>The numbers of a spec; what is absent or cannot be read has its default.</summary>
    public static CloneSetNumbers Of(CloneSetSpec spec)
    {
        int replicas = Math.Max(0, spec.Replicas ?? 1);
        CloneSetUpdateStrategy strategy = spec.UpdateStrategy;
        int surge = Parse(strategy.MaxSurge, default).Of(replicas, roundUp: true);
        return new CloneSetNumbers(
            replicas,
            Parse(strategy.Partition, default).Of(replicas, roundUp: true),
            Parse(strategy.MaxUnavailable, DefaultMaxUnavailable).Of(replicas, roundUp: surge == 0),
            surge);
    }

    private static IntOrPercent Parse(IntOrString? value, IntOrPercent otherwise) => IntOrPercent.TryParse(value, out IntOrPercent parsed) ? parsed : otherwise;
}
