using System.Diagnostics.CodeAnalysis;

namespace Kruise.Live.Cluster.Events;

/// <summary>A dictionary of limited size that forgets what was used least recently. For one thread at a time.</summary>
internal sealed class LruCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = [];

    public int Count => _entries.Count;

    /// <summary>Looks a key up; that counts as a use.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value)>? node))
        {
            value = default;
            return false;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces; forgets the entry used least recently when there is no room.</summary>
    public void Set(TKey key, TValue value)
    {
        if (_entries.TryGetValue(key, out LinkedListNode<(TKey Key, TValue Value)>? node))
        {
            node.Value = (key, value);
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return;
        }

        if (_entries.Count == capacity)
        {
            _entries.Remove(_byUse.Last!.Value.Key);
            _byUse.RemoveLast();
        }

        _entries.Add(key, _byUse.AddFirst((key, value)));
    }
}
