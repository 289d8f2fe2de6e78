using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// Puts the containers of SidecarSets into a pod that is being made (inventory §9). Sets go by name. A container of the pod that has a sidecar's name is replaced
/// where it stands. Injecting again changes nothing more.
/// </summary>
public static class SidecarInjector
{
    /// <summary>The pod with the containers of all sets that select it.</summary>
    /// <param name="pod">The pod as it is to be made, with its namespace.</param>
    /// <param name="sets">All sets, in any order.</param>
    /// <param name="now">The time, UTC.</param>
    public static Injection Inject(V1Pod pod, IEnumerable<SidecarSet> sets, DateTime now)
    {
        if (pod.Spec is null || SidecarSetKeys.IsSystemNamespace(pod.Metadata.NamespaceProperty ?? "") || PodState.IsTerminating(pod)
            || PodState.Annotation(pod, SidecarSetKeys.Mirror) is not null)
        {
            return new Injection(pod, []);
        }

        SidecarSet[] matched =
        [
            .. sets.Where(set => SidecarSetMatcher.Of(set).Matches(pod) && (set.Spec.Containers is { Count: > 0 } || set.Spec.InitContainers is { Count: > 0 }))
                .OrderBy(set => set.Metadata.Name, StringComparer.Ordinal),
        ];
        if (matched.Length == 0)
        {
            return new Injection(pod, []);
        }

        var hashes = InjectedHashes.TryRead(pod, SidecarSetKeys.Hash);
        var withoutImages = InjectedHashes.TryRead(pod, SidecarSetKeys.HashWithoutImage);
        if (hashes is null || withoutImages is null)
        {
            string key = hashes is null ? SidecarSetKeys.Hash : SidecarSetKeys.HashWithoutImage;
            return new Injection(pod, matched)
            {
                Refusal = new FieldError(
                    $"metadata.annotations[{key}]", pod.Metadata.Annotations[key], "must be absent, or a JSON map of what was injected before: it is Kruise's own"),
            };
        }

        InjectionChecks checks = InjectionChecks.Of(pod, matched);
        if (checks.Refusal is not null)
        {
            return new Injection(pod, matched) { Refusal = checks.Refusal, Conflicts = checks.Conflicts };
        }

        V1PodSpec spec = pod.Spec;
        var volumes = new List<V1Volume>(spec.Volumes ?? []);
        List<V1Container> before = [], after = [], initBefore = [], initAfter = [];
        V1Container[] containers = [.. spec.Containers ?? []];
        V1Container[] initContainers = [.. spec.InitContainers ?? []];
        foreach (SidecarSet set in matched)
        {
            bool isSame = hashes.TryGetValue(set.Metadata.Name, out InjectedHash? present) && present.Hash == SidecarSetHash.In(set);
            foreach (SidecarContainer sidecar in set.Spec.Containers ?? [])
            {
                Place(sidecar, spec, containers, isSame, sidecar.PodInjectPolicy == SidecarContainer.AfterAppContainer ? after : before);
                AddVolumes(set, sidecar, volumes);
            }

            foreach (SidecarContainer sidecar in set.Spec.InitContainers ?? [])
            {
                Place(sidecar, spec, initContainers, isSame, sidecar.PodInjectPolicy == SidecarContainer.BeforeAppContainer ? initBefore : initAfter);
                AddVolumes(set, sidecar, volumes);
            }
        }

        IList<V1Container>? allInit = [.. ByName(initBefore), .. initContainers, .. ByName(initAfter)];
        return new Injection(
            pod with
            {
                Metadata = pod.Metadata with { Annotations = Annotations(pod, matched, hashes, withoutImages, now) },
                Spec = spec with
                {
                    Containers = [.. before, .. containers, .. after],
                    InitContainers = allInit.Count == 0 ? spec.InitContainers : allInit,
                    Volumes = volumes.Count == 0 ? spec.Volumes : volumes,
                },
            },
            matched)
        {
            Conflicts = checks.Conflicts,
        };
    }

    private static IEnumerable<V1Container> ByName(IEnumerable<V1Container> containers) => containers.OrderBy(container => container.Name, StringComparer.Ordinal);

    // In the place of the one of that name, or among the new ones.
    private static void Place(SidecarContainer sidecar, V1PodSpec spec, V1Container[] present, bool isSame, List<V1Container> added)
    {
        int at = Array.FindIndex(present, container => container.Name == sidecar.Name);
        V1Container? again = at >= 0 && isSame && SidecarParts.IsInjected(present[at]) ? present[at] : null;
        V1Container container = SidecarParts.Make(sidecar, spec.Containers ?? [], again);
        if (at >= 0)
        {
            present[at] = container;
        }
        else
        {
            added.Add(container);
        }
    }

    private static void AddVolumes(SidecarSet set, SidecarContainer sidecar, List<V1Volume> volumes)
    {
        foreach (string name in SidecarParts.VolumesOf(sidecar))
        {
            if (volumes.TrueForAll(volume => volume.Name != name) && set.Spec.Volumes?.FirstOrDefault(volume => volume.Name == name) is { } needed)
            {
                volumes.Add(needed);
            }
        }
    }

    private static Dictionary<string, string> Annotations(
        V1Pod pod, SidecarSet[] sets, SortedDictionary<string, InjectedHash> hashes, SortedDictionary<string, InjectedHash> withoutImages, DateTime now)
    {
        foreach (SidecarSet set in sets)
        {
            InjectedHashes.Put(hashes, set.Metadata.Name, SidecarSetHash.In(set), now);
            InjectedHashes.Put(withoutImages, set.Metadata.Name, SidecarSetHash.WithoutImagesIn(set), now);
        }

        Dictionary<string, string> annotations = StringMaps.Copy(pod.Metadata.Annotations);
        annotations[SidecarSetKeys.Hash] = InjectedHashes.Write(hashes);
        annotations[SidecarSetKeys.HashWithoutImage] = InjectedHashes.Write(withoutImages);
        annotations[SidecarSetKeys.InjectedList] = string.Join(',', sets.Select(set => set.Metadata.Name));
        return annotations;
    }
}
