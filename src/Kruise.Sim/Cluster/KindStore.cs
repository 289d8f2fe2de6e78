using System.Runtime.InteropServices;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

/// <summary>The objects of one kind, and who watches them.</summary>
internal sealed class KindStore(KindInfo kind, ChangeLog log)
{
    private readonly Dictionary<ObjectKey, ObjectSlot> _slots = [];
    private readonly List<WatchStream> _watches = [];
    private ObjectSlot[]? _sorted;

    public KindInfo Kind { get; } = kind;

    public int Count { get; private set; }

    /// <summary>The revision of the newest change of the kind.</summary>
    public long LastRevision { get; private set; }

    public IReadOnlyList<WatchStream> KindWatches => _watches;

    public ObjectSlot? Find(ObjectKey key) => _slots.GetValueOrDefault(key);

    public IKubernetesObject<V1ObjectMeta>? Get(ObjectKey key) => Find(key)?.Current;

    public ObjectSlot FindOrAdd(ObjectKey key)
    {
        ref ObjectSlot? slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, key, out _);
        return slot ??= new ObjectSlot(key);
    }

    /// <summary>Puts a change into effect; the slot's object is the one before.</summary>
    public void Apply(ObjectSlot slot, Change change)
    {
        switch (change.Type)
        {
            case WatchEventType.Added:
                slot.Current = change.New;
                Count++;
                _sorted = null;
                break;
            case WatchEventType.Deleted:
                slot.Current = null;
                Count--;
                _sorted = null;
                break;
            default:
                slot.Current = change.New;
                break;
        }

        slot.LastRevision = change.Revision;
        LastRevision = change.Revision;
    }

    /// <summary>Called when the log forgets a change: what is gone and watched by nobody needs no slot any more.</summary>
    public void Forget(Change change)
    {
        if (change.Type == WatchEventType.Deleted && Find(change.Key) is { } slot)
        {
            RemoveIfUnused(slot);
        }
    }

    /// <summary>The objects ordered by key.</summary>
    public IKubernetesObject<V1ObjectMeta>[] List(string? @namespace)
    {
        if (_sorted is null)
        {
            _sorted = new ObjectSlot[Count];
            int n = 0;
            foreach (ObjectSlot slot in _slots.Values)
            {
                if (slot.Current is not null)
                {
                    _sorted[n++] = slot;
                }
            }

            Array.Sort(_sorted, static (a, b) => a.Key.CompareTo(b.Key));
        }

        return @namespace is null
            ? Array.ConvertAll(_sorted, static slot => slot.Current!)
            : [.. _sorted.Where(slot => slot.Key.Namespace == @namespace).Select(slot => slot.Current!)];
    }

    public void Add(WatchStream watch)
    {
        if (watch.Key is { } key)
        {
            ObjectSlot slot = FindOrAdd(key);
            slot.Watches = [.. slot.Watches, watch];
        }
        else
        {
            _watches.Add(watch);
        }
    }

    public void Remove(WatchStream watch)
    {
        if (watch.Key is { } key)
        {
            ObjectSlot slot = FindOrAdd(key);
            slot.Watches = Array.FindAll(slot.Watches, w => w != watch);
            RemoveIfUnused(slot);
        }
        else
        {
            _watches.Remove(watch);
        }
    }

    private void RemoveIfUnused(ObjectSlot slot)
    {
        if (slot.Current is null && slot.Watches.Length == 0 && slot.LastRevision <= log.Compacted)
        {
            _slots.Remove(slot.Key);
        }
    }
}

/// <summary>The place of one key: its object while it exists, and its own watches.</summary>
internal sealed class ObjectSlot(ObjectKey key)
{
    public ObjectKey Key { get; } = key;

    public IKubernetesObject<V1ObjectMeta>? Current { get; set; }

    /// <summary>The revision of the newest change; stays after a deletion while the log remembers it.</summary>
    public long LastRevision { get; set; }

    public WatchStream[] Watches { get; set; } = [];
}
