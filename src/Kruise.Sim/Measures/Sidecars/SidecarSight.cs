namespace Kruise.Sim.Measures.Sidecars;

/// <summary>What a pod is to a set.</summary>
/// <param name="IsMember">The set counts it: active, in the set's namespace, selected, and made with the set's containers.</param>
/// <param name="IsUncovered">It should have the containers and has not: active, in namespace and selector, and made without.</param>
/// <param name="IsUpdated">It is at the set's hash.</param>
/// <param name="IsReady">It runs the images that it is meant to of the set's containers, and is ready.</param>
/// <param name="IsReachable">It differs from the set in nothing but images.</param>
/// <param name="IsSelected">The selector of the set's update strategy leaves it to be updated.</param>
internal readonly record struct SidecarSight(bool IsMember, bool IsUncovered, bool IsUpdated, bool IsReady, bool IsReachable, bool IsSelected)
{
    /// <summary>An update in place would bring it to the set's hash, and may.</summary>
    public bool IsWaiting => IsMember && !IsUpdated && IsReachable && IsSelected;

    /// <summary>It stays behind until it is made anew.</summary>
    public bool IsOutOfReach => IsMember && !IsUpdated && !IsReachable;
}
