using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

internal enum KindScope
{
    Namespaced,
    Cluster,
}

/// <summary>What the API server must know of a kind: its names, the rules of its strategy, and typed access to its parts.</summary>
internal abstract class KindInfo
{
    private protected KindInfo(Type type, string apiVersion, string kind, string plural, KindScope scope)
    {
        Type = type;
        ApiVersion = apiVersion;
        Kind = kind;
        Plural = plural;
        Scope = scope;
        Group = GroupOf(apiVersion);
    }

    /// <summary>The model type.</summary>
    public Type Type { get; }

    public string ApiVersion { get; }

    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; }

    public string Kind { get; }

    public string Plural { get; }

    public KindScope Scope { get; }

    /// <summary>Status is written through <c>/status</c> alone.</summary>
    public bool HasStatusSubresource { get; init; }

    /// <summary>Spec changes are counted in <c>metadata.generation</c>. True of custom resources and workloads, not of nodes and secrets.</summary>
    public bool CountsGeneration { get; init; }

    /// <summary>An update without resourceVersion overwrites whatever is stored. True of most built-in kinds, never of custom resources.</summary>
    public bool AllowsUnconditionalUpdate { get; init; }

    /// <summary>A create stores the status it carries, although there is a status subresource: nodes register themselves that way.</summary>
    public bool CreateKeepsStatus { get; init; }

    /// <summary>A status update may change labels, annotations and the like. True of built-in kinds, not of custom resources.</summary>
    public bool StatusUpdateWritesMetadata { get; init; }

    /// <summary>Objects can be watched by the value of one field of theirs (<see cref="FieldOf"/>).</summary>
    public abstract bool HasField { get; }

    /// <summary>The place of the kind in its registry: an order that does not depend on hashing.</summary>
    public int Ordinal { get; internal set; } = -1;

    public static string GroupOf(string apiVersion)
    {
        int slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : apiVersion[..slash];
    }

    /// <summary>The object with what the kind fills in when it is left out; the same instance when nothing is.</summary>
    public abstract IKubernetesObject<V1ObjectMeta> Defaulted(IKubernetesObject<V1ObjectMeta> obj);

    /// <summary>What the kind itself forbids of a change; null when nothing is wrong.</summary>
    public abstract string? ProblemOfUpdate(IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> wanted);

    /// <summary>The grace, in seconds, that a deletion gives an object, from what was asked for; null for kinds that are deleted at once.</summary>
    public abstract long? GraceOf(IKubernetesObject<V1ObjectMeta> obj, long? askedSeconds);

    /// <summary>The value of the field by which objects can be watched; null when it is empty.</summary>
    public abstract string? FieldOf(IKubernetesObject<V1ObjectMeta> obj);

    /// <summary>Whether everything but metadata and status is the same.</summary>
    public abstract bool SameSpec(IKubernetesObject<V1ObjectMeta> left, IKubernetesObject<V1ObjectMeta> right);

    public abstract bool SameStatus(IKubernetesObject<V1ObjectMeta> left, IKubernetesObject<V1ObjectMeta> right);

    /// <summary>A copy with other metadata.</summary>
    public abstract IKubernetesObject<V1ObjectMeta> WithMetadata(IKubernetesObject<V1ObjectMeta> obj, V1ObjectMeta metadata);

    /// <summary>A copy with other metadata and the status of another object; of an empty object when null.</summary>
    public abstract IKubernetesObject<V1ObjectMeta> WithStatusOf(
        IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta>? statusOf, V1ObjectMeta metadata);

    /// <summary>The key of an object of this kind: cluster-scoped kinds have no namespace, whatever their metadata says.</summary>
    public ObjectKey KeyOf(V1ObjectMeta metadata) =>
        new(Scope == KindScope.Cluster ? "" : metadata.NamespaceProperty ?? "", metadata.Name ?? "");

    public override string ToString() => Kind;
}

/// <summary>A kind with its typed accessors.</summary>
internal sealed class KindInfo<T>(string apiVersion, string kind, string plural, KindScope scope) : KindInfo(typeof(T), apiVersion, kind, plural, scope)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Equality of everything but metadata and status.</summary>
    public required Func<T, T, bool> SpecEquality { get; init; }

    /// <summary>Equality of the status; absent for kinds without one.</summary>
    public Func<T, T, bool>? StatusEquality { get; init; }

    /// <summary>Fills in what is left out; absent for kinds that leave nothing to the server.</summary>
    public Func<T, T>? Defaults { get; init; }

    /// <summary>What is wrong with a change; absent for kinds that may change freely.</summary>
    public Func<T, T, string?>? UpdateProblem { get; init; }

    /// <summary>The grace of a deletion from what was asked for; absent for kinds that are deleted at once.</summary>
    public Func<T, long?, long>? Grace { get; init; }

    /// <summary>The field by which objects can be watched; absent for kinds without one.</summary>
    public Func<T, string?>? Field { get; init; }

    public override bool HasField => Field is not null;

    /// <summary>Copies with other metadata.</summary>
    public required Func<T, V1ObjectMeta, T> Copy { get; init; }

    /// <summary>Copies with the status of another object (of an empty one when null) and other metadata; absent for kinds without status.</summary>
    public Func<T, T?, V1ObjectMeta, T>? CopyStatus { get; init; }

    public override IKubernetesObject<V1ObjectMeta> Defaulted(IKubernetesObject<V1ObjectMeta> obj) => Defaults is null ? obj : Defaults((T)obj);

    public override string? ProblemOfUpdate(IKubernetesObject<V1ObjectMeta> old, IKubernetesObject<V1ObjectMeta> wanted) => UpdateProblem?.Invoke((T)old, (T)wanted);

    public override long? GraceOf(IKubernetesObject<V1ObjectMeta> obj, long? askedSeconds) => Grace?.Invoke((T)obj, askedSeconds);

    public override string? FieldOf(IKubernetesObject<V1ObjectMeta> obj) => Field?.Invoke((T)obj) is { Length: > 0 } value ? value : null;

    public override bool SameSpec(IKubernetesObject<V1ObjectMeta> left, IKubernetesObject<V1ObjectMeta> right) =>
        SpecEquality((T)left, (T)right);

    public override bool SameStatus(IKubernetesObject<V1ObjectMeta> left, IKubernetesObject<V1ObjectMeta> right) =>
        StatusEquality is null || StatusEquality((T)left, (T)right);

    public override IKubernetesObject<V1ObjectMeta> WithMetadata(IKubernetesObject<V1ObjectMeta> obj, V1ObjectMeta metadata) => Copy((T)obj, metadata);

    public override IKubernetesObject<V1ObjectMeta> WithStatusOf(
        IKubernetesObject<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta>? statusOf, V1ObjectMeta metadata) =>
        CopyStatus is null ? Copy((T)obj, metadata) : CopyStatus((T)obj, (T?)statusOf, metadata);
}
