using System.Text.Json;
using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>What a pod's annotations say of the sets that are in it. They are read again only when their text has changed: most changes of a pod leave them alone.</summary>
internal sealed class PodInjections
{
    private readonly string? _hash;
    private readonly string? _withoutImages;
    private readonly string? _states;

    private PodInjections(V1Pod pod)
    {
        (_hash, _withoutImages, _states) = Texts(pod);
        Hashes = InjectedHashes.TryRead(pod, SidecarSetKeys.Hash) ?? [];
        WithoutImages = Hashes.Count == 0 ? [] : InjectedHashes.TryRead(pod, SidecarSetKeys.HashWithoutImage) ?? [];
        States = Hashes.Count == 0 ? [] : TryReadStates(pod);
    }

    /// <summary>The hashes that the pod is at, by set; none when they cannot be read.</summary>
    public SortedDictionary<string, InjectedHash> Hashes { get; }

    /// <summary>The hashes without images, by set; none when they cannot be read.</summary>
    public SortedDictionary<string, InjectedHash> WithoutImages { get; }

    /// <summary>What containers ran before their last update, by set; null when it cannot be read.</summary>
    public SortedDictionary<string, InPlaceUpdateState>? States { get; }

    /// <summary>What a pod says, or null when no set is in it.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="known">What an earlier version of it said.</param>
    public static PodInjections? Of(V1Pod pod, PodInjections? known = null)
    {
        if (pod.Metadata.Annotations is not { } annotations || !annotations.ContainsKey(SidecarSetKeys.Hash))
        {
            return null;
        }

        PodInjections injections = known is not null && (known._hash, known._withoutImages, known._states) == Texts(pod) ? known : new PodInjections(pod);
        return injections.Hashes.Count == 0 ? null : injections;
    }

    /// <summary>The sets that are in a pod, by name.</summary>
    public static IEnumerable<string> SetsOf(PodInjections? injections) => injections is null ? [] : injections.Hashes.Keys;

    /// <summary>What the pod's annotation says of updates in place, by set; empty without it, null when it cannot be read.</summary>
    public static SortedDictionary<string, InPlaceUpdateState>? TryReadStates(V1Pod pod)
    {
        if (PodState.Annotation(pod, SidecarSetKeys.InPlaceUpdateState) is not { } json)
        {
            return new(StringComparer.Ordinal);
        }

        try
        {
            SortedDictionary<string, InPlaceUpdateState>? read = JsonSerializer.Deserialize(json, CoreJson.Default.SortedDictionaryStringInPlaceUpdateState);
            var states = new SortedDictionary<string, InPlaceUpdateState>(StringComparer.Ordinal);
            foreach ((string set, InPlaceUpdateState? state) in read ?? [])
            {
                states[set] = state ?? new InPlaceUpdateState();
            }

            return states;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string? Hash, string? WithoutImages, string? States) Texts(V1Pod pod) =>
        (PodState.Annotation(pod, SidecarSetKeys.Hash), PodState.Annotation(pod, SidecarSetKeys.HashWithoutImage), PodState.Annotation(pod, SidecarSetKeys.InPlaceUpdateState));
}
