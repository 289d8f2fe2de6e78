using System.Security.Cryptography;
using System.Text.Json;
using Kruise.Core.Api;
using Kruise.Core.Revisions;

namespace Kruise.Core.SidecarSets;

/// <summary>The hashes by which a pod's containers are compared with its set's (inventory §8.2): of containers and init containers, and not of volumes.</summary>
public static class SidecarSetHash
{
    /// <summary>The hash of everything.</summary>
    public static string Of(SidecarSetSpec spec) => Hash(spec.Containers, spec.InitContainers);

    /// <summary>The hash without the images of <c>containers</c>; those of init containers count.</summary>
    public static string WithoutImages(SidecarSetSpec spec) =>
        Hash(spec.Containers is { } containers ? [.. containers.Select(container => container with { Image = "" })] : null, spec.InitContainers);

    /// <summary>The hash that a set carries; empty when it has not been through admission.</summary>
    public static string In(SidecarSet set) => Annotation(set, SidecarSetKeys.Hash);

    /// <summary>The hash without images that a set carries; empty when it has not been through admission.</summary>
    public static string WithoutImagesIn(SidecarSet set) => Annotation(set, SidecarSetKeys.HashWithoutImage);

    private static string Annotation(SidecarSet set, string key) =>
        set.Metadata.Annotations is { } annotations && annotations.TryGetValue(key, out string? hash) ? hash : "";

    private static string Hash(IReadOnlyList<SidecarContainer>? containers, IReadOnlyList<SidecarContainer>? initContainers)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes([.. containers ?? [], .. initContainers ?? []], CoreJson.Default.SidecarContainerArray);
        return Convert.ToHexStringLower(SHA256.HashData(json));
    }
}
