using System.Text.Json;

namespace Kruise.Sim.Import;

/// <summary>A layer as a manifest names it.</summary>
/// <param name="Digest">Of what is fetched.</param>
/// <param name="Bytes">That are fetched.</param>
/// <param name="IsCompressed">Whether that is smaller than what is unpacked.</param>
internal sealed record ManifestLayer(string Digest, long Bytes, bool IsCompressed);

/// <summary>An entry of an index: the manifest of one platform; null where the index does not say which.</summary>
internal sealed record IndexEntry(string Digest, ImagePlatform? Platform);

/// <summary>
/// What a registry says of an image: a manifest with layers, or an index of manifests by platform. Docker's media types (manifest v2, schema 2) and those of the OCI image
/// specification 1.1 have the same fields.
/// </summary>
internal sealed record ImageManifest
{
    /// <summary>What requests accept.</summary>
    public static readonly IReadOnlyList<string> MediaTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    // As the specification advises registries.
    private const int MostLayers = 10_000;

    private const long MostBytes = 1_000_000_000_000_000;

    /// <summary>The manifests of an index; null for an image.</summary>
    public IReadOnlyList<IndexEntry>? Index { get; private init; }

    /// <summary>Lowest first; empty for an index.</summary>
    public IReadOnlyList<ManifestLayer> Layers { get; private init; } = [];

    /// <summary>The digest of the configuration; null for an index.</summary>
    public string? Config { get; private init; }

    /// <summary>Reads a manifest or an index.</summary>
    /// <exception cref="ImportException">It is neither; the message says why, to go on after a name.</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> json)
    {
        JsonElement root = Json(json).RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ImportException("is not a JSON object");
        }

        if (root.TryGetProperty("manifests", out JsonElement manifests))
        {
            return new ImageManifest { Index = [.. Items(manifests, "manifests").Select(Entry).Where(entry => entry is not null).Select(entry => entry!)] };
        }

        if (root.TryGetProperty("fsLayers", out _))
        {
            throw new ImportException("is of Docker's first schema, which names no sizes; allowed: Docker's schema 2, OCI");
        }

        if (!root.TryGetProperty("layers", out JsonElement layers))
        {
            throw new ImportException("has neither layers nor manifests");
        }

        ManifestLayer[] read = [.. Items(layers, "layers").Select(Layer)];
        if (read.Length == 0)
        {
            throw new ImportException("has no layers, and an image of a scenario has at least one");
        }

        if (read.Sum(layer => (decimal)layer.Bytes) > MostBytes)
        {
            throw new ImportException("has layers of more than 10^15 bytes together");
        }

        return new ImageManifest
        {
            Layers = read,
            Config = root.TryGetProperty("config", out JsonElement config) && config.ValueKind == JsonValueKind.Object && config.TryGetProperty("digest", out _) ? Digest(config) : null,
        };
    }

    /// <summary>The platform that an image's configuration says it is for; null when it does not say.</summary>
    /// <exception cref="ImportException">It is not JSON.</exception>
    public static ImagePlatform? PlatformOf(ReadOnlyMemory<byte> config)
    {
        JsonElement root = Json(config).RootElement;
        return root.ValueKind == JsonValueKind.Object ? Platform(root) : null;
    }

    private static JsonDocument Json(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            throw new ImportException("is not JSON");
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostLayers)
        {
            throw new ImportException($"has \"{name}\" that is not a list of at most {MostLayers}");
        }

        return list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? item : throw new ImportException($"has an item of \"{name}\" that is not an object"));
    }

    // Attestations stand among the manifests under a platform that is none.
    private static IndexEntry? Entry(JsonElement item) =>
        !item.TryGetProperty("platform", out JsonElement platform) || platform.ValueKind == JsonValueKind.Null ? new IndexEntry(Digest(item), null)
        : platform.ValueKind == JsonValueKind.Object && Platform(platform) is { Os: not "unknown" } known ? new IndexEntry(Digest(item), known)
        : null;

    private static ImagePlatform? Platform(JsonElement item) =>
        Text(item, "os") is { } os && Text(item, "architecture") is { } architecture ? new ImagePlatform(os, architecture, Text(item, "variant")) : null;

    private static ManifestLayer Layer(JsonElement item)
    {
        if (!item.TryGetProperty("size", out JsonElement size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out long bytes) || bytes is < 0 or > MostBytes)
        {
            throw new ImportException("has a layer without a size of 0 to 10^15 bytes");
        }

        string type = Text(item, "mediaType") ?? "";
        return new ManifestLayer(Digest(item), bytes, !type.EndsWith(".tar", StringComparison.Ordinal));
    }

    private static string Digest(JsonElement item) =>
        Text(item, "digest") is { } digest && ContentDigest.IsOne(digest) ? digest : throw new ImportException("has an item without a digest that is one");

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and < 300 } text ? text : null;
}
