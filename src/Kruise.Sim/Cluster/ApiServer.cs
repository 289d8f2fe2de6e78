using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>
/// The decisions of kube-apiserver (1.20 and newer) over an in-memory store: optimistic concurrency by one global resourceVersion, generation, status
/// subresource, finalizers, admission, watches that can be resumed, and garbage collection by owner. Requests take no time here: the caller charges
/// latency and rate limits, and decides the moment at which a request reaches the server.
/// </summary>
/// <remarks>
/// <para>Model. A commit n changes exactly one object and makes revision n; the state at n is the result of changes 1..n. A watch from r delivers every
/// change of its objects with revision above r, in order, each at max(arrival of the one before, commit + delay).</para>
/// <para>Objects go in and come out as typed records and are never serialised. What is stored is a copy of the caller's record with the server's
/// metadata; its parts are shared, so nobody may change any of them in place (a debug build samples and checks this).</para>
/// <para>Left out: the formats of patches (the caller gives a function from the stored object to the one wanted), managedFields, namespaces as objects, quotas,
/// most field validation of built-in kinds, the finalizers that protect volumes in use.</para>
/// </remarks>
internal sealed partial class ApiServer
{
    private readonly EventLoop _loop;
    private readonly RandomStream _uids;
    private readonly RandomStream _names;
    private readonly ChangeLog _log;
    private readonly KindStore[] _stores;
    private readonly MutationDetector _mutations = new();

    public ApiServer(EventLoop loop, RandomStream random, KindRegistry kinds, ApiServerOptions? options = null)
    {
        options ??= new ApiServerOptions();
        _loop = loop;
        _uids = random.Derive("uid");
        _names = random.Derive("generateName");
        _log = new ChangeLog(options.RetainedChanges);
        Kinds = kinds;
        _stores = [.. kinds.Kinds.Select(kind => new KindStore(kind, _log))];
        GarbageCollector = new GarbageCollector(this, loop, options.GarbageCollectionDelay);
    }

    public KindRegistry Kinds { get; }

    public GarbageCollector GarbageCollector { get; }

    /// <summary>The chain that creates and updates pass; none when null.</summary>
    public IAdmission? Admission { get; set; }

    /// <summary>Takes writes through the same chain call by call, for callers to whom its time matters; nothing takes time when null.</summary>
    public WebhookChain? Webhooks { get; set; }

    /// <summary>Hears of commits and requests; nobody when null.</summary>
    public IApiObserver? Observer { get; set; }

    /// <summary>The revision of the newest commit.</summary>
    public long Revision => _log.Newest;

    /// <summary>The oldest revision that a watch can start from.</summary>
    public long CompactedRevision => _log.Compacted;

    /// <summary>The resourceVersion of an object as a number; 0 when it has none or none that this server could have given.</summary>
    public static long RevisionOf(IKubernetesObject<V1ObjectMeta> obj) =>
        long.TryParse(obj.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out long revision) ? revision : 0;

    /// <summary>The stored object, or null: a look from outside the simulated world, neither counted nor charged.</summary>
    public T? Peek<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta> => (T?)StoreOf(typeof(T)).Get(key);

    /// <summary>The stored objects whose field has a value (pods by node), ordered by key; not a request either.</summary>
    public IReadOnlyList<T> PeekByField<T>(string value)
        where T : class, IKubernetesObject<V1ObjectMeta> => [.. StoreOf(typeof(T)).WithField(value).Select(slot => (T)slot.Current!)];

    /// <summary>How many objects of a kind there are; not a request either.</summary>
    public int CountOf<T>() => StoreOf(typeof(T)).Count;

    public ApiResult Get(Type kind, ObjectKey key)
    {
        KindStore store = StoreOf(kind);
        return Answer(ApiVerb.Get, store.Kind, store.Get(key) is { } obj ? ApiResult.Ok(obj) : ApiResult.NotFound(store.Kind, key.Name));
    }

    /// <summary>The objects of a kind, or of one namespace of it, at the current revision.</summary>
    public ApiList List(Type kind, string? @namespace = null)
    {
        KindStore store = StoreOf(kind);
        Observer?.OnRequest(ApiVerb.List, store.Kind, 200);
        return new ApiList(store.List(@namespace), Revision);
    }

    /// <summary>
    /// Starts a watch. From revision 0 it begins with the current state as added objects; from another it goes on with the first change after it, and
    /// is answered 410 when that change is no longer known. Events reach the sink through the event loop only, never from within this call.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="key">The one object to watch, existing or not; null for all.</param>
    /// <param name="fromRevision">0, or the revision of a list, an object or an event seen before.</param>
    /// <param name="delay">The time from a commit to its arrival, asked once per event.</param>
    /// <param name="sink">Receives the events.</param>
    /// <param name="stream">The watch; null when refused.</param>
    /// <exception cref="ArgumentOutOfRangeException">The revision lies in the future.</exception>
    public ApiResult Watch(Type kind, ObjectKey? key, long fromRevision, Func<SimTime> delay, IWatchSink sink, out WatchStream? stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromRevision);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromRevision, Revision);
        KindStore store = StoreOf(kind);
        if (fromRevision != 0 && fromRevision < _log.Compacted)
        {
            stream = null;
            string message = $"too old resource version: {fromRevision} ({_log.Compacted})";
            return Answer(ApiVerb.Watch, store.Kind, ApiResult.Failure(410, ApiReason.Expired, message));
        }

        stream = new WatchStream(_loop, store, key, delay, sink) { Revision = fromRevision };
        if (fromRevision == 0)
        {
            SendState(store, stream);
        }
        else
        {
            Replay(store, stream, fromRevision);
        }

        store.Add(stream);
        return Answer(ApiVerb.Watch, store.Kind, new ApiResult(200, ApiReason.None, null, null));
    }

    /// <summary>
    /// Watches the objects whose field has a value (pods by node), from the present state on: what exists comes as added objects, then a bookmark says that this
    /// was all. An object whose field takes the value later is added, and deleted when it loses it. A change costs only the watches that it concerns.
    /// </summary>
    public WatchStream WatchField(Type kind, string value, Func<SimTime> delay, IWatchSink sink)
    {
        KindStore store = StoreOf(kind);
        var stream = new WatchStream(_loop, store, null, delay, sink, value) { Revision = Revision };
        foreach (ObjectSlot slot in store.WithField(value))
        {
            stream.Send(WatchEventType.Added, RevisionOf(slot.Current!), slot.Current);
        }

        stream.Send(WatchEventType.Bookmark, Revision, null);
        store.Add(stream);
        Observer?.OnRequest(ApiVerb.Watch, store.Kind, 200);
        return stream;
    }

    /// <summary>Sends a bookmark to the watches of a whole kind, as kube-apiserver does about once a minute.</summary>
    public void SendBookmarks(Type kind)
    {
        foreach (WatchStream watch in StoreOf(kind).KindWatches)
        {
            watch.Send(WatchEventType.Bookmark, Revision, null);
        }
    }

    /// <summary>Forgets the changes up to a revision, as etcd's compaction does: watches from before it are answered 410.</summary>
    public void Compact(long revision)
    {
        foreach (Change change in _log.Compact(revision))
        {
            _stores[change.Kind.Ordinal].Forget(change);
        }
    }

    /// <summary>Throws when a stored object was changed in place; a release build keeps no fingerprints and checks nothing.</summary>
    public void VerifyUnchanged() => _mutations.VerifyAll();

    internal KindStore StoreOf(Type kind) => _stores[Kinds.Of(kind).Ordinal];

    internal KindStore StoreOf(KindInfo kind) => _stores[kind.Ordinal];

    private ApiResult Answer(ApiVerb verb, KindInfo kind, ApiResult result)
    {
        Observer?.OnRequest(verb, kind, result.Code);
        return result;
    }

    private void SendState(KindStore store, WatchStream stream)
    {
        if (stream.Key is { } key)
        {
            if (store.Get(key) is { } obj)
            {
                stream.Send(WatchEventType.Added, RevisionOf(obj), obj);
            }
        }
        else
        {
            // In order of revision, so that the watch can be resumed from any event.
            IKubernetesObject<V1ObjectMeta>[] objects = store.List(@namespace: null);
            Array.Sort(objects, static (a, b) => RevisionOf(a).CompareTo(RevisionOf(b)));
            foreach (IKubernetesObject<V1ObjectMeta> obj in objects)
            {
                stream.Send(WatchEventType.Added, RevisionOf(obj), obj);
            }
        }
    }

    private void Replay(KindStore store, WatchStream stream, long fromRevision)
    {
        if (stream.Key is { } key)
        {
            // The changes of one object are chained backwards: the cost is what is sent, not what the log holds.
            var missed = new Stack<Change>();
            for (long revision = store.Find(key)?.LastRevision ?? 0; revision > fromRevision; revision = missed.Peek().PreviousRevision)
            {
                missed.Push(_log.At(revision));
            }

            foreach (Change change in missed)
            {
                stream.Send(change);
            }
        }
        else if (store.LastRevision > fromRevision)
        {
            for (long revision = fromRevision + 1; revision <= store.LastRevision; revision++)
            {
                Change change = _log.At(revision);
                if (change.Kind == store.Kind)
                {
                    stream.Send(change);
                }
            }
        }
    }

    private Change Commit(
        KindStore store, ObjectSlot slot, WatchEventType type, IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta> obj, long revision)
    {
        var change = new Change
        {
            Kind = store.Kind,
            Key = slot.Key,
            Type = type,
            Old = old,
            New = obj,
            Revision = revision,
            PreviousRevision = slot.LastRevision,
        };
        if (old is not null)
        {
            _mutations.Replaced(old);
        }

        store.Apply(slot, change);
        if (type != WatchEventType.Deleted)
        {
            _mutations.Stored(obj, revision);
        }

        if (_log.Append(change) is { } forgotten)
        {
            _stores[forgotten.Kind.Ordinal].Forget(forgotten);
        }

        foreach (WatchStream watch in slot.Watches)
        {
            watch.Send(change);
        }

        foreach (WatchStream watch in store.KindWatches)
        {
            watch.Send(change);
        }

        store.SendByField(change);
        GarbageCollector.OnCommit(change);
        Observer?.OnCommit(change);
        return change;
    }
}
