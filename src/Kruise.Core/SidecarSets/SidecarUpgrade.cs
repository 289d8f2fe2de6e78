using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>A pod brought to its set's images: those, and what annotations say of it, and nothing else of the pod.</summary>
internal static class SidecarUpgrade
{
    public static V1Pod Apply(V1Pod pod, SidecarSet set, DateTime now)
    {
        List<string> changed = [];
        IList<V1Container>? containers = SameOrCopy.Of(pod.Spec.Containers, container =>
        {
            string? image = (set.Spec.Containers ?? []).FirstOrDefault(sidecar => sidecar.Name == container.Name)?.Image;
            if (string.IsNullOrEmpty(image) || image == container.Image)
            {
                return container;
            }

            changed.Add(container.Name);
            return container with { Image = image };
        });

        Dictionary<string, string> annotations = StringMaps.Copy(pod.Metadata.Annotations);
        SortedDictionary<string, InjectedHash> hashes = Hashes(pod, annotations, set, now);
        annotations[SidecarSetKeys.InPlaceUpdateState] = State(pod, set, changed, now);
        if (string.IsNullOrEmpty(annotations.GetValueOrDefault(SidecarSetKeys.InjectedList)))
        {
            // What the pod was given and not, as in v0.8.0, which sets select it today.
            annotations[SidecarSetKeys.InjectedList] = string.Join(',', hashes.Keys);
        }

        return pod with
        {
            Metadata = pod.Metadata with { Annotations = annotations },
            Spec = changed.Count == 0 ? pod.Spec : pod.Spec with { Containers = containers },
        };
    }

    // Annotations of the form before v0.8.0 are both brought to the present one; the hash without images stays what it is.
    private static SortedDictionary<string, InjectedHash> Hashes(V1Pod pod, Dictionary<string, string> annotations, SidecarSet set, DateTime now)
    {
        string name = set.Metadata.Name;
        SortedDictionary<string, InjectedHash> hashes = InjectedHashes.TryRead(pod, SidecarSetKeys.Hash) ?? new(StringComparer.Ordinal);
        hashes[name] = new InjectedHash { UpdateTimestamp = KubernetesTime.WholeSeconds(now), Hash = SidecarSetHash.In(set), SidecarSetName = name };
        annotations[SidecarSetKeys.Hash] = InjectedHashes.Write(hashes);
        if (InjectedHashes.TryRead(pod, SidecarSetKeys.HashWithoutImage, out bool isPlain) is { } withoutImages && isPlain)
        {
            annotations[SidecarSetKeys.HashWithoutImage] = InjectedHashes.Write(withoutImages);
        }

        return hashes;
    }

    // The first update names the revision and the time; later ones say only what their containers ran before (inventory §8.4).
    private static string State(V1Pod pod, SidecarSet set, List<string> changed, DateTime now)
    {
        string name = set.Metadata.Name;
        SortedDictionary<string, InPlaceUpdateState> states = PodInjections.TryReadStates(pod) ?? new(StringComparer.Ordinal);
        if (!states.TryGetValue(name, out InPlaceUpdateState? state))
        {
            state = new InPlaceUpdateState { Revision = SidecarSetHash.In(set), UpdateTimestamp = KubernetesTime.WholeSeconds(now) };
        }

        var last = new SortedDictionary<string, InPlaceUpdateContainer>(StringComparer.Ordinal);
        foreach ((string container, InPlaceUpdateContainer before) in state.LastContainerStatuses)
        {
            last[container] = before;
        }

        foreach (string container in changed)
        {
            last[container] = new InPlaceUpdateContainer { ImageId = PodState.StatusOf(pod, container)?.ImageID ?? "" };
        }

        states[name] = state with { LastContainerStatuses = last };
        return JsonSerializer.Serialize(states, CoreJson.Default.SortedDictionaryStringInPlaceUpdateState);
    }
}
