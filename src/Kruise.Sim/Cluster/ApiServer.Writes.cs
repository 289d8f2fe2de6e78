using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

// The write verbs. Order of checks as in kube-apiserver's generic registry: existence, resourceVersion, admission, validation, no-op.
internal sealed partial class ApiServer
{
    /// <summary>kube-apiserver draws another generated name when the first is taken, at most this often (KEP-4420).</summary>
    private const int GenerateNameAttempts = 8;

    /// <summary>Creates an object under its name, or under a name made from its generateName.</summary>
    public ApiResult Create(IKubernetesObject<V1ObjectMeta> obj)
    {
        KindStore store = StoreOf(obj.GetType());
        return Answer(ApiVerb.Create, store.Kind, DecideCreate(store, obj));
    }

    /// <summary>Replaces spec and metadata; the status goes unread where it is a subresource.</summary>
    public ApiResult Update(IKubernetesObject<V1ObjectMeta> obj)
    {
        KindStore store = StoreOf(obj.GetType());
        return Answer(ApiVerb.Update, store.Kind, DecideUpdate(store, obj, status: false));
    }

    /// <summary>Replaces the status; everything else goes unread (labels and annotations of built-in kinds excepted).</summary>
    public ApiResult UpdateStatus(IKubernetesObject<V1ObjectMeta> obj)
    {
        KindStore store = StoreOf(obj.GetType());
        ApiResult result = store.Kind.HasStatusSubresource
            ? DecideUpdate(store, obj, status: true)
            : ApiResult.Failure(404, ApiReason.NotFound, "the server could not find the requested resource");
        return Answer(ApiVerb.UpdateStatus, store.Kind, result);
    }

    /// <summary>What is checked before admission; <paramref name="wanted"/> is what admission sees.</summary>
    internal static ApiResult? OpenCreate(KindInfo kind, IKubernetesObject<V1ObjectMeta> obj, out IKubernetesObject<V1ObjectMeta> wanted)
    {
        wanted = obj;
        V1ObjectMeta given = obj.Metadata;
        if (!string.IsNullOrEmpty(given.ResourceVersion) && given.ResourceVersion != "0")
        {
            return ApiResult.Failure(500, ApiReason.None, "resourceVersion should not be set on objects to be created");
        }

        if (kind.Scope == KindScope.Namespaced && string.IsNullOrEmpty(given.NamespaceProperty))
        {
            // Without a namespace there is no such path to post to.
            return ApiResult.Failure(404, ApiReason.NotFound, "the server could not find the requested resource");
        }

        wanted = PrepareForCreate(kind, kind.Defaulted(obj));
        return null;
    }

    private ApiResult DecideCreate(KindStore store, IKubernetesObject<V1ObjectMeta> obj) =>
        OpenCreate(store.Kind, obj, out IKubernetesObject<V1ObjectMeta> wanted)
        ?? Admit(AdmissionOperation.Create, store.Kind, null, ref wanted, out bool changed)
        ?? CommitCreate(store, wanted, changed);

    /// <summary>What is checked after admission, and the commit. What admission changed gets defaults once more, as a real server gives them after every webhook.</summary>
    internal ApiResult CommitCreate(KindStore store, IKubernetesObject<V1ObjectMeta> wanted, bool changed)
    {
        KindInfo kind = store.Kind;
        if (changed)
        {
            wanted = PrepareForCreate(kind, kind.Defaulted(wanted));
        }

        V1ObjectMeta metadata = wanted.Metadata;
        bool generated = string.IsNullOrEmpty(metadata.Name) && !string.IsNullOrEmpty(metadata.GenerateName);
        for (int attempt = 1; ; attempt++)
        {
            if (generated)
            {
                metadata = metadata with { Name = ObjectName.Generate(metadata.GenerateName, _names) };
            }

            if (ObjectMetaRules.FirstProblem(metadata) is { } problem)
            {
                return ApiResult.Invalid(kind, metadata.Name ?? "", problem);
            }

            ObjectKey key = kind.KeyOf(metadata);
            ObjectSlot slot = store.FindOrAdd(key);
            if (slot.Current is null)
            {
                long revision = Revision + 1;
                IKubernetesObject<V1ObjectMeta> stored = kind.WithMetadata(wanted, metadata with
                {
                    Uid = NextUid(),
                    CreationTimestamp = NowInWholeSeconds(),
                    ResourceVersion = revision.ToString(CultureInfo.InvariantCulture),
                });
                Commit(store, slot, WatchEventType.Added, null, stored, revision);
                return ApiResult.Created(stored);
            }

            if (!generated || attempt == GenerateNameAttempts)
            {
                return ApiResult.Failure(409, ApiReason.AlreadyExists, $"{kind.Plural} \"{key.Name}\" already exists");
            }
        }
    }

    private static IKubernetesObject<V1ObjectMeta> PrepareForCreate(KindInfo kind, IKubernetesObject<V1ObjectMeta> obj)
    {
        V1ObjectMeta metadata = ObjectMetaRules.ForCreate(obj.Metadata, kind);
        return kind.HasStatusSubresource && !kind.CreateKeepsStatus
            ? kind.WithStatusOf(obj, null, metadata)
            : kind.WithMetadata(obj, metadata);
    }

    private static IKubernetesObject<V1ObjectMeta> PrepareForUpdate(KindInfo kind, IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> obj)
    {
        V1ObjectMeta metadata = ObjectMetaRules.ForUpdate(old.Metadata, obj.Metadata);
        return kind.HasStatusSubresource ? kind.WithStatusOf(obj, old, metadata) : kind.WithMetadata(obj, metadata);
    }

    private static IKubernetesObject<V1ObjectMeta> PrepareForStatusUpdate(
        KindInfo kind, IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> obj) =>
        kind.WithStatusOf(old, obj, kind.StatusUpdateWritesMetadata ? ObjectMetaRules.ForUpdate(old.Metadata, obj.Metadata) : old.Metadata);

    /// <summary>What is checked before admission; <paramref name="wanted"/> is what admission sees, and <paramref name="old"/> what it is compared with.</summary>
    internal static ApiResult? OpenUpdate(
        KindStore store,
        IKubernetesObject<V1ObjectMeta> obj,
        bool status,
        out IKubernetesObject<V1ObjectMeta> old,
        out IKubernetesObject<V1ObjectMeta> wanted)
    {
        KindInfo kind = store.Kind;
        V1ObjectMeta given = obj.Metadata;
        ObjectKey key = kind.KeyOf(given);
        old = wanted = obj;
        if (store.Get(key) is not { } stored)
        {
            return ApiResult.NotFound(kind, key.Name);
        }

        old = stored;
        V1ObjectMeta oldMetadata = old.Metadata;
        if (!string.IsNullOrEmpty(given.Uid) && given.Uid != oldMetadata.Uid)
        {
            return ApiResult.Conflict(
                kind, key.Name, $"Precondition failed: UID in precondition: {given.Uid}, UID in object meta: {oldMetadata.Uid}");
        }

        if (string.IsNullOrEmpty(given.ResourceVersion) || given.ResourceVersion == "0")
        {
            if (!kind.AllowsUnconditionalUpdate)
            {
                return ApiResult.Invalid(kind, key.Name, "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
            }
        }
        else if (given.ResourceVersion != oldMetadata.ResourceVersion)
        {
            return ApiResult.Conflict(
                kind, key.Name, "the object has been modified; please apply your changes to the latest version and try again");
        }

        wanted = status ? PrepareForStatusUpdate(kind, old, obj) : PrepareForUpdate(kind, old, kind.Defaulted(obj));
        return null;
    }

    private ApiResult DecideUpdate(KindStore store, IKubernetesObject<V1ObjectMeta> obj, bool status)
    {
        if (OpenUpdate(store, obj, status, out IKubernetesObject<V1ObjectMeta> old, out IKubernetesObject<V1ObjectMeta> wanted) is { } refusal)
        {
            return refusal;
        }

        bool changed = false;
        return (status ? null : Admit(AdmissionOperation.Update, store.Kind, old, ref wanted, out changed))
            ?? CommitUpdate(store, old, wanted, status, changed);
    }

    /// <summary>What is checked after admission, and the commit; <paramref name="old"/> is what is stored still.</summary>
    internal ApiResult CommitUpdate(KindStore store, IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> wanted, bool status, bool changed)
    {
        KindInfo kind = store.Kind;
        V1ObjectMeta oldMetadata = old.Metadata;
        ObjectKey key = kind.KeyOf(oldMetadata);
        ObjectSlot slot = store.Find(key)!;
        if (changed)
        {
            wanted = PrepareForUpdate(kind, old, kind.Defaulted(wanted));
        }

        V1ObjectMeta metadata = wanted.Metadata;
        if (ObjectMetaRules.FirstProblem(metadata) is { } problem)
        {
            return ApiResult.Invalid(kind, key.Name, problem);
        }

        if ((ObjectMetaRules.FirstProblemOfUpdate(oldMetadata, metadata) ?? kind.ProblemOfUpdate(old, wanted)) is { } change)
        {
            return ApiResult.Invalid(kind, key.Name, change);
        }

        bool sameSpec = status || kind.SameSpec(old, wanted);
        bool sameStatus = (!status && kind.HasStatusSubresource) || kind.SameStatus(old, wanted);
        if (sameSpec && sameStatus && ObjectMetaRules.Same(oldMetadata, metadata))
        {
            return ApiResult.Ok(old);
        }

        bool counts = kind.CountsGeneration && !(sameSpec && (sameStatus || kind.HasStatusSubresource));
        metadata = metadata with { Generation = counts ? oldMetadata.Generation + 1 : oldMetadata.Generation };
        long revision = Revision + 1;
        if (oldMetadata is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: null or 0 } && metadata.Finalizers is null or { Count: 0 })
        {
            // The last finalizer went, and the object with it: watches hear of its last stored state, the caller gets back what it sent.
            CommitDeletion(store, slot, old, revision);
            return ApiResult.Ok(kind.WithMetadata(wanted, metadata));
        }

        IKubernetesObject<V1ObjectMeta> stored = kind.WithMetadata(
            wanted, metadata with { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) });
        Commit(store, slot, WatchEventType.Modified, old, stored, revision);
        return ApiResult.Ok(stored);
    }

    private ApiResult? Admit(
        AdmissionOperation operation, KindInfo kind, IKubernetesObject<V1ObjectMeta>? old, ref IKubernetesObject<V1ObjectMeta> obj, out bool changed)
    {
        changed = false;
        if (Admission is null)
        {
            return null;
        }

        AdmissionOutcome outcome = Admission.Admit(new AdmissionInput(operation, kind, old, obj));
        if (outcome.Object is null)
        {
            return ApiResult.Failure(outcome.Code, outcome.Reason, outcome.Message ?? "denied by admission");
        }

        changed = !ReferenceEquals(obj, outcome.Object);
        obj = outcome.Object;
        return null;
    }

    /// <summary>A random (version 4) uid, RFC 9562 §5.4.</summary>
    private string NextUid()
    {
        ulong high = (_uids.NextUInt64() & 0xFFFF_FFFF_FFFF_0FFFUL) | 0x4000;
        ulong low = (_uids.NextUInt64() & 0x3FFF_FFFF_FFFF_FFFFUL) | 0x8000_0000_0000_0000UL;
        return string.Create(CultureInfo.InvariantCulture, $"{high >> 32:x8}-{(high >> 16) & 0xFFFF:x4}-{high & 0xFFFF:x4}-{low >> 48:x4}-{low & 0xFFFF_FFFF_FFFFUL:x12}");
    }

    private DateTime NowInWholeSeconds()
    {
        DateTime now = _loop.Now.ToDateTime();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }
}
