using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using static System.FormattableString;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// Holds every plan of the CloneSet controller, every commit and the end of a run against what must always be. It counts for itself (<see
/// cref="SetLedger"/>): of the
/// controller it knows the plans and nothing else. It changes nothing and draws nothing.
/// </summary>
/// <remarks>
/// <para>A plan takes a pod when it deletes it, chooses it for deletion, prepares it for either, or begins to change it in place. Of the pods that served in
/// the view that
/// the plan was made from it may take max(0, maxUnavailable + serving − replicas); a plan that only deletes may also take what there is beyond replicas and
/// the surge of an
/// update. <c>maxUnavailable</c> is rounded up, and down when there is a surge.</para>
/// <para>Of the pods that are not at the update revision and that nobody had chosen to go, min(partition, replicas) must be left, or all when there were no
/// more. Which
/// revision is the update revision is read from the revisions in the view and in the plan: the one with the highest number.</para>
/// </remarks>
internal sealed partial class InvariantChecker(EventLoop loop) : IPlanObserver
{
    private readonly Dictionary<string, SetLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, string> _ledgerOf = [];
    private readonly Dictionary<string, SortedDictionary<string, long>> _revisions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Set, string Id), (string Uid, string Name)> _instances = [];
    private readonly ViolationLog _violations = new(loop);

    /// <summary>What was found.</summary>
    public ViolationLog Violations => _violations;

    public void OnChange(in ObjectChange change)
    {
        switch (change.Object)
        {
            case V1Pod:
                OnPod(change.Key, (V1Pod?)change.New);
                break;
            case V1ControllerRevision revision when OwnerOf(revision.Metadata) is { } uid:
                if (!_revisions.TryGetValue(uid, out SortedDictionary<string, long>? known))
                {
                    _revisions.Add(uid, known = new SortedDictionary<string, long>(StringComparer.Ordinal));
                }

                if (change.New is null)
                {
                    known.Remove(revision.Metadata.Name);
                }
                else
                {
                    known[revision.Metadata.Name] = revision.Revision ?? 0;
                }

                break;
        }
    }

    public void OnPlan(ObjectKey key, IClusterView view, Plan plan)
    {
        if (plan.Groups.Count == 0 || view.Get<CloneSet>(key) is not { } set)
        {
            return;
        }

        var taken = new TakenPods(set, loop.Now.ToDateTime());
        (string Name, long Number) update = _revisions.GetValueOrDefault(set.Metadata.Uid) is { Count: > 0 } known
            ? known.Select(r => (r.Key, r.Value)).MaxBy(r => r.Value)
            : ("", 0);
        foreach (WriteGroup group in plan.Groups)
        {
            foreach (Write write in group.Writes)
            {
                Look(write, set, view, taken, ref update);
            }
        }

        if (taken.Pods > 0)
        {
            Judge(set, taken, update.Name);
        }
    }

    /// <summary>Takes in a commit: two pods with one instance id, and when owners go.</summary>
    public void OnCommit(Change change)
    {
        if (change is { New: CloneSet set, Type: WatchEventType.Deleted })
        {
            _gone[set.Metadata.Uid] = loop.Now;
        }

        if (change.New is not V1Pod pod || OwnerOf(pod.Metadata) is not { } uid || SetLedger.Label(pod, WorkloadKeys.CloneSetInstanceId) is not { Length: > 0 } id)
        {
            return;
        }

        if (change.Type == WatchEventType.Deleted)
        {
            if (_instances.TryGetValue((uid, id), out (string Uid, string Name) present) && present.Uid == pod.Metadata.Uid)
            {
                _instances.Remove((uid, id));
            }
        }
        else if (!_instances.TryAdd((uid, id), (pod.Metadata.Uid, pod.Metadata.Name)) && _instances[(uid, id)] is var other && other.Uid != pod.Metadata.Uid)
        {
            _violations.Add(
                ViolationRule.InstanceId,
                $"pods {other.Name} and {pod.Metadata.Name} had the instance id {id} at one time",
                "Pod " + pod.Metadata.NamespaceProperty + "/" + other.Name,
                Name(pod));
            _instances[(uid, id)] = (pod.Metadata.Uid, pod.Metadata.Name);
        }
    }

    private static string? OwnerOf(V1ObjectMeta metadata)
    {
        foreach (V1OwnerReference owner in metadata.OwnerReferences ?? [])
        {
            if (owner.Controller == true)
            {
                return owner.Kind == CloneSet.KindName ? owner.Uid : null;
            }
        }

        return null;
    }

    private static string Name(IKubernetesObject<V1ObjectMeta> obj) => obj.Kind + " " + ObjectKey.Of(obj);

    private void OnPod(ObjectKey key, V1Pod? pod)
    {
        string? uid = pod is null ? null : OwnerOf(pod.Metadata);
        if (_ledgerOf.TryGetValue(key, out string? before) && before != uid)
        {
            _ledgers[before].Set(key.Name, null);
            _ledgerOf.Remove(key);
        }

        if (uid is not null)
        {
            if (!_ledgers.TryGetValue(uid, out SetLedger? ledger))
            {
                _ledgers.Add(uid, ledger = new SetLedger());
            }

            ledger.Set(key.Name, pod);
            _ledgerOf[key] = uid;
        }
    }

    private void Look(Write write, CloneSet set, IClusterView view, TakenPods taken, ref (string Name, long Number) update)
    {
        switch (write)
        {
            case Write.Sequence sequence:
                foreach (Write member in sequence.Writes)
                {
                    Look(member, set, view, taken, ref update);
                }

                break;
            case Write.Create { Object: var made }:
                NoteRevision(made, ref update);
                if (made is V1Pod or V1PersistentVolumeClaim or V1ControllerRevision && OwnerOf(made.Metadata) != set.Metadata.Uid)
                {
                    _violations.Add(ViolationRule.Ownership, $"CloneSet {ObjectKey.Of(set)} made {Name(made)} without owning it", Name(set), Name(made));
                }

                break;
            case Write.Update { Object: var changed }:
                NoteRevision(changed, ref update);
                if (IsOwn(set, view, changed.GetType(), ObjectKey.Of(changed)) && changed is V1Pod pod)
                {
                    taken.Change(view.Get<V1Pod>(ObjectKey.Of(pod)), pod);
                }

                break;
            case Write.UpdateStatus { Object: var changed }:
                if (IsOwn(set, view, changed.GetType(), ObjectKey.Of(changed)) && changed is V1Pod statusOf)
                {
                    taken.Change(view.Get<V1Pod>(ObjectKey.Of(statusOf)), statusOf);
                }

                break;
            case Write.Delete delete:
                if (IsOwn(set, view, delete.Kind, delete.Key) && delete.Kind == typeof(V1Pod))
                {
                    taken.Delete(view.Get<V1Pod>(delete.Key));
                }

                break;
        }
    }

    private static void NoteRevision(IKubernetesObject<V1ObjectMeta> obj, ref (string Name, long Number) update)
    {
        if (obj is V1ControllerRevision revision && (revision.Revision ?? 0) >= update.Number)
        {
            update = (revision.Metadata.Name, revision.Revision ?? 0);
        }
    }

    private bool IsOwn(CloneSet set, IClusterView view, Type kind, ObjectKey key)
    {
        if (kind != typeof(V1Pod) && kind != typeof(V1PersistentVolumeClaim) && kind != typeof(V1ControllerRevision))
        {
            return kind == typeof(CloneSet);
        }

        // What the view does not hold (any more) cannot be judged; the API server refuses it by its uid.
        if (view.Find(kind, key) is not { } target || OwnerOf(target.Metadata) == set.Metadata.Uid)
        {
            return true;
        }

        _violations.Add(ViolationRule.Ownership, $"CloneSet {ObjectKey.Of(set)} was about to write {Name(target)}, which it does not control", Name(set), Name(target));
        return false;
    }

    private void Judge(CloneSet set, TakenPods taken, string update)
    {
        SetLedger ledger = _ledgers.GetValueOrDefault(set.Metadata.Uid) ?? new SetLedger();
        var numbers = CloneSetNumbers.Of(set.Spec);
        int serving = ledger.Serving(set.Spec.MinReadySeconds, loop.Now.ToDateTime());
        int old = ledger.StayingNotAt(update);
        int kept = Math.Min(numbers.Partition, numbers.Replicas);
        int allowed = Math.Max(0, numbers.MaxUnavailable + serving - numbers.Replicas);
        if (taken.OnlyDeleted)
        {
            int surge = Math.Min(numbers.MaxSurge, Math.Max(0, old - kept) + ledger.Marked);
            allowed = Math.Max(allowed, ledger.Active - numbers.Replicas - surge);
        }

        if (taken.Serving.Count > allowed)
        {
            _violations.Add(
                ViolationRule.MaxUnavailable,
                Invariant($"CloneSet {ObjectKey.Of(set)} was about to take {taken.Serving.Count} serving pods where {allowed} were allowed: {ledger.Active} pods, {serving} serving, ")
                    + Invariant($"replicas {numbers.Replicas}, maxUnavailable {numbers.MaxUnavailable}"),
                [Name(set), .. taken.Serving.Select(pod => "Pod " + pod)]);
        }

        int takenOld = taken.NotAt(update);
        if (takenOld > 0 && old - takenOld < Math.Min(kept, old))
        {
            _violations.Add(
                ViolationRule.Partition,
                Invariant($"CloneSet {ObjectKey.Of(set)} was about to update {takenOld} of {old} old pods where partition keeps {kept}"),
                [Name(set), .. taken.NamesNotAt(update).Select(pod => "Pod " + pod)]);
        }
    }

    /// <summary>What a plan does to pods that were there.</summary>
    private sealed class TakenPods(CloneSet set, DateTime now)
    {
        private readonly SortedDictionary<string, string> _unchosen = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);

        public int Pods => _seen.Count;

        /// <summary>Those that served.</summary>
        public SortedSet<string> Serving { get; } = new(StringComparer.Ordinal);

        public bool OnlyDeleted { get; private set; } = true;

        public IEnumerable<string> NamesNotAt(string revision) => _unchosen.Where(pod => pod.Value != revision).Select(pod => pod.Key);

        public int NotAt(string revision) => NamesNotAt(revision).Count();

        public void Delete(V1Pod? pod)
        {
            if (pod is not null)
            {
                Take(pod);
            }
        }

        public void Change(V1Pod? before, V1Pod after)
        {
            if (before is null || OwnerOf(after.Metadata) != set.Metadata.Uid)
            {
                return;
            }

            bool isChosen = !IsChosen(before) && IsChosen(after);
            bool begins = SetLedger.Label(before, WorkloadKeys.ControllerRevisionHash) != SetLedger.Label(after, WorkloadKeys.ControllerRevisionHash)
                || (SetLedger.Label(after, WorkloadKeys.LifecycleState) == LifecycleState.PreparingUpdate
                    && SetLedger.Label(before, WorkloadKeys.LifecycleState) != LifecycleState.PreparingUpdate);
            if (isChosen || begins || (SetLedger.IsInService(before) && !SetLedger.IsInService(after)))
            {
                // Waiting for the deletion's own sake, as a hook asks it, is a deletion.
                OnlyDeleted &= !begins && SetLedger.Label(after, WorkloadKeys.LifecycleState) == LifecycleState.PreparingDelete;
                Take(before);
            }
        }

        private static bool IsChosen(V1Pod pod) =>
            SetLedger.Label(pod, WorkloadKeys.SpecifiedDelete) is not null || SetLedger.Label(pod, WorkloadKeys.LifecycleState) == LifecycleState.PreparingDelete;

        private void Take(V1Pod pod)
        {
            string name = ObjectKey.Of(pod).ToString();
            if (pod.Metadata.DeletionTimestamp is not null || !_seen.Add(name))
            {
                return;
            }

            if (SetLedger.Serves(pod, set, now))
            {
                Serving.Add(name);
            }

            if (!IsChosen(pod) && pod.Status?.Phase is not ("Succeeded" or "Failed"))
            {
                _unchosen.Add(name, SetLedger.Label(pod, WorkloadKeys.ControllerRevisionHash) ?? "");
            }
        }
    }
}
