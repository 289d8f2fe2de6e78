using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Revisions;
using Kruise.Core.Selectors;

namespace Kruise.Core.CloneSets;

/// <summary>
/// The CloneSet controller (inventory §10.3): keeps the number of pods, brings them to the template, and says how far it is. A pass first writes the revision that its
/// pods will name, then either makes and deletes pods or updates some, then writes the status.
/// </summary>
/// <param name="options">Constants.</param>
public sealed class CloneSetReconciler(CloneSetOptions options) : IReconciler
{
    /// <inheritdoc/>
    public string Name => "cloneset-controller";

    /// <inheritdoc/>
    public IReadOnlyList<Type> Watches { get; } = [typeof(CloneSet), typeof(V1Pod), typeof(V1PersistentVolumeClaim), typeof(V1ControllerRevision)];

    /// <inheritdoc/>
    public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [static () => new CloneSetIndex()];

    /// <inheritdoc/>
    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        if (change.Object is CloneSet)
        {
            // What changes in the status alone was written here. The error of a failure differs from try to try, as it names the pod that was not made: if writing it were a
            // reason for a look, the tries would follow each other without any back-off.
            if (change is not { Old: CloneSet { Metadata: { Generation: { } before } was }, New: CloneSet { Metadata: { } now } } || now.Generation != before || now.Uid != was.Uid)
            {
                keys.Add(change.Key);
            }

            return;
        }

        // A pod that changes in nothing that decides is no reason for a look.
        if (change is { Old: V1Pod old, New: V1Pod current } && !PodChanges.Matter(old, current))
        {
            return;
        }

        ObjectKey? owner = CloneSetOwner.KeyOf(change.Old?.Metadata);
        ObjectKey? after = CloneSetOwner.KeyOf(change.New?.Metadata);
        if (owner is { } left)
        {
            keys.Add(left);
        }

        if (after is { } joined && after != owner)
        {
            keys.Add(joined);
        }
    }

    /// <inheritdoc/>
    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
    {
        if (view.Get<CloneSet>(key) is not { Spec.Template: not null } set || !LabelSelectorValidation.IsUsable(set.Spec.Selector))
        {
            return Plan.Nothing;
        }

        CloneSetPods pods = view.Index<CloneSetIndex>().Of(set.Metadata.Uid);
        IReadOnlyList<V1ControllerRevision> history = RevisionHistory.Sorted(pods.Revisions, set.Metadata.Uid);
        RevisionDecision decision = RevisionHistory.Decide(
            set.Metadata,
            CloneSetOwner.Reference(set),
            history,
            set.Spec.Template,
            set.Status.CollisionCount ?? 0,
            name => view.Get<V1ControllerRevision>(new ObjectKey(key.Namespace, name)));
        var pass = new CloneSetPass(
            set, pods, decision.Update, RevisionHistory.Current(history, set.Status.CurrentRevision, decision.Update), options, view, context);
        bool isGoing = set.Metadata.DeletionTimestamp is not null;
        if (!isGoing)
        {
            WriteRevision(pass, decision, view);
            Release(pass);
            CloneSetUpdater.Refresh(pass);
            Work(pass, context);
        }

        IReadOnlyList<WriteGroup> tidying = isGoing ? [] : TidyUp(pass, history);
        WriteStatus(pass, decision.CollisionCount, tidying, context);
        pass.Groups.AddRange(tidying);

        if (pods.NextAvailableAt(set.Spec.MinReadySeconds, context.Now) is { } at)
        {
            // To the moment, where v0.8.0 waited all of minReadySeconds once more (trap 80).
            pass.LookAgainAfter(at > context.Now ? at - context.Now : TimeSpan.Zero);
        }

        return pass.Groups.Count == 0 && pass.LookAgain is null ? Plan.Nothing : new Plan(pass.Groups, pass.LookAgain);
    }

    // Either the number of pods changes, or pods are updated. Where pods cannot be made, those that are there are updated, and those that are to go deleted, all the
    // same: that may be the cure.
    private static void Work(CloneSetPass pass, ReconcileContext context)
    {
        int at = pass.Groups.Count;
        bool cannotMake = context.LastFailure?.Write is Write.Create && CloneSetScaler.Diffs(pass).Total < 0;
        if (cannotMake)
        {
            CloneSetUpdater.Begin(pass);
            CloneSetScaler.DeleteChosen(pass);
        }

        if (!CloneSetScaler.Plan(pass) && !cannotMake)
        {
            CloneSetUpdater.Begin(pass);
        }

        CloneSetUpdater.RefreshRest(pass, at);
    }

    private static void WriteRevision(CloneSetPass pass, RevisionDecision decision, IClusterView view)
    {
        switch (decision.Action)
        {
            case RevisionAction.Create:
                pass.Groups.Add(new WriteGroup([new Write.Create(decision.Update)]));
                break;
            case RevisionAction.Renumber:
                V1ControllerRevision? present = view.Get<V1ControllerRevision>(ObjectKey.Of(decision.Update));
                pass.Groups.Add(new WriteGroup([new Write.Update(decision.Update) { From = present }]));
                break;
        }
    }

    // Pods whose labels the selector no longer matches are let go; whoever wants them may take them (inventory §6.6).
    private static void Release(CloneSetPass pass)
    {
        if (pass.Pods.Mismatched.Count > 0)
        {
            pass.Groups.Add(new WriteGroup(
            [
                .. pass.Pods.Mismatched.Select(entry => new Write.Update(entry.Pod with
                {
                    Metadata = entry.Pod.Metadata with
                    {
                        OwnerReferences = [.. entry.Pod.Metadata.OwnerReferences.Where(owner => owner.Uid != pass.Set.Metadata.Uid)],
                    },
                }) { From = entry.Pod }),
            ], Parallel: true));
        }
    }

    private static void WriteStatus(CloneSetPass pass, int collisionCount, IReadOnlyList<WriteGroup> tidying, ReconcileContext context)
    {
        // With nothing left to write what failed is over; nothing would happen later that says so.
        PlanFailure? failure = pass.Groups.Count + tidying.Count > 0 ? context.LastFailure : null;
        CloneSetStatus status = CloneSetStatusPass.Of(pass, collisionCount, failure);
        if (ReferenceEquals(status, pass.Set.Status))
        {
            return;
        }

        var write = new WriteGroup([new Write.UpdateStatus(pass.Set with { Status = status })]);
        if (context.LastOutcome == PlanOutcome.Failed && context.LastFailure?.Write is not Write.UpdateStatus { Object: CloneSet })
        {
            // What failed may fail again, and nothing after it is written then. Where that was the status itself it stays last: pods do not wait for it.
            pass.Groups.Insert(0, write);
        }
        else
        {
            pass.Groups.Add(write);
        }
    }

    private static List<WriteGroup> TidyUp(CloneSetPass pass, IReadOnlyList<V1ControllerRevision> history)
    {
        List<WriteGroup> groups = [];

        // Names of pods that are gone are taken out of the spec (trap 75).
        if (pass.Spec.ScaleStrategy.PodsToDelete is { } names && names.Any(name => pass.Pods.Find(name) is null))
        {
            string[] left = [.. names.Where(name => pass.Pods.Find(name) is not null)];
            groups.Add(new WriteGroup(
            [
                new Write.Update(pass.Set with
                {
                    Spec = pass.Spec with { ScaleStrategy = pass.Spec.ScaleStrategy with { PodsToDelete = left.Length == 0 ? null : left } },
                }) { From = pass.Set },
            ]));
        }

        var inUse = pass.Pods.ByRevision.Where(r => r.Value.Count > 0).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        inUse.Add(CloneSetStatusPass.CurrentRevision(pass));

        // The status may move on from the current revision in the same pass that makes pods of it.
        inUse.UnionWith(pass.RevisionsOfNewPods);
        inUse.Add(pass.UpdateRevision.Metadata.Name);
        foreach (V1ControllerRevision expired in RevisionHistory.Expired(history, inUse, pass.Spec.RevisionHistoryLimit ?? 10))
        {
            groups.Add(new WriteGroup([new Write.Delete(typeof(V1ControllerRevision), ObjectKey.Of(expired), expired.Metadata.Uid)]));
        }

        return groups;
    }
}
