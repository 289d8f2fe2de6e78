using Kruise.Core.Features;

namespace Kruise.Core.Reconciling;

/// <summary>A controller's decisions: a pure function from key, view and context to a plan.</summary>
public interface IReconciler
{
    /// <summary>The controller's name as it stands in metrics, user agents and scenario files, for example <c>imagepulljob-controller</c>.</summary>
    string Name { get; }

    /// <summary>The kinds (model types) whose changes <see cref="Map"/> wants to hear of.</summary>
    IReadOnlyList<Type> Watches { get; }

    /// <summary>The indexes that <see cref="Reconcile"/> and <see cref="Map"/> read; the world creates each type once.</summary>
    IReadOnlyList<Func<IViewIndex>> Indexes { get; }

    /// <summary>Adds the keys to look at because of a change that the view already contains.</summary>
    void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys);

    /// <summary>Decides what should be written next for a key. Must not keep state between calls.</summary>
    Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context);
}

/// <summary>What a reconciler may know beside the view.</summary>
/// <param name="Now">The time, UTC.</param>
/// <param name="Gates">The feature gates in force.</param>
/// <param name="Random">The controller's own stream of random numbers.</param>
/// <param name="LastOutcome">How the last plan for this key ended.</param>
/// <param name="LastFailure">The first write that failed in it; null when none did.</param>
public readonly record struct ReconcileContext(
    DateTime Now, FeatureGates Gates, RandomStream Random, PlanOutcome LastOutcome = PlanOutcome.None, PlanFailure? LastFailure = null);
