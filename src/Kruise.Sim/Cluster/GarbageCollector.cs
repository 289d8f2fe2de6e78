using System.Runtime.InteropServices;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>
/// The garbage collector of kube-controller-manager: deletes what has lost its last owner, and carries out foreground deletion and orphaning.
/// </summary>
/// <remarks>
/// An owner reference is solid when the owner exists with that uid; dangling when it does not; waiting when the owner stays only until its dependents
/// are gone (foreground). An object with a solid owner loses its other references; one without is deleted, in the foreground when an owner waits
/// and the object has dependents of its own. References that cannot be resolved (a kind the server does not serve, a namespaced owner of a
/// cluster-scoped object) keep the object. A change costs O(its owner references); work is done one delay after the change that caused it.
/// </remarks>
internal sealed class GarbageCollector(ApiServer server, EventLoop loop, SimTime delay) : IEventTarget
{
    // client-go's default rate limiter of work queues: 5 ms doubled with every failure, at most 1,000 s.
    private static readonly SimTime FirstRetryDelay = SimTime.FromMilliseconds(5);
    private static readonly SimTime LastRetryDelay = SimTime.FromSeconds(1000);

    private readonly Dictionary<string, HashSet<Item>> _dependents = new(StringComparer.Ordinal);
    private readonly HashSet<Item> _queued = [];
    private readonly Dictionary<Item, int> _failures = [];

    private enum OwnerState
    {
        Solid,
        Dangling,
        Waiting,
        Unresolvable,
    }

    /// <summary>Takes in a change that was just committed.</summary>
    internal void OnCommit(Change change)
    {
        V1ObjectMeta metadata = change.New.Metadata;
        IList<V1OwnerReference>? before = change.Old?.Metadata.OwnerReferences;
        IList<V1OwnerReference>? after = change.Type == WatchEventType.Deleted ? null : metadata.OwnerReferences;
        if (!ReferenceEquals(before, after))
        {
            OnOwnersChanged(new Item(change.Kind, change.Key, metadata.Uid), before ?? [], after ?? []);
        }

        if (change.Type == WatchEventType.Deleted)
        {
            EnqueueDependents(metadata.Uid);
        }
        else if (metadata.DeletionTimestamp is not null && change.Old is { } old)
        {
            bool foreground = IsDeletingDependents(change.New) && !IsDeletingDependents(old);
            if (foreground)
            {
                EnqueueDependents(metadata.Uid);
            }

            if (foreground || (IsOrphaning(change.New) && !IsOrphaning(old)))
            {
                Enqueue(new Item(change.Kind, change.Key, metadata.Uid), delay);
            }
        }
    }

    void IEventTarget.OnEvent(int kind, long argument, object? state)
    {
        var item = (Item)state!;
        _queued.Remove(item);
        if (Process(item))
        {
            _failures.Remove(item);
            return;
        }

        int failures = CollectionsMarshal.GetValueRefOrAddDefault(_failures, item, out _)++;
        long backOff = FirstRetryDelay.Nanoseconds << Math.Min(failures, 30);
        Enqueue(item, SimTime.Min(new SimTime(backOff), LastRetryDelay));
    }

    private static bool IsDeletingDependents(IKubernetesObject<V1ObjectMeta> obj) => HasFinalizerWhileDeleting(obj, ObjectMetaRules.ForegroundFinalizer);

    private static bool IsOrphaning(IKubernetesObject<V1ObjectMeta> obj) => HasFinalizerWhileDeleting(obj, ObjectMetaRules.OrphanFinalizer);

    private static bool HasFinalizerWhileDeleting(IKubernetesObject<V1ObjectMeta> obj, string finalizer) =>
        obj.Metadata is { DeletionTimestamp: not null, Finalizers: { } finalizers } && finalizers.Contains(finalizer);

    private void OnOwnersChanged(Item item, IList<V1OwnerReference> before, IList<V1OwnerReference> after)
    {
        foreach (V1OwnerReference owner in before)
        {
            bool stays = after.Any(o => o.Uid == owner.Uid);
            if (!stays && _dependents.TryGetValue(owner.Uid, out HashSet<Item>? set) && set.Remove(item) && set.Count == 0)
            {
                _dependents.Remove(owner.Uid);
            }

            // An owner that waits for its dependents may have one less to wait for.
            bool unblocked = owner.BlockOwnerDeletion == true && !after.Any(o => o.Uid == owner.Uid && o.BlockOwnerDeletion == true);
            if ((!stays || unblocked) && Resolve(item, owner, out Item? waiting) == OwnerState.Waiting)
            {
                Enqueue(waiting!, delay);
            }
        }

        bool dangling = false;
        foreach (V1OwnerReference owner in after)
        {
            if (!before.Any(o => o.Uid == owner.Uid))
            {
                ref HashSet<Item>? set = ref CollectionsMarshal.GetValueRefOrAddDefault(_dependents, owner.Uid, out _);
                (set ??= []).Add(item);
                dangling |= Resolve(item, owner, out _) == OwnerState.Dangling;
            }
        }

        if (dangling)
        {
            Enqueue(item, delay);
        }
    }

    private void EnqueueDependents(string ownerUid)
    {
        foreach (Item dependent in DependentsOf(ownerUid))
        {
            Enqueue(dependent, delay);
        }
    }

    private void Enqueue(Item item, SimTime after)
    {
        if (_queued.Add(item))
        {
            loop.ScheduleAfter(after, this, 0, server.Revision, item);
        }
    }

    /// <summary>In order of kind and key: a set has none of its own.</summary>
    private Item[] DependentsOf(string ownerUid)
    {
        if (!_dependents.TryGetValue(ownerUid, out HashSet<Item>? set))
        {
            return [];
        }

        Item[] items = [.. set];
        Array.Sort(items, static (a, b) => a.Kind.Ordinal != b.Kind.Ordinal ? a.Kind.Ordinal.CompareTo(b.Kind.Ordinal) : a.Key.CompareTo(b.Key));
        return items;
    }

    private IKubernetesObject<V1ObjectMeta>? Find(Item item) =>
        server.StoreOf(item.Kind).Get(item.Key) is { } obj && obj.Metadata.Uid == item.Uid ? obj : null;

    private OwnerState Resolve(Item dependent, V1OwnerReference reference, out Item? owner)
    {
        owner = null;
        if (!server.Kinds.TryFind(reference.ApiVersion, reference.Kind, out KindInfo? kind)
            || (kind.Scope == KindScope.Namespaced && dependent.Kind.Scope == KindScope.Cluster))
        {
            return OwnerState.Unresolvable;
        }

        owner = new Item(kind, new ObjectKey(kind.Scope == KindScope.Cluster ? "" : dependent.Key.Namespace, reference.Name), reference.Uid);
        return Find(owner) is not { } obj ? OwnerState.Dangling
            : IsDeletingDependents(obj) ? OwnerState.Waiting
            : OwnerState.Solid;
    }

    /// <summary>Does what an object needs; false when a write failed and has to be tried again.</summary>
    private bool Process(Item item)
    {
        if (Find(item) is not { } obj)
        {
            return true;
        }

        if (obj.Metadata.DeletionTimestamp is not null)
        {
            return IsOrphaning(obj) ? OrphanDependents(item) : !IsDeletingDependents(obj) || ContinueForegroundDeletion(item, obj);
        }

        int solid = 0;
        int waiting = 0;
        var lost = new List<V1OwnerReference>();
        foreach (V1OwnerReference reference in obj.Metadata.OwnerReferences ?? [])
        {
            switch (Resolve(item, reference, out _))
            {
                case OwnerState.Unresolvable:
                    return true;
                case OwnerState.Solid:
                    solid++;
                    break;
                case OwnerState.Waiting:
                    waiting++;
                    lost.Add(reference);
                    break;
                default:
                    lost.Add(reference);
                    break;
            }
        }

        if (lost.Count == 0)
        {
            return true;
        }

        if (solid > 0)
        {
            return Write(item, obj.Metadata with { OwnerReferences = [.. obj.Metadata.OwnerReferences!.Where(r => !lost.Contains(r))] });
        }

        return waiting > 0 && DependentsOf(item.Uid) is { Length: > 0 } dependents
            ? UnblockIfInCircle(item, obj, dependents) && Delete(item, Propagation.Foreground)
            : Delete(item, FromFinalizers(obj.Metadata.Finalizers));
    }

    private static Propagation FromFinalizers(IList<string>? finalizers) =>
        finalizers is null ? Propagation.Background
        : finalizers.Contains(ObjectMetaRules.OrphanFinalizer) ? Propagation.Orphan
        : finalizers.Contains(ObjectMetaRules.ForegroundFinalizer) ? Propagation.Foreground
        : Propagation.Background;

    /// <summary>Objects that own each other would wait for each other: the one whose dependents already wait stops blocking its owners.</summary>
    private bool UnblockIfInCircle(Item item, IKubernetesObject<V1ObjectMeta> obj, Item[] dependents)
    {
        if (!Array.Exists(dependents, d => Find(d) is { } dependent && IsDeletingDependents(dependent)))
        {
            return true;
        }

        return Write(item, obj.Metadata with
        {
            OwnerReferences = [.. obj.Metadata.OwnerReferences.Select(r => r.BlockOwnerDeletion == true ? r with { BlockOwnerDeletion = false } : r)],
        });
    }

    private bool ContinueForegroundDeletion(Item item, IKubernetesObject<V1ObjectMeta> obj)
    {
        bool blocked = false;
        foreach (Item dependent in DependentsOf(item.Uid))
        {
            if (Find(dependent) is { } d && d.Metadata.OwnerReferences.Any(r => r.Uid == item.Uid && r.BlockOwnerDeletion == true))
            {
                blocked = true;
                if (!IsDeletingDependents(d))
                {
                    Enqueue(dependent, delay);
                }
            }
        }

        return blocked || RemoveFinalizer(item, obj, ObjectMetaRules.ForegroundFinalizer);
    }

    private bool OrphanDependents(Item item)
    {
        bool done = true;
        foreach (Item dependent in DependentsOf(item.Uid))
        {
            if (Find(dependent) is { } d)
            {
                done &= Write(dependent, d.Metadata with { OwnerReferences = [.. d.Metadata.OwnerReferences.Where(r => r.Uid != item.Uid)] });
            }
        }

        return done && (Find(item) is not { } obj || RemoveFinalizer(item, obj, ObjectMetaRules.OrphanFinalizer));
    }

    private bool RemoveFinalizer(Item item, IKubernetesObject<V1ObjectMeta> obj, string finalizer) =>
        Write(item, obj.Metadata with { Finalizers = [.. obj.Metadata.Finalizers.Where(f => f != finalizer)] });

    private bool Write(Item item, V1ObjectMeta metadata) =>
        server.Update(item.Kind.WithMetadata(server.StoreOf(item.Kind).Get(item.Key)!, metadata)) is { Succeeded: true } or { IsNotFound: true };

    private bool Delete(Item item, Propagation propagation) =>
        server.Delete(item.Kind.Type, item.Key, new DeleteOptions(item.Uid, Propagation: propagation)) is { Succeeded: true } or { IsNotFound: true };

    /// <summary>An object by identity: another one under the same name is not the same.</summary>
    private sealed record Item(KindInfo Kind, ObjectKey Key, string Uid);
}
