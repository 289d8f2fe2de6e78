using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Api;
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
    public static SortedDictionary<string, InjectedHash>? TryRead(V1Pod pod, string key)
    {
        if (pod.Metadata.Annotations is not { } annotations || !annotations.TryGetValue(key, out string? json) || json.Length == 0)
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
                hashes[member.Name] = member.Value.ValueKind == JsonValueKind.String
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

    /// <summary>The hash of a set that a pod is at; empty when it was never given the set, or says so in no form that is read here.</summary>
    public static string HashOf(V1Pod pod, string key, string set) =>
        TryRead(pod, key) is { } hashes && hashes.TryGetValue(set, out InjectedHash? hash) ? hash.Hash : "";

    /// <summary>
    /// The annotations of a pod that was brought to a set's containers. Those of the old form are turned into the new one; of one that cannot be read nothing is
    /// kept but this set, and the hashes without images, which an update does not touch, stay as they are.
    /// </summary>
    public static Dictionary<string, string> Updated(V1Pod pod, SidecarSet set, DateTime now)
    {
        SortedDictionary<string, InjectedHash> hashes = TryRead(pod, SidecarSetKeys.Hash) ?? new(StringComparer.Ordinal);
        Put(hashes, set.Metadata.Name, SidecarSetHash.In(set), now);
        Dictionary<string, string> annotations = StringMaps.Copy(pod.Metadata.Annotations);
        annotations[SidecarSetKeys.Hash] = Write(hashes);
        if (TryRead(pod, SidecarSetKeys.HashWithoutImage) is { Count: > 0 } withoutImages && withoutImages.Values.Any(hash => hash.UpdateTimestamp is null))
        {
            annotations[SidecarSetKeys.HashWithoutImage] = Write(withoutImages);
        }

        return annotations;
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
