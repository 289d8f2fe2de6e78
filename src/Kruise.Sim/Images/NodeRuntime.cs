using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>A node's container runtime: the contents, unpacked chains and images it holds, and the pulls under way.</summary>
/// <remarks>
/// Disk: a layer with u uncompressed bytes and f files is unpacked by one thread at no more than r = u / (layer seconds + u / kind rate + f · seconds per file). Layers that
/// are unpacked at the same time (by different pulls) share the disk's write rate D max-min fairly: each writes at min(r, level) with the sum D, or all at
/// their r when D suffices. Writing the compressed bytes as they arrive is left to the page cache and costs nothing.
/// <see cref="ActivePull"/> has the mathematics of a pull.
/// </remarks>
internal sealed class NodeRuntime : IContainerRuntime
{
    private readonly RuntimeFleet _fleet;
    private readonly RandomStream _random;
    private SmallIntSet _contents;
    private SmallIntSet _chains;
    private SmallIntSet _images;
    private ActivePull? _firstPull;
    private ActivePull? _lastPull;
    private int _places;
    private int _unpacking;

    /// <summary>
    /// A node with nothing on it. The stream is the node's own; only latencies that vary draw from it. <paramref name="addedRoundTrip"/> is what the node's place adds
    /// to the round trip of every registry.
    /// </summary>
    public NodeRuntime(RuntimeFleet fleet, RuntimeParameters parameters, int networkNode, RandomStream random, SimTime addedRoundTrip = default)
    {
        if (parameters.Problem is { } problem)
        {
            throw new ArgumentException($"Container runtime: {problem}.", nameof(parameters));
        }

        _fleet = fleet;
        _random = random;
        Parameters = parameters;
        NetworkNode = networkNode;
        AddedRoundTrip = addedRoundTrip;
    }

    public RuntimeParameters Parameters { get; }

    public int NetworkNode { get; }

    public SimTime AddedRoundTrip { get; }

    /// <summary>Whether the image of a canonical reference is on the node.</summary>
    public bool Has(string image) => _fleet.Catalog.TryGetImage(image, out RegistryImage? found) && _images.Contains(found.Index);

    /// <summary>Puts an image on the node as if it had been pulled before the run.</summary>
    public void Preload(RegistryImage image)
    {
        for (int i = 0; i < image.Layers.Length; i++)
        {
            _contents.Add(image.Layers[i].Index);
            _chains.Add(image.Chains[i]);
        }

        _images.Add(image.Index);
    }

    public void Pull(string image, IPullSink sink, long token)
    {
        ActivePull pull = _fleet.Rent();
        pull.PreviousOnNode = _lastPull;
        pull.NextOnNode = null;
        if (_lastPull is null)
        {
            _firstPull = pull;
        }
        else
        {
            _lastPull.NextOnNode = pull;
        }

        _lastPull = pull;
        _fleet.Catalog.TryGetImage(image, out RegistryImage? found);
        pull.Begin(this, found, found?.Registry ?? _fleet.Catalog.RegistryOf(image), sink, token, Parameters.CallLatency.Sample(_random));
    }

    public PullResult Stop(long token) => Find(token).Stop();

    public PullResult Peek(long token) => Find(token).SoFar();

    internal bool HasImage(RegistryImage image) => _images.Contains(image.Index);

    internal bool HasContent(ImageLayer layer) => _contents.Contains(layer.Index);

    internal bool HasChain(int chain) => _chains.Contains(chain);

    internal void AddImage(RegistryImage image) => _images.Add(image.Index);

    /// <summary>Places for downloads that a pull may take.</summary>
    internal int FreePlaces(ActivePull pull) =>
        Parameters.MaxConcurrentDownloads - (Parameters.DownloadLimitScope == DownloadLimitScope.Node ? _places : pull.Places);

    internal void HoldPlaces(int change) => _places += change;

    /// <summary>The other pull that has a layer on the way; null when none has.</summary>
    internal ActivePull? OtherThatFetches(ActivePull pull, ImageLayer layer)
    {
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            if (other != pull && other.IsFetching(layer))
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>A layer arrived whole: it stays, and who waited for it has it too.</summary>
    internal void OnContentArrived(ActivePull by, ImageLayer layer, in LayerProgress progress)
    {
        _contents.Add(layer.Index);
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            if (other != by)
            {
                other.OnOtherFetched(layer, progress);
            }
        }
    }

    /// <summary>Places became free: pulls take them in the order in which they began.</summary>
    internal void OnPlacesFreed(ActivePull by, int layer)
    {
        if (Parameters.DownloadLimitScope == DownloadLimitScope.Image)
        {
            by.BeginLayers(layer);
            return;
        }

        for (ActivePull? pull = _firstPull; pull is not null; pull = pull.NextOnNode)
        {
            pull.BeginLayers(pull == by ? layer : LayerProgress.ByOtherPull);
        }
    }

    /// <summary>A pull that has ended leaves the node; what it had begun, others that wait for it do themselves.</summary>
    internal void Remove(ActivePull pull)
    {
        if (pull.PreviousOnNode is null)
        {
            _firstPull = pull.NextOnNode;
        }
        else
        {
            pull.PreviousOnNode.NextOnNode = pull.NextOnNode;
        }

        if (pull.NextOnNode is null)
        {
            _lastPull = pull.PreviousOnNode;
        }
        else
        {
            pull.NextOnNode.PreviousOnNode = pull.PreviousOnNode;
        }

        pull.NextOnNode = pull.PreviousOnNode = null;
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            other.OnOtherLeft();
        }
    }

    /// <summary>Whether another pull unpacks a chain.</summary>
    internal bool IsUnpackedByOther(ActivePull pull, int chain)
    {
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            if (other != pull && other.UnpackingChain == chain)
            {
                return true;
            }
        }

        return false;
    }

    internal void BeginUnpack()
    {
        _unpacking++;
        ShareDisk();
    }

    internal void EndUnpack(ActivePull pull, int? finishedChain)
    {
        _unpacking--;
        ShareDisk();
        if (finishedChain is not { } chain)
        {
            return;
        }

        _chains.Add(chain);
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            if (other != pull)
            {
                other.OnOtherUnpacked();
            }
        }
    }

    private ActivePull Find(long token)
    {
        ActivePull? pull = _firstPull;
        while (pull is not null && pull.Token != token)
        {
            pull = pull.NextOnNode;
        }

        return pull ?? throw new ArgumentException($"There is no pull {token} under way.", nameof(token));
    }

    // Max-min: whoever cannot use an equal share of what is left gets what it can use, until an equal share suits all that remain.
    private void ShareDisk()
    {
        double left = Parameters.DiskWriteBytesPerSecond;
        int open = _unpacking;
        double level = double.PositiveInfinity;
        double below = 0;
        while (open > 0 && !double.IsPositiveInfinity(left))
        {
            level = left / open;
            double taken = 0;
            int count = 0;
            for (ActivePull? pull = _firstPull; pull is not null; pull = pull.NextOnNode)
            {
                double most = pull.MostUnpackBytesPerSecond;
                if (most > below && most <= level)
                {
                    taken += most;
                    count++;
                }
            }

            if (count == 0)
            {
                break;
            }

            left -= taken;
            open -= count;
            below = level;
        }

        for (ActivePull? pull = _firstPull; pull is not null; pull = pull.NextOnNode)
        {
            if (pull.MostUnpackBytesPerSecond > 0)
            {
                pull.SetUnpackRate(Math.Min(pull.MostUnpackBytesPerSecond, level));
            }
        }
    }
}
