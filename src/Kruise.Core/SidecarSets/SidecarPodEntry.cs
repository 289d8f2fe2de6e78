using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>A pod of a set, with what decides about it.</summary>
internal sealed class SidecarPodEntry(V1Pod pod, SidecarPodFacts facts)
{
    /// <summary>The pod in its newest version; versions that differ in nothing that decides share an entry.</summary>
    public V1Pod Pod { get; set; } = pod;

    public SidecarPodFacts Facts => facts;

    /// <summary>By rank; pods of one name in different namespaces that are alike in everything else go by namespace.</summary>
    public static IComparer<SidecarPodEntry> ByRank { get; } = Comparer<SidecarPodEntry>.Create(static (a, b) =>
    {
        int byRank = ActivePodOrder.Instance.Compare(a.Facts.Rank, b.Facts.Rank);
        return byRank != 0 ? byRank : string.CompareOrdinal(a.Pod.Metadata.NamespaceProperty, b.Pod.Metadata.NamespaceProperty);
    });
}
