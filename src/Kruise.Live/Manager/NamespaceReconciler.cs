using Kruise.Core.Reconciling;

namespace Kruise.Live.Manager;

/// <summary>
/// A controller that works on one namespace's keys alone (and on those of no namespace). Only the work is restricted, not the view: what a NodeImage owes to a job
/// elsewhere must not look like nobody's.
/// </summary>
internal sealed class NamespaceReconciler(IReconciler inner, string @namespace) : IReconciler
{
    public string Name => inner.Name;

    public IReadOnlyList<Type> Watches => inner.Watches;

    public IReadOnlyList<Func<IViewIndex>> Indexes => inner.Indexes;

    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        var all = new List<ObjectKey>();
        inner.Map(change, view, all);
        foreach (ObjectKey key in all)
        {
            if (key.Namespace.Length == 0 || key.Namespace == @namespace)
            {
                keys.Add(key);
            }
        }
    }

    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context) => inner.Reconcile(key, view, context);
}
