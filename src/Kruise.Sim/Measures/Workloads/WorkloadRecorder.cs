using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// Follows every CloneSet and every pod that one controls. It sees what the API server commits and what kubelets do (<see
/// cref="Kruise.Sim.Workloads.IPodObserver"/>),
/// changes nothing, and draws nothing. A commit costs O(log pods).
/// </summary>
/// <remarks>
/// A rollout begins with the commit of a changed template (the first one with the set). Of each pod that it brings to the new revision a <see
/// cref="PodSlot"/> is kept; it
/// waits for one <see cref="PodCause"/> at every moment, from the beginning of the rollout until the API server stores that the pod carries the revision and
/// is ready. An old
/// pod that is deleted leaves a vacancy, and new pods fill vacancies in the order in which they were left; a pod that goes while there are still as many as
/// asked for leaves
/// none. New pods without a vacancy are surge or more replicas and have a slot of their own. A pod is asked for when its first request reaches the API server; until it is
/// stored it waits for its admission.
/// </remarks>
internal sealed partial class WorkloadRecorder(EventLoop loop, AdmissionRecorder admissions)
{
    private readonly List<SetTrack> _sets = [];
    private readonly Dictionary<string, SetTrack> _setsByUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodTrack> _pods = new(StringComparer.Ordinal);
    private long _number;

    /// <summary>In the order in which they were created.</summary>
    public IReadOnlyList<SetTrack> Sets => _sets;

    /// <summary>Whether no set has anything left to do; also without any. Costs O(sets).</summary>
    public bool IsSettled
    {
        get
        {
            foreach (SetTrack set in _sets)
            {
                if (!set.IsSettled)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Pods updated and ready, and to be so, over all sets.</summary>
    public (int Done, int Desired) Progress
    {
        get
        {
            (int done, int desired) = (0, 0);
            foreach (SetTrack set in _sets)
            {
                done += Math.Min(set.UpdatedReady, set.ToUpdate);
                desired += set.ToUpdate;
            }

            return (done, desired);
        }
    }

    /// <summary>Takes in a commit; true when it may have settled a set.</summary>
    public bool OnCommit(Change change)
    {
        bool deleted = change.Type == WatchEventType.Deleted;
        switch (change.New)
        {
            case CloneSet set:
                OnSet(set, (CloneSet?)change.Old, deleted);
                return true;
            case V1ControllerRevision revision when !deleted:
                OnRevision(revision, (V1ControllerRevision?)change.Old);
                return false;
            case V1Pod pod:
                return OnPod((V1Pod?)change.Old, pod, deleted);
            default:
                return false;
        }
    }

    /// <summary>A line per set, for the series.</summary>
    public int[][]? Sample()
    {
        if (_sets.Count == 0)
        {
            return null;
        }

        foreach (SetTrack set in _sets)
        {
            Catch(set);
        }

        return [.. _sets.Select(set => set.Sample())];
    }

    private void OnSet(CloneSet set, CloneSet? before, bool deleted)
    {
        SimTime now = loop.Now;
        if (!_setsByUid.TryGetValue(set.Metadata.Uid, out SetTrack? track))
        {
            track = new SetTrack(set, now);
            _sets.Add(track);
            _setsByUid.Add(set.Metadata.Uid, track);
        }

        Catch(track);
        int minReady = track.Latest.Spec.MinReadySeconds;
        if (before?.Spec.Template is { } old && !ReferenceEquals(old, set.Spec.Template) && !StructuralComparer<V1PodTemplateSpec>.Default.Same(old, set.Spec.Template!))
        {
            track.Supersede(now);
        }

        track.Take(set, now);
        if (deleted || track.Active >= track.Desired + track.Numbers.MaxSurge)
        {
            // Nobody asks again for what was refused.
            admissions.Forget(set.Metadata.Uid);
        }

        if (deleted)
        {
            track.IsGone = true;
            track.Rollout.Superseded ??= now;
        }

        if (set.Status.ObservedGeneration >= (set.Metadata.Generation ?? 0) && set.Status.UpdateRevision is { Length: > 0 } revision)
        {
            Learn(track, revision);
        }

        if (minReady != set.Spec.MinReadySeconds)
        {
            foreach (PodTrack pod in track.Pods.Values)
            {
                if (_latest.TryGetValue(pod.Uid, out V1Pod? latest))
                {
                    Serve(pod, latest);
                }
            }
        }

        track.Measure(now);
    }

    private void OnRevision(V1ControllerRevision revision, V1ControllerRevision? before)
    {
        if (PodState.ControllerOf(revision.Metadata)?.Uid is { } uid
            && _setsByUid.TryGetValue(uid, out SetTrack? set)
            && (before is null || revision.Revision > before.Revision))
        {
            Learn(set, revision.Metadata.Name);
            set.Measure(loop.Now);
        }
    }

    // The controller writes a revision before any pod that carries it.
    private static void Learn(SetTrack set, string revision)
    {
        RolloutTrack rollout = set.Rollout;
        if (rollout.Revision == revision)
        {
            return;
        }

        if (rollout.Revision is null && rollout.Number > 0 && set.Rollouts[^2].Revision == revision && rollout.Slots.Count == 0)
        {
            set.Forget(rollout);
            return;
        }

        rollout.Revision = revision;
    }

    // Pods that became available by time alone did so at their moments, not when somebody looks.
    private static void Catch(SetTrack set, SimTime now)
    {
        while (set.TryTakeAvailable(now, out PodTrack pod, out SimTime at))
        {
            pod.AvailableAt = null;
            SetAvailable(pod, true, at);
            set.Measure(at);
        }
    }

    private void Catch(SetTrack set) => Catch(set, loop.Now);
}
