using Kruise.Core.Features;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Planning;

/// <summary>Asks controllers what they would write if they had just started, as the manager asks them, and carries nothing out.</summary>
internal static class Planner
{
    /// <summary>
    /// The plans of all keys that the objects in the cache ask for, by controller in the given order, then by key. Keys without a plan are left out.
    /// </summary>
    /// <param name="controllers">The controllers.</param>
    /// <param name="cache">What they see.</param>
    /// <param name="gates">The feature gates.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="namespace">The only namespace whose jobs and secrets are asked about; null for all. Nodes belong to none.</param>
    public static IReadOnlyList<KeyPlan> Ask(
        IEnumerable<IReconciler> controllers, ObjectCache cache, FeatureGates gates, DateTime now, string? @namespace)
    {
        var plans = new List<KeyPlan>();
        foreach (IReconciler controller in controllers)
        {
            // Draws are the same from call to call: two plans of an unchanged cluster are equal.
            var context = new ReconcileContext(now, gates, RandomStream.Named(0, controller.Name));
            foreach (ObjectKey key in Keys(controller, cache).Where(key => @namespace is null || key.Namespace.Length == 0 || key.Namespace == @namespace))
            {
                Plan plan = controller.Reconcile(key, cache, context);
                if (plan.Groups.Count > 0 || plan.RequeueAfter is not null)
                {
                    plans.Add(new KeyPlan(controller.Name, key, PlannedWrite.Of(plan, cache), plan.RequeueAfter));
                }
            }
        }

        return plans;
    }

    private static SortedSet<ObjectKey> Keys(IReconciler controller, ObjectCache cache)
    {
        var keys = new SortedSet<ObjectKey>();
        foreach (Type kind in controller.Watches)
        {
            foreach (k8s.IKubernetesObject<k8s.Models.V1ObjectMeta> obj in cache.List(kind))
            {
                controller.Map(new ObjectChange(null, obj), cache, keys);
            }
        }

        return keys;
    }
}
