using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

/// <summary>One committed change, shared by the log and everybody who hears of it.</summary>
internal sealed class Change
{
    public required KindInfo Kind { get; init; }

    public required ObjectKey Key { get; init; }

    public required WatchEventType Type { get; init; }

    /// <summary>The state before; null when added.</summary>
    public required IKubernetesObject<V1ObjectMeta>? Old { get; init; }

    /// <summary>The state after; when deleted, the last state carrying the resourceVersion of the deletion.</summary>
    public required IKubernetesObject<V1ObjectMeta> New { get; init; }

    public required long Revision { get; init; }

    /// <summary>The revision of the previous change of the same object; 0 when there was none in memory.</summary>
    public required long PreviousRevision { get; init; }
}
