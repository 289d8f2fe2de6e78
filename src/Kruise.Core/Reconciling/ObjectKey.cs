namespace Kruise.Core.Reconciling;

/// <summary>Names an object within its kind. <paramref name="Namespace"/> is empty for cluster-scoped kinds.</summary>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    /// <summary>The key of a cluster-scoped object.</summary>
    public static ObjectKey Cluster(string name) => new("", name);

    /// <summary>The key of an object that carries metadata.</summary>
    public static ObjectKey Of(k8s.IKubernetesObject<k8s.Models.V1ObjectMeta> obj) => new(obj.Metadata.NamespaceProperty ?? "", obj.Metadata.Name);

    /// <summary>Ordinal order by namespace, then name: the order in which views list objects.</summary>
    public int CompareTo(ObjectKey other)
    {
        int byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>, or the bare name for cluster-scoped objects.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : Namespace + "/" + Name;

    /// <summary>Ordinal order.</summary>
    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;
}
