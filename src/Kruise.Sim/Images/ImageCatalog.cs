using System.Diagnostics.CodeAnalysis;
using Kruise.Core.ImagePull;

namespace Kruise.Sim.Images;

/// <summary>The registries of a world with their images, and the layers and chains of layers these share.</summary>
internal sealed class ImageCatalog
{
    private readonly Dictionary<string, ImageLayer> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Below, int Layer), int> _chains = [];
    private readonly Dictionary<string, RegistryImage> _images = new(StringComparer.Ordinal);
    private readonly List<RegistryImage> _byIndex = [];
    private readonly Dictionary<string, Registry> _registries = new(StringComparer.Ordinal);

    /// <summary>Adds a registry under its name, the host in references.</summary>
    /// <exception cref="ArgumentException">A registry of this name exists.</exception>
    public void AddRegistry(Registry registry) => _registries.Add(registry.Parameters.Name, registry);

    /// <summary>A layer by its content id; the same id again gives the same layer.</summary>
    /// <exception cref="ArgumentException">The id is known with other figures.</exception>
    public ImageLayer AddLayer(
        string id, long compressedBytes, long uncompressedBytes, ContentKind content = ContentKind.Incompressible, long? files = null)
    {
        var layer = new ImageLayer(_layers.Count, id, compressedBytes, uncompressedBytes, content, files);
        if (!_layers.TryGetValue(id, out ImageLayer? known))
        {
            _layers.Add(id, layer);
            return layer;
        }

        return (known.CompressedBytes, known.UncompressedBytes, known.Content, known.Files)
            == (layer.CompressedBytes, layer.UncompressedBytes, layer.Content, layer.Files)
            ? known
            : throw new ArgumentException($"Layer '{id}' has {known.CompressedBytes} compressed and {known.UncompressedBytes} uncompressed bytes elsewhere: "
                + "layers of one id must be the same in every image.", nameof(id));
    }

    /// <summary>Adds an image under the canonical reference that pulls will name, with its layers from the bottom up.</summary>
    /// <exception cref="ArgumentException">The reference is taken.</exception>
    public RegistryImage AddImage(Registry registry, string reference, params IReadOnlyList<ImageLayer> layers)
    {
        var chains = new int[layers.Count];
        int below = -1;
        for (int i = 0; i < chains.Length; i++)
        {
            if (!_chains.TryGetValue((below, layers[i].Index), out int chain))
            {
                chain = _chains.Count;
                _chains.Add((below, layers[i].Index), chain);
            }

            chains[i] = below = chain;
        }

        var image = new RegistryImage(_images.Count, reference, registry, [.. layers], chains);
        _images.Add(reference, image);
        _byIndex.Add(image);
        return image;
    }

    /// <summary>Finds an image by its canonical reference.</summary>
    public bool TryGetImage(string reference, [NotNullWhen(true)] out RegistryImage? image) => _images.TryGetValue(reference, out image);

    /// <summary>The image of a number.</summary>
    public RegistryImage ImageAt(int index) => _byIndex[index];

    /// <summary>The registry that a reference names, or null when the world has none of that name.</summary>
    public Registry? RegistryOf(string reference) => _registries.GetValueOrDefault(ImageReference.Parse(reference).Domain);
}
