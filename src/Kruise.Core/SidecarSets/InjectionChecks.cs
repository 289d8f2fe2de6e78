using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// What keeps sets out of a pod: names and ports of the host that are taken. Validation keeps sets apart that overlap; what it cannot see (two sets made at the same moment, a selector whose
/// overlap cannot be told) is found here. v0.8.0 let the API server refuse such a pod, which named neither set.
/// </summary>
internal sealed record InjectionChecks(FieldError? Refusal, IReadOnlyList<InjectionConflict> Conflicts)
{
    public static InjectionChecks Of(V1Pod pod, IReadOnlyList<SidecarSet> sets)
    {
        List<InjectionConflict> conflicts = [];
        FieldError? refusal = null;
        var owners = new Dictionary<string, (SidecarSet Set, bool IsInit)>(StringComparer.Ordinal);
        var volumes = new Dictionary<string, (SidecarSet Set, V1Volume Volume)>(StringComparer.Ordinal);
        foreach (SidecarSet set in sets)
        {
            foreach ((SidecarContainer sidecar, bool isInit) in Sidecars(set))
            {
                string kind = isInit ? "initContainers" : "containers";
                IList<V1Container>? others = isInit ? pod.Spec.Containers : pod.Spec.InitContainers;
                if (owners.TryGetValue(sidecar.Name, out (SidecarSet Set, bool IsInit) owner))
                {
                    Refuse(
                        set,
                        kind,
                        sidecar.Name,
                        $"SidecarSets {owner.Set.Metadata.Name} and {set.Metadata.Name} both put a container of this name into the pod: "
                        + "rename one, or keep their selectors apart");
                }
                else if (others?.Any(container => container.Name == sidecar.Name) ?? false)
                {
                    string taken = isInit ? "a container" : "an init container";
                    Refuse(
                        set, kind, sidecar.Name, $"SidecarSet {set.Metadata.Name} puts a container of this name into the pod, where it is the name of {taken}: rename one");
                }

                owners.TryAdd(sidecar.Name, (set, isInit));
            }

            foreach ((SidecarContainer sidecar, bool isInit) in Sidecars(set))
            {
                foreach (V1VolumeDevice device in sidecar.VolumeDevices ?? [])
                {
                    // The volume that the pod will have: its own, or the first set's.
                    V1Volume? held = pod.Spec.Volumes?.FirstOrDefault(own => own.Name == device.Name);
                    string owner = "the pod";
                    if (held is null && volumes.TryGetValue(device.Name, out (SidecarSet Set, V1Volume Volume) earlier))
                    {
                        (held, owner) = (earlier.Volume, "SidecarSet " + earlier.Set.Metadata.Name);
                    }

                    if (held is not null && held.PersistentVolumeClaim is null && held.Ephemeral is null)
                    {
                        Refuse(
                            set,
                            isInit ? "initContainers" : "containers",
                            sidecar.Name,
                            $"the container of SidecarSet {set.Metadata.Name} has volume \"{device.Name}\" as a device, and the volume of that name that "
                                + $"{owner} brings is no persistentVolumeClaim: rename one");
                    }
                }
            }

            foreach (V1Volume volume in UsedVolumes(set).Where(volume => !(pod.Spec.Volumes?.Any(own => own.Name == volume.Name) ?? false)))
            {
                if (volumes.TryGetValue(volume.Name, out (SidecarSet Set, V1Volume Volume) first) && !VolumeEquality.Same(first.Volume, volume))
                {
                    conflicts.Add(new InjectionConflict(
                        set,
                        $"{Describe(pod)} has volume \"{volume.Name}\" as SidecarSet {first.Set.Metadata.Name} defines it, which comes first by name; "
                        + $"{set.Metadata.Name} defines it otherwise"));
                }

                volumes.TryAdd(volume.Name, (set, volume));
            }
        }

        foreach ((SidecarSet set, string container, string why) in HostPortChecks.Find(pod, sets))
        {
            Refuse(set, "containers", container, why);
        }

        return new InjectionChecks(refusal, conflicts);

        void Refuse(SidecarSet set, string kind, string name, string why)
        {
            refusal ??= new FieldError($"spec.{kind}", name, why);
            conflicts.Add(new InjectionConflict(set, $"{Describe(pod)} is refused: container \"{name}\": {why}"));
        }
    }

    // Those that its containers mount: the others stay out of the pod.
    private static IEnumerable<V1Volume> UsedVolumes(SidecarSet set)
    {
        var used = Sidecars(set).SelectMany(entry => SidecarParts.VolumesOf(entry.Sidecar)).ToHashSet(StringComparer.Ordinal);
        return (set.Spec.Volumes ?? []).Where(volume => used.Contains(volume.Name));
    }

    private static IEnumerable<(SidecarContainer Sidecar, bool IsInit)> Sidecars(SidecarSet set) =>
        (set.Spec.Containers ?? []).Select(sidecar => (sidecar, false)).Concat((set.Spec.InitContainers ?? []).Select(sidecar => (sidecar, true)));

    private static string Describe(V1Pod pod) =>
        $"pod {pod.Metadata.NamespaceProperty}/{(string.IsNullOrEmpty(pod.Metadata.Name) ? pod.Metadata.GenerateName + "*" : pod.Metadata.Name)}";
}
