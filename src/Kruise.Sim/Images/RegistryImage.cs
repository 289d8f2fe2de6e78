namespace Kruise.Sim.Images;

/// <summary>An image of a registry: its layers from the bottom up. Made by <see cref="ImageCatalog.AddImage"/>.</summary>
internal sealed class RegistryImage
{
    internal RegistryImage(int index, string reference, Registry registry, ImageLayer[] layers, int[] chains)
    {
        Index = index;
        Reference = reference;
        Registry = registry;
        Layers = layers;
        Chains = chains;
        Id = "sha256:" + (chains.Length == 0 ? 0 : chains[^1] + 1).ToString("x64", System.Globalization.CultureInfo.InvariantCulture);
        FirstUse = new int[layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            FirstUse[i] = Array.IndexOf(layers, layers[i]);
            CompressedBytes += FirstUse[i] == i ? layers[i].CompressedBytes : 0;
        }
    }

    /// <summary>The image's number in its catalog.</summary>
    public int Index { get; }

    /// <summary>The canonical reference, <c>name:tag</c> or <c>name@digest</c>.</summary>
    public string Reference { get; }

    public Registry Registry { get; }

    /// <summary>From the bottom up, the order in which they are fetched and unpacked.</summary>
    public ImageLayer[] Layers { get; }

    /// <summary>
    /// The number of each layer's chain: the layer together with all below it. What is unpacked is a chain (the chain id of the OCI image
    /// specification), so a shared layer is unpacked again when it lies on other layers.
    /// </summary>
    public int[] Chains { get; }

    /// <summary>The lowest position of each layer: below its own position when the image has the layer twice.</summary>
    public int[] FirstUse { get; }

    /// <summary>Bytes that a node with none of the layers fetches.</summary>
    public long CompressedBytes { get; }

    /// <summary>The image id, the same wherever the same layers lie on each other.</summary>
    public string Id { get; }
}
