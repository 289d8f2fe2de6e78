namespace Kruise.Sim.Scenarios;

/// <summary>The images of a scenario's registries, found by reference.</summary>
internal sealed class ImageLookup
{
    private readonly Dictionary<ImageName, (RegistrySpec Registry, RegistryImageSpec Image)> _images = [];

    public ImageLookup(IEnumerable<RegistrySpec> registries)
    {
        foreach (RegistrySpec registry in registries)
        {
            foreach (RegistryImageSpec image in registry.Images)
            {
                if (registry.Name is not null && image.Name is not null && ImageName.TryParseAt(registry.Name, image.Name) is { } name)
                {
                    _images.TryAdd(name, (registry, image));
                }
            }
        }
    }

    /// <summary>The image that a reference such as <c>nginx:1.9.1</c> names, and the registry that serves it; null when no registry has it.</summary>
    public (RegistrySpec Registry, RegistryImageSpec Image)? Find(string reference) =>
        ImageName.TryParse(reference) is { } name && _images.TryGetValue(name, out (RegistrySpec, RegistryImageSpec) found) ? found : null;

    /// <summary>Every image as people write it, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _images.Keys.Select(name => name.Familiar).Order(StringComparer.Ordinal)];
}
