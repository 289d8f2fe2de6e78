using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kruise.Core.Reconciling;

/// <summary>
/// The objects that a world's watches have delivered, and the view that reconcilers read. It is fed one change at a time, per kind in the
/// order of the watch, and keeps its indexes up to date before it returns. Get and update cost O(1); adding or removing costs O(1) until
/// a list is asked for, which then merges the newcomers into the order it kept. A list that was handed out keeps its members and shows
/// their newest states. Not safe for use by several threads at a time: a world with real workers must not apply changes while one reads.
/// </summary>
public sealed class ObjectCache : IClusterView
{
    private readonly Dictionary<Type, KindStore> _kinds = [];
    private readonly Dictionary<Type, IViewIndex> _indexesByType = [];
    private readonly List<IViewIndex> _indexes = [];
    private readonly MutationDetector? _mutations;

    /// <summary>An empty cache.</summary>
    /// <param name="indexes">Makers of the indexes that the reconcilers read (<see cref="IReconciler.Indexes"/>); of each type the first one counts.</param>
    /// <param name="fingerprintEvery">
    /// Every how many stored objects one is fingerprinted, so that a change in place is found when it is replaced or removed, or by
    /// <see cref="VerifyUnchanged"/>; 1 for all, 0 for none.
    /// </param>
    /// <param name="write">Writes an object as JSON for its fingerprint; by reflection when null.</param>
    public ObjectCache(
        IEnumerable<Func<IViewIndex>> indexes, int fingerprintEvery = MutationDetector.DefaultEvery, Action<Utf8JsonWriter, object>? write = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fingerprintEvery);
        foreach (Func<IViewIndex> make in indexes)
        {
            IViewIndex index = make();
            if (_indexesByType.TryAdd(index.GetType(), index))
            {
                _indexes.Add(index);
            }
        }

        _mutations = fingerprintEvery > 0 ? new MutationDetector(fingerprintEvery, write ?? WriteByReflection) : null;
    }

    /// <inheritdoc/>
    public T? Get<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        _kinds.TryGetValue(typeof(T), out KindStore? kind) ? (T?)kind.Find(key)?.Object : null;

    /// <inheritdoc/>
    public IKubernetesObject<V1ObjectMeta>? Find(Type kind, ObjectKey key) =>
        _kinds.TryGetValue(kind, out KindStore? store) ? store.Find(key)?.Object : null;

    /// <inheritdoc/>
    public IReadOnlyList<T> List<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        _kinds.TryGetValue(typeof(T), out KindStore? kind) ? kind.List<T>() : [];

    /// <inheritdoc/>
    public TIndex Index<TIndex>()
        where TIndex : class, IViewIndex =>
        _indexesByType.TryGetValue(typeof(TIndex), out IViewIndex? index)
            ? (TIndex)index
            : throw new InvalidOperationException($"No reconciler asked for the index {typeof(TIndex).Name}.");

    /// <summary>All cached objects of a kind that is known at run time only, ordered by key (ordinal).</summary>
    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> List(Type kind) =>
        _kinds.TryGetValue(kind, out KindStore? store) ? store.List<IKubernetesObject<V1ObjectMeta>>() : [];

    /// <summary>How many objects of a kind are held.</summary>
    public int Count(Type kind) => _kinds.TryGetValue(kind, out KindStore? store) ? store.Count : 0;

    /// <summary>The highest resourceVersion seen of a kind, of objects, deletions and bookmarks; 0 when none was seen.</summary>
    public long ObservedRevision(Type kind) => _kinds.TryGetValue(kind, out KindStore? store) ? store.Observed : 0;

    /// <summary>Takes note that the kind's watch has come to a resourceVersion without a change of an object (a bookmark, or a list).</summary>
    public void Observe(Type kind, long revision)
    {
        KindStore store = Kind(kind);
        store.Observed = Math.Max(store.Observed, revision);
    }

    /// <summary>
    /// Takes in an added or modified object. Returns whether it was news, with the change that reconcilers are to hear of; an object whose
    /// resourceVersion is not above that of the one held is ignored. An object without resourceVersion always counts as news.
    /// </summary>
    /// <exception cref="ArgumentException">The resourceVersion is not a number.</exception>
    public bool Store(IKubernetesObject<V1ObjectMeta> obj, out ObjectChange change)
    {
        KindStore kind = Kind(obj.GetType());
        long revision = RevisionOf(obj);
        kind.Observed = Math.Max(kind.Observed, revision);

        ObjectKey key = ObjectKey.Of(obj);
        CacheEntry? entry = kind.Find(key);
        IKubernetesObject<V1ObjectMeta>? old = entry?.Object;
        if (entry is null)
        {
            entry = kind.Add(key, obj);
        }
        else if (revision != 0 && revision <= entry.Revision)
        {
            change = default;
            return false;
        }

        _mutations?.Verify(entry);
        entry.Object = obj;
        entry.Revision = revision;
        _mutations?.Remember(entry);
        change = new ObjectChange(old, obj);
        Tell(change);
        return true;
    }

    /// <summary>
    /// Takes in a deletion. Returns whether the object was held, with the change that reconcilers are to hear of. A deletion whose
    /// <paramref name="revision"/> is below the resourceVersion held is ignored: the object has been created again since.
    /// </summary>
    public bool Delete(Type kind, ObjectKey key, long revision, out ObjectChange change)
    {
        KindStore store = Kind(kind);
        store.Observed = Math.Max(store.Observed, revision);
        CacheEntry? entry = store.Find(key);
        if (entry is null || revision < entry.Revision)
        {
            change = default;
            return false;
        }

        _mutations?.Verify(entry);
        store.Remove(entry);
        change = new ObjectChange(entry.Object, null);
        Tell(change);
        return true;
    }

    /// <summary>Checks every fingerprinted object that is held.</summary>
    /// <exception cref="InvalidOperationException">An object was changed in place; the message names its kind and key.</exception>
    public void VerifyUnchanged()
    {
        foreach (KindStore kind in _kinds.Values)
        {
            foreach (CacheEntry entry in kind.Sorted())
            {
                _mutations?.Verify(entry);
            }
        }
    }

    /// <summary>The resourceVersion of an object as a number; 0 when it carries none.</summary>
    /// <exception cref="ArgumentException">The resourceVersion is not a number.</exception>
    public static long RevisionOf(IKubernetesObject<V1ObjectMeta> obj)
    {
        string? text = obj.Metadata.ResourceVersion;
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : throw new ArgumentException($"{obj.GetType().Name} {ObjectKey.Of(obj)} has the resourceVersion '{text}', which is not a number.", nameof(obj));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A world that is compiled ahead of time says how its objects are written.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "A world that is compiled ahead of time says how its objects are written.")]
    private static void WriteByReflection(Utf8JsonWriter writer, object obj) => JsonSerializer.Serialize(writer, obj, obj.GetType());

    private KindStore Kind(Type type)
    {
        if (!_kinds.TryGetValue(type, out KindStore? kind))
        {
            _kinds.Add(type, kind = new KindStore());
        }

        return kind;
    }

    private void Tell(in ObjectChange change)
    {
        foreach (IViewIndex index in _indexes)
        {
            index.OnChange(change);
        }
    }
}
