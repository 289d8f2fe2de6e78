using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// The SidecarSet controller (inventory §8.4): says how many pods have the containers, and brings those that run other images of them to the set's, in place. What a set
/// changes beside images reaches pods when they are made. Nothing happens to pods when a set is deleted.
/// </summary>
/// <param name="options">Constants.</param>
public sealed class SidecarSetReconciler(SidecarSetOptions options) : IReconciler
{
    /// <inheritdoc/>
    public string Name => "sidecarset-controller";

    /// <inheritdoc/>
    public IReadOnlyList<Type> Watches { get; } = [typeof(SidecarSet), typeof(V1Pod)];

    /// <inheritdoc/>
    public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [static () => new SidecarSetIndex()];

    /// <inheritdoc/>
    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        if (change.Object is SidecarSet)
        {
            if (SidecarSetChanges.Matter(change.Old as SidecarSet, change.New as SidecarSet))
            {
                keys.Add(change.Key);
            }

            return;
        }

        SidecarSetChanges.Map(change.Key, change.Old as V1Pod, change.New as V1Pod, view.Index<SidecarSetIndex>(), keys);
    }

    /// <inheritdoc/>
    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
    {
        if (view.Get<SidecarSet>(key) is not { } set || set.Metadata.DeletionTimestamp is not null || !LabelSelectorValidation.IsUsable(set.Spec.Selector))
        {
            return Plan.Nothing;
        }

        SidecarSetPods pods = view.Index<SidecarSetIndex>().Of(key.Name);
        List<WriteGroup> groups = [];
        if (Upgrades(set, pods, context.Now) is { Length: > 0 } upgrades)
        {
            groups.Add(new WriteGroup(upgrades, Parallel: true));
        }

        SidecarSetStatus status = StatusOf(set, pods);
        if (status != set.Status)
        {
            // First, as in v0.8.0: where the set has been edited meanwhile it conflicts, and no pod is updated by what no longer holds. Where it was the status that failed
            // pods do not wait for it.
            bool statusFailed = context.LastOutcome == PlanOutcome.Failed && context.LastFailure?.Write is Write.UpdateStatus;
            groups.Insert(statusFailed ? groups.Count : 0, new WriteGroup([new Write.UpdateStatus(set with { Status = status }), .. Notice(set, pods)]));
        }

        return groups.Count == 0 ? Plan.Nothing : new Plan(groups);
    }

    // Not by an expectation of which pods have been updated, which a pod deleted at that moment never met (trap 111): the key is not looked at before the view shows the
    // writes, and then the counts are those of the pods that are there.
    private Write[] Upgrades(SidecarSet set, SidecarSetPods pods, DateTime now)
    {
        SidecarSetUpdateStrategy strategy = set.Spec.UpdateStrategy;
        if (strategy.Type is not (null or "" or SidecarSetUpdateStrategy.RollingUpdate) || pods.Updated >= pods.Matched || strategy.Paused)
        {
            return [];
        }

        return
        [
            .. SidecarUpgradeOrder.Next(strategy, pods).Take(options.MaxPodsPerPass).Select(entry => new Write.Update(SidecarUpgrade.Apply(entry.Pod, set, now))
            {
                From = entry.Pod,
                IfFailed = Warning(set, "FailedUpgradePod", $"failed to upgrade pod {ObjectKey.Of(entry.Pod)} in place: "),
            }),
        ];
    }

    private static SidecarSetStatus StatusOf(SidecarSet set, SidecarSetPods pods) => set.Status with
    {
        ObservedGeneration = set.Metadata.Generation ?? 0,
        MatchedPods = pods.Matched,
        UpdatedPods = pods.Updated,
        ReadyPods = pods.Ready,
        UpdatedReadyPods = pods.UpdatedReady,
    };

    // Once for each generation, as it goes with the write that says that the generation has been seen.
    private static IEnumerable<Write> Notice(SidecarSet set, SidecarSetPods pods)
    {
        if (set.Status.ObservedGeneration == (set.Metadata.Generation ?? 0) || pods.OutOfReach == 0 || set.Spec.UpdateStrategy.Type == SidecarSetUpdateStrategy.NotUpdate)
        {
            return [];
        }

        string message = pods.Rules is { IsAdmitted: false }
            ? $"the set has not been through Kruise's admission: its {pods.OutOfReach} pods stay as they are until it is written again while the webhook answers"
            : $"{pods.OutOfReach} of {pods.Matched} pods differ from the set in more than images and cannot be upgraded in place: each keeps its sidecars until it is made again, "
                + "and has the new ones then";
        return [Warning(set, "PodsNotUpgradable", message)];
    }

    private static Write.RecordEvent Warning(SidecarSet set, string reason, string message) => Write.RecordEvent.On(set, EventSeverity.Warning, reason, message);
}
