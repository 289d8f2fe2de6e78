using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Workloads;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

// What the API server stores of pods.
internal sealed partial class WorkloadRecorder
{
    private readonly Dictionary<string, V1Pod> _latest = new(StringComparer.Ordinal);

    /// <summary>Seconds from the first request for a pod to its first readiness, of every pod that got there.</summary>
    public List<double> StartupSeconds { get; } = [];

    private bool OnPod(V1Pod? before, V1Pod pod, bool deleted)
    {
        SimTime now = loop.Now;
        SetTrack? set = PodState.ControllerOf(pod.Metadata)?.Uid is { } uid ? _setsByUid.GetValueOrDefault(uid) : null;
        if (!_pods.TryGetValue(pod.Metadata.Uid, out PodTrack? track))
        {
            if (set is null || deleted)
            {
                return false;
            }

            Catch(set);
            track = Add(set, pod, isNew: before is null);
        }
        else
        {
            Catch(track.Set);
        }

        PodSight old = track.Sight;
        bool leaves = deleted || set != track.Set;
        PodSight sight = leaves ? default(PodSight) with { Revision = old.Revision, State = old.State } : PodSight.Of(pod);
        track.Set.Count(old, -1);
        track.Set.Count(sight, 1);
        track.Sight = sight;
        _latest[track.Uid] = pod;
        Serve(track, pod);
        if (track.Bound is null && pod.Spec?.NodeName is { Length: > 0 } node)
        {
            (track.Node, track.Bound, track.Work) = (node, now, PodStage.Starting);
            track.Slot?.Enter(PodCause.KubeletSync, now);
        }

        Follow(track, old, before, pod);
        if (old.IsActive && !sight.IsActive)
        {
            Vacate(track);
        }

        if (leaves)
        {
            track.Set.CountStage(track.Stage, -1);
            track.Set.Deleted += deleted ? 1 : 0;
            track.Set.Pods.Remove(track.Number);
            _pods.Remove(track.Uid);
            _latest.Remove(track.Uid);
        }
        else
        {
            Restage(track);
        }

        track.Set.Measure(now);
        return leaves || sight.IsReady != old.IsReady;
    }

    private PodTrack Add(SetTrack set, V1Pod pod, bool isNew)
    {
        SimTime now = loop.Now;
        SimTime requested = isNew ? admissions.Requested ?? now : now;
        var track = new PodTrack(set, _number++, pod.Metadata.Uid, pod.Metadata.Name, requested, now)
        {
            All = (1UL << Math.Min(63, pod.Spec.Containers.Count)) - 1,
        };
        _pods.Add(track.Uid, track);
        set.Pods.Add(track.Number, track);
        set.CountStage(track.Stage, 1);
        if (!isNew)
        {
            return track;
        }

        set.Created++;
        RolloutTrack rollout = set.Rollout;
        bool isUpdated = rollout.Revision is null || PodState.Revision(pod) == rollout.Revision;
        if (set.Vacancies.TryDequeue(out Vacancy vacancy))
        {
            (track.UnavailableSince, track.UnavailableIn) = (vacancy.UnavailableSince, vacancy.UnavailableIn);
            if (vacancy.Slot is { IsClosed: false } slot && slot.Rollout == rollout)
            {
                if (isUpdated)
                {
                    Seat(track, slot);
                    slot.Replaced ??= vacancy.Left;
                    slot.Way = slot.Replaced.Sight.Revision == rollout.Revision ? PodUpdateWay.Created : PodUpdateWay.ReCreated;
                    Admit(slot, requested, now);
                }
                else
                {
                    Drop(slot);
                }

                return track;
            }
        }

        if (isUpdated && rollout.Begun < rollout.ToUpdate)
        {
            bool scaledUp = rollout.Number == 0 || set.ScaledUp > rollout.Begin;
            PodSlot slot = Open(track, SimTime.Max(rollout.Begin, set.ScaledUp), scaledUp ? PodCause.Creation : PodCause.WaitingForTurn);
            slot.Begun = now;
            Admit(slot, requested, now);
        }

        return track;
    }

    private void Admit(PodSlot slot, SimTime requested, SimTime now)
    {
        HoldUp(slot);
        if (requested < now)
        {
            slot.Enter(PodCause.Admission, SimTime.Max(requested, slot.EnteredAt));
        }

        slot.Enter(PodCause.Scheduling, now);
    }

    // A place that was empty while its set's requests were refused waited for that, whether it was asked for itself or not.
    private void HoldUp(PodSlot slot)
    {
        if (slot.Cause == PodCause.Creation
            && admissions.LastHoldUp(slot.Rollout.Set.Latest.Metadata.Uid) is { } heldUp
            && (heldUp.To ?? SimTime.MaxValue) > slot.EnteredAt)
        {
            slot.Enter(PodCause.Admission, SimTime.Max(heldUp.From, slot.EnteredAt));
            if (heldUp.To is { } over)
            {
                slot.Enter(PodCause.Creation, over);
            }
        }
    }

    private static PodSlot Open(PodTrack pod, SimTime asked, PodCause cause)
    {
        RolloutTrack rollout = pod.Set.Rollout;
        var slot = new PodSlot(rollout, asked, cause) { Pod = pod };
        rollout.Slots.Add(slot);
        rollout.Begun++;
        pod.Slot = slot;
        return slot;
    }

    private static void Seat(PodTrack pod, PodSlot slot)
    {
        slot.Pod = pod;
        pod.Slot = slot;
    }

    private static void Drop(PodSlot slot)
    {
        if (!slot.IsDropped && slot.Done is null)
        {
            slot.IsDropped = true;
            slot.Rollout.Begun--;
        }
    }

    private void Follow(PodTrack track, in PodSight old, V1Pod? before, V1Pod pod)
    {
        PodSight sight = track.Sight;
        SimTime now = loop.Now;
        string? revision = track.Set.Rollout.Revision;
        if (sight.IsReady && track.FirstReady is null)
        {
            track.FirstReady = now;
            StartupSeconds.Add((now - track.Requested).Seconds);
        }

        if (track.Slot is not { } slot)
        {
            bool isTouched = (sight.IsMarked && !old.IsMarked)
                || (sight.State != old.State && sight.State is LifecycleState.PreparingUpdate or LifecycleState.PreparingDelete)
                || (sight.GateClosed && !old.GateClosed)
                || (sight.Revision != old.Revision && sight.Revision == revision)
                || (old.IsActive && !sight.IsActive);
            if (before is null || revision is null || old.Revision == revision || !old.IsActive || !isTouched)
            {
                return;
            }

            slot = Open(track, track.Set.Rollout.Begin, PodCause.WaitingForTurn);
            slot.Begun = now;
            slot.Way = PodUpdateWay.InPlace;
            slot.Labels = PodLabels.Own(track.Set.Latest, pod);
        }

        bool imagesChanged = before is not null && !ReferenceEquals(before.Spec, pod.Spec) && ImagesDiffer(before.Spec, pod.Spec);
        if (sight.Revision != old.Revision && before is not null)
        {
            // The new revision, at once or after a grace; images stay in the latter case.
            slot.Way = PodUpdateWay.InPlace;
            slot.Enter(sight.InGrace ? PodCause.Grace : AfterUpdate(), now);
        }
        else if (old.InGrace && !sight.InGrace && sight.IsActive)
        {
            slot.Enter(AfterUpdate(), now);
        }
        else if (sight.State != old.State && sight.State is LifecycleState.PreparingUpdate or LifecycleState.PreparingDelete)
        {
            slot.Enter(PodCause.LifecycleHook, now);
        }
        else if (sight.IsMarked && !old.IsMarked)
        {
            slot.Way = PodUpdateWay.ReCreated;
            slot.Enter(PodCause.Deletion, now);
        }
        else if (sight.GateClosed && !old.GateClosed)
        {
            slot.Enter(PodCause.ControllerWrites, now);
        }
        else if (sight.IsUnschedulable && slot.Cause == PodCause.Scheduling)
        {
            slot.Enter(PodCause.Unschedulable, now);
        }

        Report(track, slot, pod);

        // A pod may be changed in place while it waits for a node, or its node is lost: no kubelet knows of it then.
        PodCause AfterUpdate() =>
            track.Work == PodStage.NodeLost ? PodCause.NodeLost
            : track.Bound is null ? (sight.IsUnschedulable ? PodCause.Unschedulable : PodCause.Scheduling)
            : imagesChanged ? PodCause.KubeletSync
            : PodCause.ReadinessGate;
    }

    private void Report(PodTrack track, PodSlot slot, V1Pod pod)
    {
        PodSight sight = track.Sight;
        if (sight.Revision == slot.Rollout.Revision && sight.IsReady && !slot.IsClosed && InPlaceUpdater.IsCompleted(pod))
        {
            slot.Finish(loop.Now);
        }
        else if (slot.Cause == PodCause.StatusReporting && sight.ContainersReady && !sight.GateOpen && InPlaceUpdater.IsCompleted(pod))
        {
            slot.Enter(PodCause.ReadinessGate, loop.Now);
        }
        else if (slot.Cause == PodCause.ReadinessGate && sight.GateOpen)
        {
            slot.Enter(PodCause.StatusReporting, loop.Now);
        }
    }

    private void Vacate(PodTrack track)
    {
        SetTrack set = track.Set;
        PodSlot? slot = track.Slot;
        track.Slot = null;
        if (slot is { Done: not null })
        {
            slot = null;
        }

        if (set.Active >= set.Desired)
        {
            if (slot is not null)
            {
                Drop(slot);
            }

            return;
        }

        slot?.Enter(PodCause.Creation, loop.Now);
        set.Vacancies.Enqueue(new Vacancy(track, slot, track.UnavailableSince, track.UnavailableIn));
    }

    private void Serve(PodTrack track, V1Pod pod)
    {
        SimTime now = loop.Now;
        SetTrack set = track.Set;
        bool ready = track.Sight is { IsActive: true, IsReady: true };
        track.AvailableAt = null;
        bool available = ready;
        int minReady = set.Latest.Spec.MinReadySeconds;
        if (ready && minReady > 0 && PodState.AvailableAt(pod, minReady) is { } date && SimTime.FromDateTime(date) is { } at && at > now)
        {
            available = false;
            track.AvailableAt = at;
            set.AwaitAvailable(track, at);
        }

        SetAvailable(track, available, now);
    }

    private static void SetAvailable(PodTrack track, bool available, SimTime now)
    {
        if (track.IsAvailable == available)
        {
            return;
        }

        track.IsAvailable = available;
        track.Set.CountAvailable(available ? 1 : -1);
        if (!available)
        {
            (track.UnavailableSince, track.UnavailableIn) = (now, track.Set.Rollout);
        }
        else if (track.UnavailableSince is { } since)
        {
            (track.UnavailableIn ?? track.Set.Rollout).Unavailability.Tell(since, now, track.Name);
            (track.UnavailableSince, track.UnavailableIn) = (null, null);
        }
    }

    private void Restage(PodTrack track)
    {
        PodSight sight = track.Sight;
        PodStage stage = sight.IsTerminating ? PodStage.Terminating
            : !sight.IsActive ? PodStage.BackOff
            : sight.IsReady ? PodStage.ReadyUpdated
            : track.Work is PodStage.BackOff or PodStage.NodeLost ? track.Work
            : sight.GateClosed ? PodStage.UpdatingInPlace
            : track.Work;
        if (stage != track.Stage)
        {
            track.Set.CountStage(track.Stage, -1);
            track.Set.CountStage(stage, 1);
            track.Stage = stage;
        }
    }

    private static bool ImagesDiffer(V1PodSpec before, V1PodSpec after)
    {
        for (int i = 0; i < Math.Min(before.Containers.Count, after.Containers.Count); i++)
        {
            if (before.Containers[i].Image != after.Containers[i].Image)
            {
                return true;
            }
        }

        return false;
    }
}
