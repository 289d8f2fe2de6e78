using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>What a node offers to pods, after what the system keeps for itself.</summary>
/// <param name="CpuMillis">CPU in thousandths of a core.</param>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="Pods">Pods at most (<c>maxPods</c>, 110).</param>
internal sealed record NodeCapacity(long CpuMillis, long MemoryBytes, int Pods = 110)
{
    /// <summary>A common machine of a cloud: 4 cores and 16 GiB.</summary>
    public static NodeCapacity Default { get; } = new(4000, 16L << 30);

    /// <summary>As the node object's <c>status.allocatable</c> says it.</summary>
    public IDictionary<string, ResourceQuantity> ToAllocatable() => new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
    {
        ["cpu"] = new(FormattableString.Invariant($"{CpuMillis}m")),
        ["memory"] = new(FormattableString.Invariant($"{MemoryBytes}")),
        ["pods"] = new(FormattableString.Invariant($"{Pods}")),
    };
}
