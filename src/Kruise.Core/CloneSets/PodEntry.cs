using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>A pod of a set, with what decides about it.</summary>
internal sealed class PodEntry(V1Pod pod, PodFacts facts, bool isSelected)
{
    /// <summary>The pod in its newest version; versions that differ in nothing that decides share an entry.</summary>
    public V1Pod Pod { get; set; } = pod;

    public PodFacts Facts => facts;

    public string Name => facts.Rank.Name;

    /// <summary>Whether the pod's labels are those that the set selects.</summary>
    public bool IsSelected => isSelected;

    /// <summary>Whether the pod counts as one of the set's.</summary>
    public bool IsCounted => isSelected && facts.IsActive;

    public static IComparer<PodEntry> ByRank { get; } = Comparer<PodEntry>.Create(static (a, b) => ActivePodOrder.Instance.Compare(a.Facts.Rank, b.Facts.Rank));

    public static IComparer<PodEntry> ByName { get; } = Comparer<PodEntry>.Create(static (a, b) => string.CompareOrdinal(a.Name, b.Name));

    /// <summary>The longest ready first; a pod that does not say since when counts as just ready.</summary>
    public static IComparer<PodEntry> ByReadySince { get; } = Comparer<PodEntry>.Create(static (a, b) =>
    {
        int byTime = (a.Facts.Rank.ReadySince ?? DateTime.MaxValue).CompareTo(b.Facts.Rank.ReadySince ?? DateTime.MaxValue);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Name, b.Name);
    });

    /// <summary>The earliest end of grace first.</summary>
    public static IComparer<PodEntry> ByGrace { get; } = Comparer<PodEntry>.Create(static (a, b) =>
    {
        int byTime = Nullable.Compare(a.Facts.GraceEndsAt, b.Facts.GraceEndsAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(a.Name, b.Name);
    });
}
