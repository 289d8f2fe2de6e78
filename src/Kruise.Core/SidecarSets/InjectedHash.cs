using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.ImagePull;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.SidecarSets;

/// <summary>What a pod says of one set that is in it.</summary>
internal sealed record InjectedHash
{
    /// <summary>When the pod came to the hash, in whole seconds.</summary>
    [JsonPropertyName("updateTimestamp")]
    public DateTime? UpdateTimestamp { get; init; }

    /// <summary>The hash of the set's containers that the pod is at.</summary>
    [JsonPropertyName("hash")]
    public string Hash { get; init => field = value ?? ""; } = "";

    /// <summary>The set's name.</summary>
    [JsonPropertyName("sidecarSetName")]
    public string SidecarSetName { get; init => field = value ?? ""; } = "";
}

/// <summary>The hash annotations of pods: JSON maps by set. A map from set to plain hash, as before v0.8.0, is read as well.</summary>
internal static class InjectedHashes
{
    /// <summary>The map under a key; empty without the annotation or when that is empty, null when it is neither form.</summary>
    public static SortedDictionary<string, InjectedHash>? TryRead(V1Pod pod, string key) => TryRead(pod, key, out _);

    /// <summary>The same, and whether any of it is of the form before v0.8.0.</summary>
    public static SortedDictionary<string, InjectedHash>? TryRead(V1Pod pod, string key, out bool isPlain)
    {
        isPlain = false;
        string? json = PodState.Annotation(pod, key);
        if (string.IsNullOrEmpty(json))
        {
            return new(StringComparer.Ordinal);
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var hashes = new SortedDictionary<string, InjectedHash>(StringComparer.Ordinal);
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                bool plain = member.Value.ValueKind == JsonValueKind.String;
                isPlain |= plain;
                hashes[member.Name] = plain
                    ? new InjectedHash { Hash = member.Value.GetString()!, SidecarSetName = member.Name }
                    : member.Value.Deserialize(CoreJson.Default.InjectedHash) ?? new InjectedHash();
            }

            return hashes;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Says that a pod is at a hash from now on; what says so already keeps its time.</summary>
    public static void Put(SortedDictionary<string, InjectedHash> hashes, string set, string hash, DateTime now)
    {
        if (!hashes.TryGetValue(set, out InjectedHash? present) || present.Hash != hash)
        {
            hashes[set] = new InjectedHash { UpdateTimestamp = KubernetesTime.WholeSeconds(now), Hash = hash, SidecarSetName = set };
        }
    }

    /// <summary>The annotation's text.</summary>
    public static string Write(SortedDictionary<string, InjectedHash> hashes) => JsonSerializer.Serialize(hashes, CoreJson.Default.SortedDictionaryStringInjectedHash);
}
