using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>The volumes that containers can mount.</summary>
/// <param name="what">What they are, for messages: <c>a volume of the set</c>.</param>
/// <param name="volumes">The volumes.</param>
/// <param name="claims">Names of claim templates, which take the place of volumes of their names.</param>
internal sealed class Mountable(string what, IEnumerable<V1Volume> volumes, IEnumerable<string> claims)
{
    private readonly Dictionary<string, V1Volume?> _volumes = Collect(volumes, claims);

    /// <summary>What they are, for messages: <c>a volume of the set</c>.</summary>
    public string What => what;

    /// <summary>Whether there is one of the name.</summary>
    public bool Has(string name) => _volumes.ContainsKey(name);

    /// <summary>Whether the volume of the name may be a device: claims may, and sources that only a newer Kubernetes knows.</summary>
    public bool MayBeDevice(string name) =>
        _volumes.GetValueOrDefault(name) is not { } volume
        || volume.PersistentVolumeClaim is not null
        || volume.Ephemeral is not null
        || VolumeValidation.Sources(volume) == 0;

    private static Dictionary<string, V1Volume?> Collect(IEnumerable<V1Volume> volumes, IEnumerable<string> claims)
    {
        var all = new Dictionary<string, V1Volume?>(StringComparer.Ordinal);
        foreach (V1Volume volume in volumes.Where(volume => !string.IsNullOrEmpty(volume.Name)))
        {
            all.TryAdd(volume.Name, volume);
        }

        foreach (string claim in claims)
        {
            all[claim] = null;
        }

        return all;
    }
}
