using System.Globalization;
using System.Text;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Import;

/// <summary>An imported image as an entry of <c>spec.registries[].images</c>.</summary>
internal static class ImportText
{
    // As many digits as tell all layers of the world apart for practical purposes: 64 bits of the digest.
    private const int IdLength = 16;

    /// <summary>The entries of images of one registry or several, each registry under a comment.</summary>
    public static string Of(IReadOnlyList<ImportedImage> images)
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Read by kruise-sim import. Sizes are compressed; ids come from digests, so that what images share is fetched once. A manifest does not say what a layer is made of:
            # content: text or content: smallFiles beside the size changes how long it unpacks (kruise-sim explain spec.registries.images.layers.content).

            """);
        foreach (IGrouping<string, ImportedImage> registry in images.GroupBy(image => image.Reference.Domain, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# spec.registries[{registry.Key}].images:\n");
            foreach (ImportedImage image in registry)
            {
                Image(text, image);
            }
        }

        return text.ToString();
    }

    private static void Image(StringBuilder text, ImportedImage image)
    {
        long bytes = image.Manifest.Layers.Sum(layer => layer.Bytes);
        string platform = image.Platform is { } known ? $"{known}, " : "";
        text.Append(CultureInfo.InvariantCulture, $"# {platform}{Human.Count(image.Manifest.Layers.Count)} layers, {Human.Bytes(bytes)}\n- name: \"{image.Reference.FamiliarReference}\"\n  layers:\n");
        foreach (ManifestLayer layer in image.Manifest.Layers)
        {
            string size = Size(layer.Bytes);
            string unpacked = layer.IsCompressed ? "" : $", uncompressed: {size}";
            text.Append(CultureInfo.InvariantCulture, $"  - {{size: {size}{unpacked}, id: \"{layer.Digest[(layer.Digest.IndexOf(':', StringComparison.Ordinal) + 1)..][..IdLength]}\"}}\n");
        }
    }

    // To the byte, in the unit that people read.
    private static string Size(long bytes)
    {
        (string unit, decimal factor) = bytes switch
        {
            >= 1_000_000_000 => ("GB", 1e9m),
            >= 1_000_000 => ("MB", 1e6m),
            >= 1_000 => ("kB", 1e3m),
            _ => ("B", 1m),
        };
        return (bytes / factor).ToString("0.#########", CultureInfo.InvariantCulture) + unit;
    }
}
