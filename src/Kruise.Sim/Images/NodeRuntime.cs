using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>Hears of what a node's image store comes to hold. Must not pull or remove anything from within a call.</summary>
internal interface IImageStoreObserver
{
    void OnImageAdded(RegistryImage image);

    void OnDiskFull();
}

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

    /// <summary>Pulls begun from now on follow a new value.</summary>
    public RuntimeParameters Parameters { get; set; }

    /// <summary>What the images' file system holds; null for no limit. A pull that would exceed it fails as on a full disk.</summary>
    public long? CapacityBytes { get; set; }

    /// <summary>Bytes of contents and unpacked layers on the node.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Hears when an image has come to the node, or a pull has failed for want of room; nobody when null.</summary>
    public IImageStoreObserver? Observer { get; set; }

    public int NetworkNode { get; }

    public SimTime AddedRoundTrip { get; }

    /// <summary>Whether the image of a canonical reference is on the node.</summary>
    public bool Has(string image) => _fleet.Catalog.TryGetImage(image, out RegistryImage? found) && _images.Contains(found.Index);

    /// <summary>Puts an image on the node as if it had been pulled before the run.</summary>
    public void Preload(RegistryImage image)
    {
        for (int i = 0; i < image.Layers.Length; i++)
        {
            AddContent(image.Layers[i]);
            AddChain(image.Chains[i], image.Layers[i]);
        }

        _images.Add(image.Index);
    }

    /// <summary>The images on the node, in order of their numbers.</summary>
    public IEnumerable<RegistryImage> Images()
    {
        for (int i = 0; i < _images.Count; i++)
        {
            yield return _fleet.Catalog.ImageAt(_images[i]);
        }
    }

    /// <summary>Removes an image, with those of its layers that neither another image of the node nor a pull under way needs. Says how many bytes that freed.</summary>
    public long Remove(RegistryImage image)
    {
        if (!_images.Remove(image.Index))
        {
            return 0;
        }

        long before = UsedBytes;
        for (int i = 0; i < image.Layers.Length; i++)
        {
            ImageLayer layer = image.Layers[i];
            if (_contents.Contains(layer.Index) && !Needs(layer))
            {
                _contents.Remove(layer.Index);
                UsedBytes -= layer.CompressedBytes;
            }

            if (_chains.Contains(image.Chains[i]) && !NeedsChain(image.Chains[i]))
            {
                _chains.Remove(image.Chains[i]);
                UsedBytes -= layer.UncompressedBytes;
            }
        }

        return before - UsedBytes;
    }

    public void Pull(string image, IPullSink sink, long token) => Pull(image, sink, token, asksRegistry: false);

    /// <summary>
    /// Starts a pull. One that <paramref name="asksRegistry"/> resolves the reference there even when the image is on the node, as a kubelet's does, and fetches nothing then.
    /// </summary>
    public void Pull(string image, IPullSink sink, long token, bool asksRegistry)
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
        pull.Begin(this, found, found?.Registry ?? _fleet.Catalog.RegistryOf(image), sink, token, Parameters.CallLatency.Sample(_random), asksRegistry);
    }

    public PullResult Stop(long token) => Find(token).Stop();

    public PullResult Peek(long token) => Find(token).SoFar();

    internal bool HasImage(RegistryImage image) => _images.Contains(image.Index);

    internal bool HasContent(ImageLayer layer) => _contents.Contains(layer.Index);

    internal bool HasChain(int chain) => _chains.Contains(chain);

    internal void AddImage(RegistryImage image)
    {
        _images.Add(image.Index);
        Observer?.OnImageAdded(image);
    }

    /// <summary>Whether so much more fits onto the disk.</summary>
    internal bool HasRoomFor(long bytes) => CapacityBytes is not { } capacity || UsedBytes + bytes <= capacity;

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
        AddContent(layer);
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

    internal void EndUnpack(ActivePull pull, int? finishedChain, ImageLayer? layer = null)
    {
        _unpacking--;
        ShareDisk();
        if (finishedChain is not { } chain)
        {
            return;
        }

        AddChain(chain, layer!);
        for (ActivePull? other = _firstPull; other is not null; other = other.NextOnNode)
        {
            if (other != pull)
            {
                other.OnOtherUnpacked();
            }
        }
    }

    private void AddContent(ImageLayer layer)
    {
        if (_contents.Add(layer.Index))
        {
            UsedBytes += layer.CompressedBytes;
        }
    }

    private void AddChain(int chain, ImageLayer layer)
    {
        if (_chains.Add(chain))
        {
            UsedBytes += layer.UncompressedBytes;
        }
    }

    private bool Needs(ImageLayer layer)
    {
        foreach (RegistryImage image in Images())
        {
            if (Array.IndexOf(image.Layers, layer) >= 0)
            {
                return true;
            }
        }

        return IsPulled(image => Array.IndexOf(image.Layers, layer) >= 0);
    }

    private bool NeedsChain(int chain)
    {
        foreach (RegistryImage image in Images())
        {
            if (Array.IndexOf(image.Chains, chain) >= 0)
            {
                return true;
            }
        }

        return IsPulled(image => Array.IndexOf(image.Chains, chain) >= 0);
    }

    private bool IsPulled(Func<RegistryImage, bool> needs)
    {
        for (ActivePull? pull = _firstPull; pull is not null; pull = pull.NextOnNode)
        {
            if (pull.Image is { } image && needs(image))
            {
                return true;
            }
        }

        return false;
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
