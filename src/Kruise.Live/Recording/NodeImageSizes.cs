using System.Text.Json;
using k8s.Models;
using Kruise.Core.ImagePull;
using Kruise.Live.Cluster;

namespace Kruise.Live.Recording;

/// <summary>How large an image is on each node, as kubelets list it: the runtime's size, of the largest fifty images or so.</summary>
internal static class NodeImageSizes
{
    /// <summary>Bytes by node; nodes whose kubelet does not list the image are left out.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(ApiClient client, ImageReference image, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (JsonElement node in ListPages.ItemsAsync(client, ListScope.Everything.PathOf(ResourceKind.Of<V1Node>()), cancellationToken))
        {
            if (node.TryGetProperty("status", out JsonElement status)
                && status.TryGetProperty("images", out JsonElement images)
                && SizeOf(images, image) is { } bytes)
            {
                sizes[node.GetProperty("metadata").GetProperty("name").GetString()!] = bytes;
            }
        }

        return sizes;
    }

    private static long? SizeOf(JsonElement images, ImageReference image)
    {
        foreach (JsonElement listed in images.EnumerateArray())
        {
            if (listed.TryGetProperty("sizeBytes", out JsonElement size)
                && listed.TryGetProperty("names", out JsonElement names)
                && names.ValueKind == JsonValueKind.Array
                && names.EnumerateArray().Any(name => ImageReference.TryParse(name.GetString() ?? "", out ImageReference? other, out _) && other == image))
            {
                return size.GetInt64();
            }
        }

        return null;
    }
}
