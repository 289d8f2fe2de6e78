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
    private readonly Dictionary<string, FieldGroup> _fields = new(StringComparer.Ordinal);
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
        if (Kind.HasField)
        {
            MoveBetweenFields(slot, change);
        }
    }

    /// <summary>The objects whose field has a value, ordered by key.</summary>
    public IEnumerable<ObjectSlot> WithField(string value) => _fields.TryGetValue(value, out FieldGroup? group) ? group.Slots : [];

    /// <summary>Tells the watches of the field's value before a change and after it.</summary>
    public void SendByField(Change change)
    {
        if (!Kind.HasField)
        {
            return;
        }

        string? before = change.Old is null ? null : Kind.FieldOf(change.Old);
        string? after = Kind.FieldOf(change.New);
        if (before is not null && before != after && _fields.TryGetValue(before, out FieldGroup? left))
        {
            foreach (WatchStream watch in left.Watches)
            {
                watch.Send(new Change
                {
                    Kind = change.Kind,
                    Key = change.Key,
                    Type = WatchEventType.Deleted,
                    Old = change.Old,
                    New = change.New,
                    Revision = change.Revision,
                    PreviousRevision = change.PreviousRevision,
                });
            }
        }

        if (after is not null && _fields.TryGetValue(after, out FieldGroup? group))
        {
            foreach (WatchStream watch in group.Watches)
            {
                if (before == after)
                {
                    watch.Send(change);
                }
                else
                {
                    watch.Send(WatchEventType.Added, change.Revision, change.New);
                }
            }
        }
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
        else if (watch.Field is { } field)
        {
            Group(field).Watches.Add(watch);
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
        else if (watch.Field is { } field)
        {
            Group(field).Watches.Remove(watch);
        }
        else
        {
            _watches.Remove(watch);
        }
    }

    private void MoveBetweenFields(ObjectSlot slot, Change change)
    {
        string? before = change.Old is null ? null : Kind.FieldOf(change.Old);
        string? after = slot.Current is null ? null : Kind.FieldOf(slot.Current);
        if (before == after)
        {
            return;
        }

        if (before is not null)
        {
            Group(before).Slots.Remove(slot);
        }

        if (after is not null)
        {
            Group(after).Slots.Add(slot);
        }
    }

    private FieldGroup Group(string value)
    {
        ref FieldGroup? group = ref CollectionsMarshal.GetValueRefOrAddDefault(_fields, value, out _);
        return group ??= new FieldGroup();
    }

    private void RemoveIfUnused(ObjectSlot slot)
    {
        if (slot.Current is null && slot.Watches.Length == 0 && slot.LastRevision <= log.Compacted)
        {
            _slots.Remove(slot.Key);
        }
    }
}

/// <summary>The objects whose field has one value, ordered by key, and who watches them.</summary>
internal sealed class FieldGroup
{
    public SortedSet<ObjectSlot> Slots { get; } = new(Comparer<ObjectSlot>.Create(static (a, b) => a.Key.CompareTo(b.Key)));

    public List<WatchStream> Watches { get; } = [];
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
