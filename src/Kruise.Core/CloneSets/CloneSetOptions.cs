namespace Kruise.Core.CloneSets;

/// <summary>The CloneSet controller's constants.</summary>
public sealed record CloneSetOptions
{
    /// <summary>
    /// Ours. A pass makes, deletes or updates at most 500 pods (the burst of Kubernetes' ReplicaSet controller,
    /// kubernetes:pkg/controller/replicaset/replica_set.go), so that status, a pause or an edit is noticed however large the set.
    /// </summary>
    public static CloneSetOptions Default { get; } = new();

    /// <summary>v0.8.0's: a pass does all there is to do.</summary>
    public static CloneSetOptions OpenKruise08 { get; } = new() { MaxPodsPerPass = int.MaxValue };

    /// <summary>Pods that one pass makes, deletes or updates at most; positive.</summary>
    public int MaxPodsPerPass { get; init; } = 500;
}
