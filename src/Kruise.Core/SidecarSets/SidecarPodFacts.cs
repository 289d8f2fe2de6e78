using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>What of a pod one set decides by.</summary>
/// <param name="Rank">Its place among pods to be updated.</param>
/// <param name="IsUpdated">Whether it is at the set's hash.</param>
/// <param name="IsReady">Whether it runs the images that it is meant to, of the set's containers, and is ready.</param>
/// <param name="IsReachable">Whether it differs from the set in nothing but images (trap 108).</param>
/// <param name="IsSelected">Whether the update's own selector leaves it to be updated.</param>
internal readonly record struct SidecarPodFacts(PodRank Rank, bool IsUpdated, bool IsReady, bool IsReachable, bool IsSelected)
{
    /// <summary>Whether an update in place would bring it to the set's hash, and may.</summary>
    public bool IsWaiting => !IsUpdated && IsReachable && IsSelected;

    /// <summary>Whether it stays behind until it is made again.</summary>
    public bool IsOutOfReach => !IsUpdated && !IsReachable;

    /// <summary>Whether a set that has seen one of them has to look again. The rank orders what is to be done and is no reason for doing it.</summary>
    public bool DecidesAs(SidecarPodFacts other) => this == other with { Rank = Rank };
}
