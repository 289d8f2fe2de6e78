using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>What a set makes of a pod; made once for each state of the set.</summary>
internal sealed class SidecarSetRules
{
    private readonly SidecarSetMatcher _matcher;
    private readonly LabelMatcher? _canary;
    private readonly HashSet<string> _containers;

    public SidecarSetRules(SidecarSet set)
    {
        Set = set;
        _matcher = SidecarSetMatcher.Of(set);
        _canary = set.Spec.UpdateStrategy.Selector is { } selector ? new LabelMatcher(selector.MatchLabels, selector.MatchExpressions) : null;
        _containers = (set.Spec.Containers ?? []).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        Hash = SidecarSetHash.In(set);
        WithoutImages = SidecarSetHash.WithoutImagesIn(set);
    }

    public SidecarSet Set { get; }

    /// <summary>The hash that pods are brought to.</summary>
    public string Hash { get; }

    public string WithoutImages { get; }

    /// <summary>
    /// Whether the set has been through admission. One that has not carries no hash to compare pods with, and nothing of what it says was filled in or checked: its pods
    /// are counted, and none of them is updated.
    /// </summary>
    public bool IsAdmitted => Hash.Length > 0 && WithoutImages.Length > 0;

    /// <summary>Whether another state of the set makes the same of every pod. Its status is written often, and its numbers do not matter here.</summary>
    public bool Same(SidecarSet other) =>
        Hash == SidecarSetHash.In(other)
        && WithoutImages == SidecarSetHash.WithoutImagesIn(other)
        && (Set.Spec.Namespace ?? "") == (other.Spec.Namespace ?? "")
        && ValueEquality.Same(Set.Spec.Selector, other.Spec.Selector)
        && ValueEquality.Same(Set.Spec.UpdateStrategy.Selector, other.Spec.UpdateStrategy.Selector)
        && ValueEquality.Same(Set.Spec.Containers ?? [], other.Spec.Containers ?? [], static (a, b) => a.Name == b.Name);

    /// <summary>What decides about a pod; null when it is none of the set's: a pod that was not given the containers when it was made never is.</summary>
    public SidecarPodFacts? Of(V1Pod pod, PodInjections? injections)
    {
        string name = Set.Metadata.Name;
        if (injections is null
            || !injections.Hashes.TryGetValue(name, out InjectedHash? hash)
            || !PodState.IsActive(pod)
            || SidecarSetKeys.IsSystemNamespace(pod.Metadata.NamespaceProperty ?? "")
            || !_matcher.Matches(pod))
        {
            return null;
        }

        return new SidecarPodFacts(
            PodRank.Of(pod),
            IsAdmitted && hash.Hash == Hash,
            PodState.IsRunningAndReady(pod) && IsConsistent(pod, injections),
            IsAdmitted && injections.WithoutImages.TryGetValue(name, out InjectedHash? without) && without.Hash == WithoutImages,
            _canary?.Matches(pod.Metadata.Labels) ?? true);
    }

    /// <summary>
    /// Whether the set's containers run the images that the pod names: the digest that it names or, where the image was changed in place, another image than before or
    /// the same one under its new name.
    /// </summary>
    public bool IsConsistent(V1Pod pod, PodInjections injections)
    {
        IList<V1Container> containers = pod.Spec?.Containers ?? [];
        bool hasTags = false;
        foreach (V1Container container in containers)
        {
            if (!_containers.Contains(container.Name))
            {
                continue;
            }

            if (ImageNames.DigestOf(container.Image) is not { } digest)
            {
                hasTags = true;
            }
            else if (ImageNames.DigestOfId(PodState.StatusOf(pod, container.Name)?.ImageID) != digest)
            {
                return false;
            }
        }

        if (!hasTags)
        {
            return true;
        }

        if (injections.States is null || containers.Count != (pod.Status?.ContainerStatuses?.Count ?? 0))
        {
            return false;
        }

        if (!injections.States.TryGetValue(Set.Metadata.Name, out InPlaceUpdateState? state))
        {
            return true;
        }

        foreach (V1Container container in containers)
        {
            if (_containers.Contains(container.Name)
                && state.LastContainerStatuses.TryGetValue(container.Name, out InPlaceUpdateContainer? last)
                && PodState.StatusOf(pod, container.Name) is { } status
                && (status.ImageID ?? "") == last.ImageId
                && !ImageNames.Same(container.Image, status.Image))
            {
                return false;
            }
        }

        return true;
    }
}
