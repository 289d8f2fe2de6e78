using System.Text.Json;
using k8s.Models;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>What a pod says of one set that is in it.</summary>
/// <param name="Hash">The hash of the set's containers that it is at.</param>
/// <param name="WithoutImages">The same without images; empty when it does not say.</param>
internal readonly record struct InjectedSet(string Hash, string WithoutImages);

/// <summary>What a pod's annotations say of its sidecars, read without Core's code. The maps are keyed by set.</summary>
internal sealed class PodSidecars
{
    private static readonly Dictionary<string, InjectedSet> s_none = new(StringComparer.Ordinal);

    private readonly string? _hashes;
    private readonly string? _withoutImages;
    private readonly string? _states;
    private readonly Dictionary<string, Dictionary<string, string>>? _lastImageIds;

    private PodSidecars(string? hashes, string? withoutImages, string? states)
    {
        (_hashes, _withoutImages, _states) = (hashes, withoutImages, states);
        Dictionary<string, string> without = Hashes(withoutImages);
        Sets = hashes is null ? s_none : Hashes(hashes).ToDictionary(
            entry => entry.Key, entry => new InjectedSet(entry.Value, without.GetValueOrDefault(entry.Key) ?? ""), StringComparer.Ordinal);
        _lastImageIds = LastImageIds(states);
    }

    /// <summary>The sets that are in the pod.</summary>
    public IReadOnlyDictionary<string, InjectedSet> Sets { get; }

    /// <summary>Whether what it says of its updates in place can be read.</summary>
    public bool HasReadableStates => _lastImageIds is not null;

    /// <summary>Reads a pod; what was read of it before is kept as long as the texts are the same.</summary>
    public static PodSidecars Of(V1Pod pod, PodSidecars? before = null)
    {
        string? hashes = PodState.Annotation(pod, SidecarSetKeys.Hash);
        string? withoutImages = PodState.Annotation(pod, SidecarSetKeys.HashWithoutImage);
        string? states = PodState.Annotation(pod, SidecarSetKeys.InPlaceUpdateState);
        return before is not null && before._hashes == hashes && before._withoutImages == withoutImages && before._states == states
            ? before
            : new PodSidecars(hashes, withoutImages, states);
    }

    /// <summary>The hash of a set that the pod is at; null when the set is not in it.</summary>
    public string? HashOf(string set) => Sets.TryGetValue(set, out InjectedSet injected) ? injected.Hash : null;

    /// <summary>The image id that a container had when its set last changed its image; null when it never did.</summary>
    public string? LastImageId(string set, string container) => _lastImageIds?.GetValueOrDefault(set)?.GetValueOrDefault(container);

    /// <summary>Whether a container was put in by a set.</summary>
    public static bool IsSidecar(V1Container container)
    {
        foreach (V1EnvVar variable in container.Env ?? [])
        {
            if (variable.Name == SidecarSetKeys.IsInjected && variable.Value == SidecarSetKeys.True)
            {
                return true;
            }
        }

        return false;
    }

    // A set's entry is an object with its hash or, as before v0.8.0, the hash alone.
    private static Dictionary<string, string> Hashes(string? json)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        Read(json, member =>
        {
            JsonElement entry = member.Value;
            hashes[member.Name] = entry.ValueKind == JsonValueKind.String ? entry.GetString()!
                : entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("hash", out JsonElement hash) ? hash.GetString() ?? ""
                : "";
        });
        return hashes;
    }

    private static Dictionary<string, Dictionary<string, string>>? LastImageIds(string? json)
    {
        var sets = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        bool isReadable = Read(json, member =>
        {
            var ids = new Dictionary<string, string>(StringComparer.Ordinal);
            if (member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("lastContainerStatuses", out JsonElement statuses))
            {
                foreach (JsonProperty container in statuses.EnumerateObject())
                {
                    ids[container.Name] = container.Value.TryGetProperty("imageID", out JsonElement id) ? id.GetString() ?? "" : "";
                }
            }

            sets[member.Name] = ids;
        });
        return isReadable ? sets : null;
    }

    // False for what is no map.
    private static bool Read(string? json, Action<JsonProperty> member)
    {
        if (string.IsNullOrEmpty(json))
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                member(entry);
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
