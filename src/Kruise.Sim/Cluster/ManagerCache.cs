using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>The manager's shared informers: one watch a kind feeds Core's cache and its indexes, then the controllers.</summary>
internal sealed class ManagerCache(ObjectCache cache, IReadOnlyList<ControllerHost> hosts) : IWatchSink
{
    private readonly Dictionary<Type, WatchStream> _watches = [];

    /// <summary>Watch events taken in.</summary>
    public long WatchEvents { get; private set; }

    /// <summary>Lists a kind into the cache. The controllers hear nothing: what exists before the run is settled.</summary>
    public void Fill(ApiServer server, Type kind)
    {
        ApiList list = server.List(kind);
        foreach (IKubernetesObject<V1ObjectMeta> item in list.Items)
        {
            cache.Store(item, out _);
        }

        cache.Observe(kind, list.Revision);
    }

    /// <summary>Watches a kind from the present revision on.</summary>
    public void Watch(ApiServer server, Type kind, LatencyDistribution delay, RandomStream random)
    {
        server.Watch(kind, null, server.Revision, () => delay.Sample(random), this, out WatchStream? watch);
        _watches.Add(kind, watch!);
    }

    /// <summary>Whether the cache holds what the API server does of these kinds.</summary>
    public bool IsCaughtUp(IEnumerable<Type> kinds) => kinds.All(kind => _watches[kind].UnderWay == 0);

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        Type kind = watch.Kind.Type;
        WatchEvents++;
        bool news;
        ObjectChange change;
        if (watchEvent.Type == WatchEventType.Bookmark)
        {
            cache.Observe(kind, watchEvent.Revision);
            news = false;
            change = default;
        }
        else
        {
            news = watchEvent.Type == WatchEventType.Deleted
                ? cache.Delete(kind, ObjectKey.Of(watchEvent.New!), watchEvent.Revision, out change)
                : cache.Store(watchEvent.New!, out change);
        }

        foreach (ControllerHost host in hosts)
        {
            if (news)
            {
                host.OnChange(change);
            }

            host.OnObserved(kind, watchEvent.Revision);
        }
    }
}
