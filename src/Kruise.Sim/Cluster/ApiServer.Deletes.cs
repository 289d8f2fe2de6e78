using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

// Deletion: at once, marked while finalizers hold, or in two steps with grace (apiserver's registry/rest/delete.go and registry/generic/registry/store.go).
internal sealed partial class ApiServer
{
    /// <summary>Deletes an object, or marks it for deletion while it has finalizers or grace.</summary>
    public ApiResult Delete(Type kind, ObjectKey key, DeleteOptions options = default)
    {
        KindStore store = StoreOf(kind);
        return Answer(ApiVerb.Delete, store.Kind, DecideDelete(store, key, options));
    }

    private ApiResult DecideDelete(KindStore store, ObjectKey key, DeleteOptions options)
    {
        KindInfo kind = store.Kind;
        ObjectSlot? slot = store.Find(key);
        if (slot?.Current is not { } old)
        {
            return ApiResult.NotFound(kind, key.Name);
        }

        V1ObjectMeta metadata = old.Metadata;
        if (options.Uid is { } uid && uid != metadata.Uid)
        {
            return ApiResult.Conflict(
                kind, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {metadata.Uid}");
        }

        if (options.Revision is { } wanted && wanted != RevisionOf(old))
        {
            return ApiResult.Conflict(
                kind, key.Name, $"Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {metadata.ResourceVersion}");
        }

        IList<string>? finalizers = ObjectMetaRules.FinalizersForDeletion(metadata.Finalizers, options.Propagation);
        bool held = finalizers is { Count: > 0 };
        Grace grace = GraceFor(kind, old, options.GraceSeconds);
        if (grace.Pending)
        {
            // It goes when its grace is over; asking again for as much grace, or more, changes nothing.
            return ApiResult.Ok(old);
        }

        if (grace.Seconds is { } seconds)
        {
            V1ObjectMeta marked = Marked(metadata, finalizers, grace.From.AddSeconds(seconds), seconds);
            old = Store(store, slot, old, marked);
            if (seconds > 0 || held)
            {
                return ApiResult.Ok(old);
            }

            return ApiResult.Ok(CommitDeletion(store, slot, old, Revision + 1));
        }

        if (!held)
        {
            return ApiResult.Ok(CommitDeletion(store, slot, old, Revision + 1));
        }

        bool first = metadata.DeletionTimestamp is null;
        if (!first && ObjectMetaRules.SameFinalizers(metadata.Finalizers, finalizers))
        {
            return ApiResult.Ok(old);
        }

        return ApiResult.Ok(Store(store, slot, old, first
            ? Marked(metadata, finalizers, NowInWholeSeconds(), 0)
            : metadata with { Finalizers = finalizers }));
    }

    private Grace GraceFor(KindInfo kind, IKubernetesObject<V1ObjectMeta> obj, long? asked)
    {
        V1ObjectMeta metadata = obj.Metadata;
        if (kind.GraceOf(obj, asked) is not { } seconds)
        {
            return default;
        }

        if (metadata.DeletionTimestamp is not { } at)
        {
            return new Grace(seconds, NowInWholeSeconds(), Pending: false);
        }

        if (metadata.DeletionGracePeriodSeconds is not { } left || left == 0)
        {
            return default;
        }

        return asked is { } shorter && shorter < left
            ? new Grace(shorter, at.AddSeconds(-left), Pending: false)
            : new Grace(null, default, Pending: true);
    }

    private static V1ObjectMeta Marked(V1ObjectMeta metadata, IList<string>? finalizers, DateTime at, long graceSeconds) => metadata with
    {
        Finalizers = finalizers,
        DeletionTimestamp = at,
        DeletionGracePeriodSeconds = graceSeconds,
        Generation = metadata is { DeletionTimestamp: null, Generation: > 0 } ? metadata.Generation + 1 : metadata.Generation,
    };

    private IKubernetesObject<V1ObjectMeta> Store(KindStore store, ObjectSlot slot, IKubernetesObject<V1ObjectMeta> old, V1ObjectMeta metadata)
    {
        long revision = Revision + 1;
        IKubernetesObject<V1ObjectMeta> stored = store.Kind.WithMetadata(
            old, metadata with { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) });
        Commit(store, slot, WatchEventType.Modified, old, stored, revision);
        return stored;
    }

    private IKubernetesObject<V1ObjectMeta> CommitDeletion(KindStore store, ObjectSlot slot, IKubernetesObject<V1ObjectMeta> old, long revision)
    {
        IKubernetesObject<V1ObjectMeta> last = store.Kind.WithMetadata(
            old, old.Metadata with { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) });
        Commit(store, slot, WatchEventType.Deleted, old, last, revision);
        return last;
    }

    /// <summary>The grace of one deletion: seconds from a moment, none (nothing to write before the object goes), or that of an earlier deletion, which runs
    /// on.</summary>
    private readonly record struct Grace(long? Seconds, DateTime From, bool Pending);
}
