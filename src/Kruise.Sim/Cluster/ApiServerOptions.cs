using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>Sizes and delays of the API server model.</summary>
internal sealed record ApiServerOptions
{
    /// <summary>
    /// How many of the newest changes a watch can start behind. kube-apiserver keeps what its watch cache holds (100 to 102,400 events a
    /// kind, cacher's <c>defaultLowerBoundCapacity</c> and <c>defaultUpperBoundCapacity</c>) plus 5 to 10 minutes in etcd.
    /// </summary>
    public int RetainedChanges { get; init; } = 102_400;

    /// <summary>From a change that concerns the garbage collector to its write: its watch delay and its work queue in one.</summary>
    public SimTime GarbageCollectionDelay { get; init; } = SimTime.FromMilliseconds(100);
}
