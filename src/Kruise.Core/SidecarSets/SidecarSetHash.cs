using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Kruise.Core.Api;
using Kruise.Core.Revisions;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// The hashes by which a pod's containers are compared with its set's (inventory §8.2): of containers and init containers, and not of volumes. The same as
/// v0.8.0's for the same containers, so that sets and pods of a cluster that comes from there need no update. Worked out once for each state of a set.
/// </summary>
public static class SidecarSetHash
{
    private static readonly ConditionalWeakTable<SidecarSetSpec, Hashes> _ofSpec = [];

    /// <summary>The hash of everything.</summary>
    public static string Of(SidecarSetSpec spec) => _ofSpec.GetValue(spec, Compute).Everything;

    /// <summary>The hash without the images of <c>containers</c>; those of init containers count.</summary>
    public static string WithoutImages(SidecarSetSpec spec) => _ofSpec.GetValue(spec, Compute).WithoutImages;

    /// <summary>The hash that a set carries; empty when it has not been through admission.</summary>
    public static string In(SidecarSet set) => Annotation(set, SidecarSetKeys.Hash);

    /// <summary>The hash without images that a set carries; empty when it has not been through admission.</summary>
    public static string WithoutImagesIn(SidecarSet set) => Annotation(set, SidecarSetKeys.HashWithoutImage);

    /// <summary>What is hashed.</summary>
    internal static byte[] Encode(IReadOnlyList<SidecarContainer>? containers, IReadOnlyList<SidecarContainer>? initContainers)
    {
        var json = new GoJson();
        json.Raw("{\"containers\":");
        json.List(Read(containers), "SidecarContainer");
        json.Raw(",\"initContainers\":");
        json.List(Read(initContainers), "SidecarContainer");
        json.Raw("}");
        return json.ToBytes();
    }

    private static JsonElement? Read(IReadOnlyList<SidecarContainer>? containers) =>
        containers is null ? null : JsonSerializer.SerializeToElement([.. containers], CoreJson.Default.SidecarContainerArray);

    private static string Annotation(SidecarSet set, string key) =>
        set.Metadata.Annotations is { } annotations && annotations.TryGetValue(key, out string? hash) ? hash : "";

    private static Hashes Compute(SidecarSetSpec spec)
    {
        SidecarContainer[]? withoutImages = spec.Containers is { } containers ? [.. containers.Select(container => container with { Image = "" })] : null;
        return new Hashes(Hash(Encode(spec.Containers, spec.InitContainers)), Hash(Encode(withoutImages, spec.InitContainers)));
    }

    private static string Hash(byte[] json) => RevisionHash.SafeEncode(Convert.ToHexStringLower(SHA256.HashData(json)));

    private sealed record Hashes(string Everything, string WithoutImages);
}
