using System.Collections;
using k8s;
using k8s.Models;

namespace Kruise.Core.Reconciling;

/// <summary>A cached object and what the cache knows about it.</summary>
internal sealed class CacheEntry(ObjectKey key, IKubernetesObject<V1ObjectMeta> obj)
{
    public ObjectKey Key { get; } = key;

    public IKubernetesObject<V1ObjectMeta> Object { get; set; } = obj;

    public long Revision { get; set; }

    /// <summary>Taken when the object was stored; null when it was not sampled.</summary>
    public ulong? Fingerprint { get; set; }

    public bool Removed { get; set; }
}

/// <summary>
/// The cached objects of one kind: by key, and in key order. The order is an array that updates do not touch (it holds entries, not
/// objects); newcomers gather beside it and are sorted and merged in, and the removed left out, when the order is next asked for.
/// </summary>
internal sealed class KindStore
{
    private readonly Dictionary<ObjectKey, CacheEntry> _entries = [];
    private readonly List<CacheEntry> _newcomers = [];
    private CacheEntry[] _sorted = [];
    private bool _someRemoved;
    private object? _list;

    public int Count => _entries.Count;

    public long Observed { get; set; }

    public CacheEntry? Find(ObjectKey key) => _entries.GetValueOrDefault(key);

    public CacheEntry Add(ObjectKey key, IKubernetesObject<V1ObjectMeta> obj)
    {
        var entry = new CacheEntry(key, obj);
        _entries.Add(key, entry);
        _newcomers.Add(entry);
        return entry;
    }

    public void Remove(CacheEntry entry)
    {
        _entries.Remove(entry.Key);
        entry.Removed = true;
        _someRemoved = true;
    }

    public IReadOnlyList<T> List<T>()
        where T : class
    {
        CacheEntry[] sorted = Sorted();
        if (_list is not EntryList<T> list || !ReferenceEquals(list.Entries, sorted))
        {
            _list = list = new EntryList<T>(sorted);
        }

        return list;
    }

    public CacheEntry[] Sorted()
    {
        if (_newcomers.Count == 0 && !_someRemoved)
        {
            return _sorted;
        }

        _newcomers.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        var merged = new CacheEntry[_entries.Count];
        int count = 0, next = 0;
        foreach (CacheEntry entry in _sorted)
        {
            if (entry.Removed)
            {
                continue;
            }

            while (next < _newcomers.Count && _newcomers[next].Key < entry.Key)
            {
                count = Append(merged, count, _newcomers[next++]);
            }

            merged[count++] = entry;
        }

        while (next < _newcomers.Count)
        {
            count = Append(merged, count, _newcomers[next++]);
        }

        _newcomers.Clear();
        _someRemoved = false;
        return _sorted = merged;
    }

    private static int Append(CacheEntry[] merged, int count, CacheEntry entry)
    {
        if (entry.Removed)
        {
            return count;
        }

        merged[count] = entry;
        return count + 1;
    }

    private sealed class EntryList<T>(CacheEntry[] entries) : IReadOnlyList<T>
        where T : class
    {
        public CacheEntry[] Entries => entries;

        public int Count => entries.Length;

        public T this[int index] => (T)entries[index].Object;

        public IEnumerator<T> GetEnumerator()
        {
            foreach (CacheEntry entry in entries)
            {
                yield return (T)entry.Object;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
