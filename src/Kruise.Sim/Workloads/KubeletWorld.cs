using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kruise.Core.ImagePull;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>What all kubelets of a world share.</summary>
internal sealed class KubeletWorld(
    EventLoop loop, ApiServer server, ImageCatalog catalog, LatencyDistribution apiLatency, LatencyDistribution watchDelay, IPodObserver? observer = null)
{
    private readonly Dictionary<string, KnownImage> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Image, string Container), ContainerBehaviour> _behaviourOf = [];
    private IReadOnlyList<ContainerBehaviour> _behaviours = [];

    public EventLoop Loop { get; } = loop;

    public ApiServer Server { get; } = server;

    public LatencyDistribution ApiLatency { get; } = apiLatency;

    public LatencyDistribution WatchDelay { get; } = watchDelay;

    /// <summary>Hears of what pods go through; nobody when null.</summary>
    public IPodObserver? Observer { get; set; } = observer;

    /// <summary>What containers do, the first that matches counts. Runs that have begun stay as they are when it is replaced.</summary>
    public IReadOnlyList<ContainerBehaviour> Behaviours
    {
        get => _behaviours;
        set
        {
            _behaviours = value;
            _behaviourOf.Clear();
        }
    }

    /// <summary>The present moment as objects say it: whole seconds.</summary>
    public DateTime NowInWholeSeconds()
    {
        DateTime now = Loop.Now.ToDateTime();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    public ContainerBehaviour BehaviourOf(string image, string container)
    {
        if (!_behaviourOf.TryGetValue((image, container), out ContainerBehaviour? behaviour))
        {
            behaviour = ContainerBehaviour.Default;
            foreach (ContainerBehaviour candidate in _behaviours)
            {
                if ((candidate.Container is null || candidate.Container == container)
                    && (candidate.Image is null || candidate.Image == image || Image(candidate.Image).Reference == Image(image).Reference))
                {
                    behaviour = candidate;
                    break;
                }
            }

            _behaviourOf.Add((image, container), behaviour);
        }

        return behaviour;
    }

    /// <summary>An image as pods name it.</summary>
    public KnownImage Image(string name)
    {
        if (!_images.TryGetValue(name, out KnownImage? known))
        {
            _images.Add(name, known = Find(name));
        }

        return known;
    }

    private KnownImage Find(string name)
    {
        if (!ImageReference.TryParse(name, out ImageReference? parsed, out _))
        {
            return new KnownImage(name, null, null, null);
        }

        string reference = parsed.FamiliarReference;
        return catalog.TryGetImage(reference, out RegistryImage? image)
            ? new KnownImage(name, reference, image, RepoDigest(parsed, image))
            : new KnownImage(name, reference, null, null);
    }

    // What a registry serves under a tag has a digest of its manifest: the same wherever the same layers lie on each other.
    private static string RepoDigest(ImageReference parsed, RegistryImage image)
    {
        string repository = parsed.Domain + "/" + parsed.Path;
        return parsed.IsDigest
            ? repository + "@" + parsed.TagOrDigest
            : repository + "@sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image.Layers.Length == 0 ? image.Reference : image.Id)));
    }

    /// <summary>The address of a pod or node, from a number: what a network plugin would give out, in order.</summary>
    public static string Address(int block, int node, int number) => string.Create(
        CultureInfo.InvariantCulture, $"{block}.{(node >> 8) & 255}.{node & 255}.{1 + (number % 254)}");
}

/// <summary>An image as pods name it, and what the registries have under that name.</summary>
/// <param name="Name">As written in pods.</param>
/// <param name="Reference">The canonical reference; null when the name is none.</param>
/// <param name="Image">The image; null when no registry has it.</param>
/// <param name="ImageId">What a kubelet reports as imageID; null when no registry has it.</param>
internal sealed record KnownImage(string Name, string? Reference, RegistryImage? Image, string? ImageId);
