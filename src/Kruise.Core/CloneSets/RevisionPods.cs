namespace Kruise.Core.CloneSets;

/// <summary>The active pods of a set that carry one revision, in the order in which they would be given up.</summary>
internal sealed class RevisionPods
{
    public SortedSet<PodEntry> InOrder { get; } = new(PodEntry.ByRank);

    public int Ready { get; set; }

    public int Count => InOrder.Count;
}
