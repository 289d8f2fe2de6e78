using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>
/// Core's object cache, fed by reflectors and read by workers: one at a time. A reconcile costs microseconds and writes nothing itself, so a single lock is enough,
/// and what a reconciler sees cannot change under it.
/// </summary>
internal sealed class ClusterCache(IEnumerable<Func<IViewIndex>> indexes)
{
    private readonly ObjectCache _objects = new(indexes, write: KubeJson.Write);
    private readonly List<IChangeListener> _listeners = [];

    /// <summary>Held by whoever reads or changes the cache.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The view; only while <see cref="Gate"/> is held.</summary>
    public IClusterView View => _objects;

    /// <summary>Adds a listener; it hears nothing of what is there already.</summary>
    public void AddListener(IChangeListener listener)
    {
        lock (Gate)
        {
            _listeners.Add(listener);
        }
    }

    /// <summary>Tells a listener of everything that is there of some kinds, as if it had just come; only while <see cref="Gate"/> is held.</summary>
    public void Seed(IEnumerable<Type> kinds, IChangeListener listener)
    {
        foreach (Type kind in kinds)
        {
            listener.OnObserved(kind, _objects.ObservedRevision(kind));
            foreach (IKubernetesObject<V1ObjectMeta> obj in _objects.List(kind))
            {
                listener.OnChange(new ObjectChange(null, obj), _objects);
            }
        }
    }

    /// <summary>How many objects of a kind are held.</summary>
    public int Count(Type kind)
    {
        lock (Gate)
        {
            return _objects.Count(kind);
        }
    }

    /// <summary>Lets go of an object that is no longer watched, as if it had been deleted.</summary>
    public void Forget<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        lock (Gate)
        {
            if (_objects.Get<T>(key) is { } obj && _objects.Delete(typeof(T), key, ObjectCache.RevisionOf(obj), out ObjectChange change))
            {
                Tell(change);
            }
        }
    }

    /// <summary>What a reflector of this cache writes to.</summary>
    /// <param name="isWhole">
    /// Whether the reflector sees all that this process writes of the kind. Only such a one tells how far the view has come; others see parts that nobody writes.
    /// </param>
    public IObjectSink<T> Sink<T>(bool isWhole = true)
        where T : class, IKubernetesObject<V1ObjectMeta> => new CacheSink<T>(this, isWhole);

    private void Tell(in ObjectChange change)
    {
        foreach (IChangeListener listener in _listeners)
        {
            listener.OnChange(change, _objects);
        }
    }

    private sealed class CacheSink<T>(ClusterCache cache, bool isWhole) : IObjectSink<T>
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        public void Store(T obj)
        {
            lock (cache.Gate)
            {
                if (cache._objects.Store(obj, out ObjectChange change))
                {
                    cache.Tell(change);
                }
            }
        }

        public void Delete(ObjectKey key, long revision)
        {
            lock (cache.Gate)
            {
                if (cache._objects.Delete(typeof(T), key, revision, out ObjectChange change))
                {
                    cache.Tell(change);
                }
            }
        }

        public void Observe(long revision)
        {
            if (!isWhole)
            {
                return;
            }

            lock (cache.Gate)
            {
                cache._objects.Observe(typeof(T), revision);
                foreach (IChangeListener listener in cache._listeners)
                {
                    listener.OnObserved(typeof(T), revision);
                }
            }
        }
    }
}
