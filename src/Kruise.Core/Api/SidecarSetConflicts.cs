using k8s.Models;
using Kruise.Core.Selectors;
using Kruise.Core.SidecarSets;

namespace Kruise.Core.Api;

/// <summary>
/// Names that two <see cref="SidecarSet"/>s may not share when a pod can be selected by both. Every other set is looked at (v0.8.0 looked at the last one of each
/// name), and a container's name against an init container's too: in a pod they are one space of names.
/// </summary>
internal static class SidecarSetConflicts
{
    public static void Validate(SidecarSet set, IReadOnlyList<SidecarSet> others, Problems problems)
    {
        Clash[] clashes =
        [
            .. others.Where(other => other.Metadata.Name != set.Metadata.Name && SharesNames(set.Spec, other.Spec))
                .OrderBy(other => other.Metadata.Name, StringComparer.Ordinal)
                .Select(other => Meet(set.Spec, other))
                .OfType<Clash>(),
        ];
        if (clashes.Length == 0)
        {
            return;
        }

        Containers(set.Spec.InitContainers, "spec.initContainers", clashes, problems);
        Containers(set.Spec.Containers, "spec.containers", clashes, problems);
        Volumes(set.Spec.Volumes, clashes, problems);
    }

    private static void Containers(IReadOnlyList<SidecarContainer>? containers, string field, Clash[] clashes, Problems problems)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            string name = containers![i].Name;
            foreach (Clash clash in clashes)
            {
                string? kind = Has(clash.Other.Spec.Containers, name) ? "a container" : Has(clash.Other.Spec.InitContainers, name) ? "an init container" : null;
                if (kind is not null)
                {
                    problems.Invalid(
                        $"{field}[{i}].name", name, $"must not be the name of {kind} of SidecarSet {clash.Other.Metadata.Name}: both sets select {clash.Pods}");
                }
            }
        }
    }

    private static void Volumes(IReadOnlyList<V1Volume>? volumes, Clash[] clashes, Problems problems)
    {
        for (int i = 0; i < (volumes?.Count ?? 0); i++)
        {
            V1Volume volume = volumes![i];
            foreach (Clash clash in clashes)
            {
                V1Volume? theirs = clash.Other.Spec.Volumes?.FirstOrDefault(other => other.Name == volume.Name);
                if (theirs is not null && !VolumeEquality.Same(volume, theirs))
                {
                    problems.Invalid(
                        $"spec.volumes[{i}]",
                        volume.Name,
                        $"must be defined as in SidecarSet {clash.Other.Metadata.Name}, which has a volume of this name, or have another name: both sets select {clash.Pods}");
                }
            }
        }
    }

    private static bool SharesNames(SidecarSetSpec left, SidecarSetSpec right) =>
        Names(left).Any(name => Has(right.Containers, name) || Has(right.InitContainers, name))
        || (left.Volumes ?? []).Any(volume => (right.Volumes ?? []).Any(other => other.Name == volume.Name));

    private static IEnumerable<string> Names(SidecarSetSpec spec) => (spec.Containers ?? []).Concat(spec.InitContainers ?? []).Select(container => container.Name);

    private static bool Has(IReadOnlyList<SidecarContainer>? containers, string name) => containers?.Any(container => container.Name == name) ?? false;

    private static Clash? Meet(SidecarSetSpec spec, SidecarSet other)
    {
        string? mine = spec.Namespace, theirs = other.Spec.Namespace;
        bool apart = !string.IsNullOrEmpty(mine) && !string.IsNullOrEmpty(theirs) && mine != theirs;
        if (apart
            || !LabelSelectorValidation.IsUsable(spec.Selector)
            || !LabelSelectorValidation.IsUsable(other.Spec.Selector)
            || SelectorOverlap.Example(spec.Selector!, other.Spec.Selector!) is not { } labels)
        {
            return null;
        }

        string pods = labels.Count == 0 ? "pods without labels" : $"pods labelled {string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"))}";
        string? where = string.IsNullOrEmpty(mine) ? theirs : mine;
        return new Clash(other, string.IsNullOrEmpty(where) ? pods : $"{pods} in namespace {where}");
    }

    private sealed record Clash(SidecarSet Other, string Pods);
}
