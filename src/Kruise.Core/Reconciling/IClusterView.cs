using k8s;
using k8s.Models;

namespace Kruise.Core.Reconciling;

/// <summary>
/// Reads over one consistent snapshot of cached objects. A view never changes while a reconciler looks at it, and what it
/// returns must never be changed in place: copy with <c>with</c>.
/// </summary>
public interface IClusterView
{
    /// <summary>The object, or null when the cache holds none under that key.</summary>
    T? Get<T>(ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>The object of a kind that is known at run time only, or null.</summary>
    IKubernetesObject<V1ObjectMeta>? Find(Type kind, ObjectKey key);

    /// <summary>All cached objects of a kind, ordered by key (ordinal).</summary>
    IReadOnlyList<T> List<T>()
        where T : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>An index that the world keeps up to date beside the cache (see <see cref="IViewIndex"/>).</summary>
    /// <exception cref="InvalidOperationException">No reconciler of this world asked for that index.</exception>
    TIndex Index<TIndex>()
        where TIndex : class, IViewIndex;
}

/// <summary>
/// State derived wholly from cached objects and maintained change by change, so that a reconcile costs what changed and not what exists.
/// An index holds nothing that could not be computed again from <see cref="IClusterView.List{T}"/>.
/// </summary>
public interface IViewIndex
{
    /// <summary>Takes in one change of the cache; called before any reconciler hears of it.</summary>
    void OnChange(in ObjectChange change);
}

/// <summary>One change of a cached object: added (no <paramref name="Old"/>), modified, or deleted (no <paramref name="New"/>).</summary>
public readonly record struct ObjectChange(IKubernetesObject<V1ObjectMeta>? Old, IKubernetesObject<V1ObjectMeta>? New)
{
    /// <summary>The newest state known of the object.</summary>
    public IKubernetesObject<V1ObjectMeta> Object => New ?? Old!;

    /// <summary>The key of the object.</summary>
    public ObjectKey Key => ObjectKey.Of(Object);
}
