using Kruise.Core.ImagePull;

namespace Kruise.Sim.Scenarios;

/// <summary>The images of a scenario's registries, found by reference.</summary>
internal sealed class ImageLookup
{
    private readonly Dictionary<ImageReference, (RegistrySpec Registry, RegistryImageSpec Image)> _images = [];

    public ImageLookup(IEnumerable<RegistrySpec> registries)
    {
        foreach (RegistrySpec registry in registries)
        {
            foreach (RegistryImageSpec image in registry.Images)
            {
                if (registry.Name is not null && image.Name is not null && ReferenceIn(registry.Name, image.Name) is { } reference)
                {
                    _images.TryAdd(reference, (registry, image));
                }
            }
        }
    }

    /// <summary>Every image as people write it, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _images.Keys.Select(reference => reference.FamiliarReference).Order(StringComparer.Ordinal)];

    /// <summary>A reference in a registry's own list, where the host may be left out; null when it is none, or one of another registry.</summary>
    public static ImageReference? ReferenceIn(string registry, string image) =>
        ImageReference.TryParse(image, out ImageReference? reference, out _, registry) && reference.Domain == registry ? reference : null;

    /// <summary>The image that a reference such as <c>nginx:1.9.1</c> names, and the registry that serves it; null when no registry has it.</summary>
    public (RegistrySpec Registry, RegistryImageSpec Image)? Find(string reference) =>
        ImageReference.TryParse(reference, out ImageReference? parsed, out _) && _images.TryGetValue(parsed, out (RegistrySpec, RegistryImageSpec) found)
            ? found
            : null;
}
