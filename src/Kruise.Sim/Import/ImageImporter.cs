using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;

namespace Kruise.Sim.Import;

/// <summary>An image as its registry has it.</summary>
/// <param name="Reference">Its name.</param>
/// <param name="Platform">The platform that was asked for; null where the image has one only and nobody asked which.</param>
/// <param name="Manifest">Its manifest.</param>
internal sealed record ImportedImage(ImageReference Reference, ImagePlatform? Platform, ImageManifest Manifest);

/// <summary>Reads an image's manifest, by way of its index where it has one.</summary>
internal static class ImageImporter
{
    /// <summary>Reads the manifest of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="platform">The platform; null for <see cref="ImagePlatform.Default"/> of an index, and for whatever an image without one is.</param>
    /// <param name="plainHttp">Whether the registry speaks HTTP.</param>
    /// <param name="credentials">What was given for registries.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ImportException">It cannot be had.</exception>
    public static async Task<ImportedImage> ReadAsync(
        ImageReference image, ImagePlatform? platform, bool plainHttp, IEnumerable<RegistryCredential> credentials, CancellationToken cancellation)
    {
        using var client = new RegistryClient(image, plainHttp, RegistryCredential.For(image, credentials));
        ImageManifest manifest = Parse("its manifest", await client.ManifestAsync(image.TagOrDigest, cancellation));
        if (manifest.Index is { } index)
        {
            ImagePlatform asked = platform ?? ImagePlatform.Default;
            IndexEntry entry = Choose(index, asked);
            manifest = Parse($"its manifest for {asked}", await client.ManifestAsync(entry.Digest, cancellation));
            if (manifest.Index is not null)
            {
                throw new ImportException($"its manifest for {asked} is an index again");
            }

            if (entry.Platform is { } known)
            {
                return new ImportedImage(image, known, manifest);
            }
        }

        if (platform is not null && manifest.Config is { } config)
        {
            ImagePlatform? own = Parse(await client.BlobAsync(config, cancellation));
            if (own is not null && !own.Answers(platform))
            {
                throw new ImportException($"there is none for {platform}; there is one for {own}");
            }
        }

        return new ImportedImage(image, platform, manifest);
    }

    // A single manifest needs no platform: the image's configuration has it.
    private static IndexEntry Choose(IReadOnlyList<IndexEntry> index, ImagePlatform asked)
    {
        if (index.FirstOrDefault(entry => entry.Platform?.Answers(asked) == true) is { } found)
        {
            return found;
        }

        ImagePlatform[] known = [.. index.Select(entry => entry.Platform).OfType<ImagePlatform>()];
        return known.Length > 0 ? throw new ImportException($"there is none for {asked}; there are: {string.Join<ImagePlatform>(", ", known)}")
            : index.Count == 1 ? index[0]
            : throw new ImportException(index.Count == 0 ? "its index names no image" : $"its index names {index.Count} images and not what platforms they are for");
    }

    private static ImageManifest Parse(string what, byte[] json)
    {
        try
        {
            return ImageManifest.Parse(json);
        }
        catch (ImportException e)
        {
            throw new ImportException($"{what} {e.Message}");
        }
    }

    private static ImagePlatform? Parse(byte[] config)
    {
        try
        {
            return ImageManifest.PlatformOf(config);
        }
        catch (ImportException e)
        {
            throw new ImportException($"its configuration {e.Message}");
        }
    }
}
