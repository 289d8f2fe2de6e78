using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Admission;

namespace Kruise.Live.Manager;

/// <summary>The SidecarSets of the cache as one list that stays as it is, made anew after a change: pods are admitted without waiting for controllers.</summary>
internal sealed class CachedSidecarSets : ISidecarSetSource, IChangeListener
{
    private readonly ClusterCache _cache;
    private volatile IReadOnlyList<SidecarSet>? _current;

    /// <param name="cache">The cache.</param>
    /// <param name="synced">Ends when it holds all sets.</param>
    public CachedSidecarSets(ClusterCache cache, Task synced)
    {
        _cache = cache;
        Synced = synced;
        cache.AddListener(this);
    }

    public Task Synced { get; }

    public IReadOnlyList<SidecarSet> Current => _current ?? Read();

    public void OnChange(in ObjectChange change, IClusterView view)
    {
        if (change.Object is SidecarSet)
        {
            _current = null;
        }
    }

    public void OnObserved(Type kind, long revision)
    {
    }

    // Under the cache's lock no change can come between reading and keeping.
    private IReadOnlyList<SidecarSet> Read()
    {
        lock (_cache.Gate)
        {
            return _current ??= [.. _cache.View.List<SidecarSet>()];
        }
    }
}
