using k8s.Models;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Core.Api;

/// <summary>Fills in what a <see cref="SidecarSet"/> leaves out, and writes its hashes (inventory §8.2).</summary>
public static class SidecarSetDefaults
{
    /// <summary>Updated pods that may be out of service when the set does not say.</summary>
    public const int MaxUnavailable = 1;

    /// <summary>The set with its defaults and its hashes. Pull policies go by the tag, as in Kubernetes and not as in other workloads of Kruise.</summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static SidecarSet Apply(SidecarSet set)
    {
        SidecarSetSpec spec = set.Spec;
        SidecarSetUpdateStrategy strategy = Apply(spec.UpdateStrategy);
        IReadOnlyList<SidecarContainer>? containers = Each(spec.Containers, Apply);
        IReadOnlyList<SidecarContainer>? initContainers = Each(spec.InitContainers, ApplyContainer);
        IReadOnlyList<V1Volume>? volumes = Each(spec.Volumes, VolumeDefaults.Apply);
        bool complete = ReferenceEquals(strategy, spec.UpdateStrategy)
            && ReferenceEquals(containers, spec.Containers)
            && ReferenceEquals(initContainers, spec.InitContainers)
            && ReferenceEquals(volumes, spec.Volumes);
        if (!complete)
        {
            set = set with { Spec = spec with { UpdateStrategy = strategy, Containers = containers, InitContainers = initContainers, Volumes = volumes } };
        }

        return WithHashes(set);
    }

    private static SidecarSet WithHashes(SidecarSet set)
    {
        string hash = SidecarSetHash.Of(set.Spec);
        string withoutImages = SidecarSetHash.WithoutImages(set.Spec);
        if (SidecarSetHash.In(set) == hash && SidecarSetHash.WithoutImagesIn(set) == withoutImages)
        {
            return set;
        }

        Dictionary<string, string> annotations = StringMaps.Copy(set.Metadata.Annotations);
        annotations[SidecarSetKeys.Hash] = hash;
        annotations[SidecarSetKeys.HashWithoutImage] = withoutImages;
        return set with { Metadata = set.Metadata with { Annotations = annotations } };
    }

    private static SidecarSetUpdateStrategy Apply(SidecarSetUpdateStrategy strategy) =>
        !string.IsNullOrEmpty(strategy.Type) && strategy is { Partition: not null, MaxUnavailable: not null }
            ? strategy
            : strategy with
            {
                Type = Text.Or(strategy.Type, SidecarSetUpdateStrategy.RollingUpdate),
                Partition = strategy.Partition ?? 0,
                MaxUnavailable = strategy.MaxUnavailable ?? MaxUnavailable,
            };

    private static SidecarContainer Apply(SidecarContainer container)
    {
        container = ApplyContainer(container);
        bool complete = !string.IsNullOrEmpty(container.PodInjectPolicy)
            && !string.IsNullOrEmpty(container.UpgradeStrategy?.UpgradeType)
            && !string.IsNullOrEmpty(container.ShareVolumePolicy?.Type);
        return complete
            ? container
            : container with
            {
                PodInjectPolicy = Text.Or(container.PodInjectPolicy, SidecarContainer.BeforeAppContainer),
                UpgradeStrategy = (container.UpgradeStrategy ?? new()) with
                {
                    UpgradeType = Text.Or(container.UpgradeStrategy?.UpgradeType, SidecarUpgradeStrategy.ColdUpgrade),
                },
                ShareVolumePolicy = (container.ShareVolumePolicy ?? new()) with
                {
                    Type = Text.Or(container.ShareVolumePolicy?.Type, ShareVolumePolicy.Disabled),
                },
            };
    }

    private static SidecarContainer ApplyContainer(SidecarContainer container) =>
        (SidecarContainer)ContainerDefaults.Apply(container, pullPolicy: null, hostPorts: false);

    private static IReadOnlyList<T>? Each<T>(IReadOnlyList<T>? items, Func<T, T> apply)
        where T : class
    {
        T[]? changed = items?.Select(apply).ToArray();
        return changed is null || !changed.Where((item, i) => !ReferenceEquals(item, items![i])).Any() ? items : changed;
    }
}
