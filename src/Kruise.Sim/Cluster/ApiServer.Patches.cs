using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

// Writes that are computed from the stored object at the server, so that they meet no conflict: patches, and the binding of a pod.
internal sealed partial class ApiServer
{
    /// <summary>Patches spec and metadata: <paramref name="patch"/> turns the stored object into the one wanted.</summary>
    public ApiResult Patch<T>(ObjectKey key, Func<T, T> patch, string? uid = null)
        where T : class, IKubernetesObject<V1ObjectMeta> => DecidePatch(ApiVerb.Patch, key, patch, uid);

    /// <summary>Patches the status: <paramref name="patch"/> turns the stored object into one with the status wanted, and is given the newest state.</summary>
    public ApiResult PatchStatus<T>(ObjectKey key, Func<T, T> patch, string? uid = null)
        where T : class, IKubernetesObject<V1ObjectMeta> => DecidePatch(ApiVerb.PatchStatus, key, patch, uid);

    /// <summary>
    /// Assigns a pod to a node, once (registry/core/pod/storage, <c>BindingREST</c>): sets <c>spec.nodeName</c> and the condition PodScheduled.
    /// </summary>
    public ApiResult Bind(ObjectKey pod, string node, string? uid = null)
    {
        KindStore store = StoreOf(typeof(V1Pod));
        return Answer(ApiVerb.Bind, store.Kind, DecideBind(store, pod, node, uid));
    }

    private ApiResult DecidePatch<T>(ApiVerb verb, ObjectKey key, Func<T, T> patch, string? uid)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        KindStore store = StoreOf(typeof(T));
        KindInfo kind = store.Kind;
        if (store.Get(key) is not T old)
        {
            return Answer(verb, kind, ApiResult.NotFound(kind, key.Name));
        }

        if (uid is not null && uid != old.Metadata.Uid)
        {
            return Answer(verb, kind, ApiResult.Conflict(
                kind, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Metadata.Uid}"));
        }

        return Answer(verb, kind, DecideUpdate(store, patch(old), status: verb == ApiVerb.PatchStatus));
    }

    private ApiResult DecideBind(KindStore store, ObjectKey key, string node, string? uid)
    {
        KindInfo kind = store.Kind;
        ObjectSlot? slot = store.Find(key);
        if (slot?.Current is not V1Pod old)
        {
            return ApiResult.NotFound(kind, key.Name);
        }

        if (uid is not null && uid != old.Metadata.Uid)
        {
            return ApiResult.Conflict(
                kind, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Metadata.Uid}");
        }

        if (old.Metadata.DeletionTimestamp is not null)
        {
            return ApiResult.Conflict(kind, key.Name, $"pod {key.Name} is being deleted, cannot be assigned to a host");
        }

        if (!string.IsNullOrEmpty(old.Spec.NodeName))
        {
            return ApiResult.Conflict(kind, key.Name, $"pod {key.Name} is already assigned to node \"{old.Spec.NodeName}\"");
        }

        long revision = Revision + 1;
        V1PodStatus status = old.Status ?? new V1PodStatus();
        V1Pod bound = old with
        {
            Metadata = old.Metadata with { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) },
            Spec = old.Spec with { NodeName = node },
            Status = status with { Conditions = PodConditions.With(status.Conditions, "PodScheduled", "True", null, null, NowInWholeSeconds()) },
        };
        Commit(store, slot, WatchEventType.Modified, old, bound, revision);
        return ApiResult.Created(bound);
    }
}
