using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.CloneSets;

/// <summary>Which changes of a pod a set has to look at.</summary>
internal static class PodChanges
{
    /// <summary>Whether the change may alter a decision. What a kubelet reports while it starts a container mostly does not.</summary>
    public static bool Matter(V1Pod old, V1Pod current)
    {
        PodFacts before = PodFacts.Of(old);
        PodFacts after = PodFacts.Of(current);

        return before != after
            || old.Metadata.DeletionTimestamp is null != current.Metadata.DeletionTimestamp is null
            || !ValueEquality.Same(old.Metadata.Labels, current.Metadata.Labels)
            || !SameList(old.Metadata.Finalizers, current.Metadata.Finalizers)
            || CloneSetOwner.Of(old.Metadata)?.Uid != CloneSetOwner.Of(current.Metadata)?.Uid;
    }

    private static bool SameList(IList<string>? left, IList<string>? right) => ReferenceEquals(left, right) || (left ?? []).SequenceEqual(right ?? [], StringComparer.Ordinal);
}
