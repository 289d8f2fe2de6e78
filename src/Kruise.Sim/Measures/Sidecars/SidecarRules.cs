using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Selectors;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>One state of a set, and what it makes of pods; counted beside the controller, without its code.</summary>
internal sealed class SidecarRules
{
    private readonly LabelMatcher? _selector;
    private readonly LabelMatcher? _canary;
    private readonly HashSet<string> _containers;
    private readonly IReadOnlySet<string> _leftOut;
    private readonly IntOrPercent _partition;
    private readonly IntOrPercent _maxUnavailable;

    public SidecarRules(SidecarSet set, IReadOnlySet<string> leftOut)
    {
        Set = set;
        _leftOut = leftOut;
        _selector = LabelSelectorValidation.IsUsable(set.Spec.Selector) ? Matcher(set.Spec.Selector!) : null;
        _canary = set.Spec.UpdateStrategy.Selector is { } canary ? Matcher(canary) : null;
        _containers = (set.Spec.Containers ?? []).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        SidecarSetUpdateStrategy strategy = set.Spec.UpdateStrategy;
        _partition = IntOrPercent.TryParse(strategy.Partition, out IntOrPercent partition) ? partition : default;
        _maxUnavailable = IntOrPercent.TryParse(strategy.MaxUnavailable, out IntOrPercent unavailable) ? unavailable : new IntOrPercent(SidecarSetDefaults.MaxUnavailable, IsPercent: false);
        Hash = Annotation(SidecarSetKeys.Hash);
        WithoutImages = Annotation(SidecarSetKeys.HashWithoutImage);
    }

    public SidecarSet Set { get; }

    public string Name => Set.Metadata.Name;

    /// <summary>The hash that pods are brought to.</summary>
    public string Hash { get; }

    private string WithoutImages { get; }

    /// <summary>Whether pods are updated at all.</summary>
    public bool Updates => Set.Spec.UpdateStrategy is { Paused: false, Type: null or "" or SidecarSetUpdateStrategy.RollingUpdate };

    /// <summary>Whether a container is one of the set's.</summary>
    public bool Has(string container) => _containers.Contains(container);

    /// <summary>Pods that may not be updated, and updated ones that may be out of service, when so many match: percentages are rounded down.</summary>
    public (int Partition, int MaxUnavailable) Numbers(int matched) => (_partition.Of(matched, roundUp: false), _maxUnavailable.Of(matched, roundUp: false));

    /// <summary>Whether another state of the set makes the same of every pod; the status is written often, and numbers do not matter here.</summary>
    public bool Same(SidecarSet other) => ReferenceEquals(Set.Spec, other.Spec) && ReferenceEquals(Set.Metadata.Annotations, other.Metadata.Annotations);

    /// <summary>Whether a pod is in the set's namespace and selected.</summary>
    public bool Matches(V1Pod pod) =>
        _selector is not null
        && !SidecarSetKeys.IsSystemNamespace(pod.Metadata.NamespaceProperty ?? "")
        && (string.IsNullOrEmpty(Set.Spec.Namespace) || Set.Spec.Namespace == pod.Metadata.NamespaceProperty)
        && _selector.Matches(pod.Metadata.Labels);

    /// <summary>Whether a pod that is made now is to get the containers.</summary>
    public bool Injects(V1Pod pod) => Matches(pod) && !_leftOut.Contains(pod.Metadata.NamespaceProperty ?? "") && (_containers.Count > 0 || Set.Spec.InitContainers is { Count: > 0 });

    /// <summary>Whether the update strategy leaves a pod to be updated.</summary>
    public bool IsCanary(V1Pod pod) => _canary?.Matches(pod.Metadata.Labels) ?? true;

    public SidecarSight Of(V1Pod pod, PodSidecars sidecars)
    {
        if (!PodState.IsActive(pod) || !Matches(pod))
        {
            return default;
        }

        if (!sidecars.Sets.TryGetValue(Name, out InjectedSet injected))
        {
            return default(SidecarSight) with { IsUncovered = Injects(pod) };
        }

        return new SidecarSight(
            IsMember: true,
            IsUncovered: false,
            Hash.Length > 0 && injected.Hash == Hash,
            PodState.IsRunningAndReady(pod) && Runs(pod, sidecars),
            Hash.Length > 0 && injected.WithoutImages.Length > 0 && injected.WithoutImages == WithoutImages,
            IsCanary(pod));
    }

    /// <summary>
    /// Whether the set's containers run what the pod names, as v0.8.0 tells it: the digest, where it names one; else a container whose image was changed in place runs
    /// another image than before, or the same one by its new name, and all containers have a status.
    /// </summary>
    private bool Runs(V1Pod pod, PodSidecars sidecars)
    {
        IList<V1Container> containers = pod.Spec.Containers;
        bool hasTags = false;
        foreach (V1Container container in containers)
        {
            if (!Has(container.Name))
            {
                continue;
            }

            int digest = container.Image.IndexOf('@', StringComparison.Ordinal);
            string id = StatusOf(pod, container.Name)?.ImageID ?? "";
            if (digest < 0)
            {
                hasTags = true;
                if (sidecars.LastImageId(Name, container.Name) is { } last && StatusOf(pod, container.Name) is { } status && id == last && !SameImage(container.Image, status.Image))
                {
                    return false;
                }
            }
            else if (!id.EndsWith(container.Image[(digest + 1)..], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return !hasTags || (sidecars.HasReadableStates && containers.Count == (pod.Status?.ContainerStatuses?.Count ?? 0));
    }

    private static V1ContainerStatus? StatusOf(V1Pod pod, string container)
    {
        foreach (V1ContainerStatus status in pod.Status?.ContainerStatuses ?? [])
        {
            if (status.Name == container)
            {
                return status;
            }
        }

        return null;
    }

    private static bool SameImage(string left, string? right) =>
        left == right
        || (ImageReference.TryParse(left, out ImageReference? ours, out _) && ImageReference.TryParse(right, out ImageReference? theirs, out _) && ours == theirs);

    private static LabelMatcher Matcher(V1LabelSelector selector) => new(selector.MatchLabels, selector.MatchExpressions);

    private string Annotation(string key) => Set.Metadata.Annotations is { } annotations && annotations.TryGetValue(key, out string? value) ? value : "";
}
