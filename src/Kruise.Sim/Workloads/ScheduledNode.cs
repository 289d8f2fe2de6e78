using k8s.Models;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Workloads;

/// <summary>A node as the scheduler knows it: what it offers, and the sums of what its pods ask for.</summary>
internal sealed class ScheduledNode(int index, V1Node node)
{
    private static readonly V1Taint NotReady = new() { Key = LostNodes.NotReadyTaint, Effect = "NoSchedule" };

    /// <summary>The node's number among all there ever were: its place in counts by node.</summary>
    public int Index { get; } = index;

    public string Name { get; } = node.Metadata.Name;

    public V1Node Object { get; private set; } = node;

    public string? Zone { get; private set; }

    /// <summary>The scheduler's number of the zone; 0 without one.</summary>
    public int ZoneNumber { get; set; }

    public long CpuMillis { get; private set; }

    public long MemoryBytes { get; private set; }

    public long MostPods { get; private set; }

    public V1Taint[] Taints { get; private set; } = [];

    public bool IsUnschedulable { get; private set; }

    public Requests Sum { get; set; }

    public int Pods { get; set; }

    public IDictionary<string, string>? Labels => Object.Metadata.Labels;

    /// <summary>Takes in a state of the object; false when nothing changed that decides about pods.</summary>
    public bool Take(V1Node node, bool first)
    {
        V1Node old = Object;
        Object = node;
        bool wasReady = !first && NodeObjects.IsReady(old);
        bool isReady = NodeObjects.IsReady(node);
        if (!first && wasReady == isReady && ReferenceEquals(old.Spec, node.Spec) && ReferenceEquals(old.Metadata.Labels, node.Metadata.Labels)
            && ReferenceEquals(old.Status?.Allocatable, node.Status?.Allocatable))
        {
            return false;
        }

        IDictionary<string, ResourceQuantity>? allocatable = node.Status?.Allocatable ?? node.Status?.Capacity;
        CpuMillis = Requests.Cpu(allocatable) ?? long.MaxValue / 4;
        MemoryBytes = Requests.Memory(allocatable) ?? long.MaxValue / 4;
        MostPods = allocatable is not null && allocatable.TryGetValue("pods", out ResourceQuantity? pods) ? (long)pods.ToDecimal() : 110;
        Zone = node.Metadata.Labels is { } labels && labels.TryGetValue("topology.kubernetes.io/zone", out string? zone) ? zone : null;
        IsUnschedulable = node.Spec?.Unschedulable == true;
        IEnumerable<V1Taint> taints = node.Spec?.Taints ?? [];
        bool says = taints.Any(t => t.Key is LostNodes.NotReadyTaint or LostNodes.UnreachableTaint);
        Taints = isReady || says ? [.. taints] : [.. taints, NotReady];
        return true;
    }
}
