using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>
/// Follows every SidecarSet and the pods that it selects: what the API server commits and what kubelets do. Changes nothing, and draws nothing. A commit of a pod costs a
/// look at each set.
/// </summary>
/// <remarks>
/// A rollout begins with the commit of a set at another hash. A pod's upgrade begins with the commit that brings it to that hash, and ends with the one by which it is
/// ready and runs what it is meant to; it waits for one <see cref="PodCause"/> at every moment, from the beginning of the rollout on.
/// </remarks>
internal sealed partial class SidecarRecorder(EventLoop loop, AdmissionRecorder admissions, IReadOnlySet<string> leftOut)
{
    private readonly SidecarLedger _ledger = new(leftOut);
    private readonly List<SidecarTrack> _sets = [];
    private readonly Dictionary<string, SidecarTrack> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SidecarUpgrade>> _upgrades = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, InjectedSet>> _setsOf = new(StringComparer.Ordinal);

    /// <summary>In the order in which they were created.</summary>
    public IReadOnlyList<SidecarTrack> Sets => _sets;

    /// <summary>Takes in a commit.</summary>
    public void OnCommit(Change change)
    {
        bool deleted = change.Type == WatchEventType.Deleted;
        switch (change.New)
        {
            case SidecarSet set:
                OnSet(set, deleted);
                break;
            case V1Pod pod:
                OnPod(change.Key, (V1Pod?)change.Old, pod, deleted);
                break;
        }
    }

    /// <summary>A line per set, for the series; null without any.</summary>
    public int[][]? Sample() => _sets.Count == 0 ? null : [.. _sets.Select(set => set.Sample())];

    private void OnSet(SidecarSet set, bool deleted)
    {
        string name = set.Metadata.Name;
        _ledger.OnSet(name, deleted ? null : set);
        if (deleted)
        {
            if (_byName.Remove(name, out SidecarTrack? gone))
            {
                gone.IsGone = true;
                gone.Rollout.Superseded ??= loop.Now;
                gone.Measure(loop.Now);
            }

            return;
        }

        SidecarBook book = _ledger.Book(name)!;
        if (_byName.TryGetValue(name, out SidecarTrack? track))
        {
            track.Take(set, book, loop.Now);
        }
        else
        {
            _byName.Add(name, track = new SidecarTrack(set, book, loop.Now));
            _sets.Add(track);
        }

        track.Measure(loop.Now);
    }

    private void OnPod(ObjectKey key, V1Pod? before, V1Pod pod, bool deleted)
    {
        if (_sets.Count == 0 && !deleted)
        {
            // A set that is applied later finds the pods that are there.
            _ledger.OnPod(key, pod);
            return;
        }

        PodSidecars? old = _ledger.Sidecars(key);
        _ledger.OnPod(key, deleted ? null : pod);
        PodSidecars? now = _ledger.Sidecars(key);
        if (now is { Sets.Count: > 0 })
        {
            _setsOf[pod.Metadata.Uid] = now.Sets;
        }

        foreach (SidecarTrack set in _byName.Values)
        {
            if (before is null)
            {
                set.Injected += now?.HashOf(set.Name) is not null ? 1 : 0;
                set.Missed += admissions.IsUnanswered && set.Book.Of(key).IsUncovered ? 1 : 0;
            }
            else if (old?.HashOf(set.Name) is { } hash && now?.HashOf(set.Name) is { } present && hash != present && present == set.Rollout.Hash && set.Book.Of(key).IsMember)
            {
                Begin(set, before, pod);
            }
        }

        if (_upgrades.TryGetValue(pod.Metadata.Uid, out List<SidecarUpgrade>? upgrades))
        {
            Follow(key, pod, upgrades, deleted || !PodState.IsActive(pod));
        }

        foreach (SidecarTrack set in _byName.Values)
        {
            set.Measure(loop.Now);
        }

        if (deleted)
        {
            _setsOf.Remove(pod.Metadata.Uid);
        }
    }

    private void Begin(SidecarTrack set, V1Pod before, V1Pod pod)
    {
        SimTime now = loop.Now;
        if (!_upgrades.TryGetValue(pod.Metadata.Uid, out List<SidecarUpgrade>? upgrades))
        {
            _upgrades.Add(pod.Metadata.Uid, upgrades = []);
        }

        foreach (SidecarUpgrade open in upgrades.Where(upgrade => upgrade.Rollout.Set == set))
        {
            open.Close(now);
            set.UpgradesOpen--;
        }

        upgrades.RemoveAll(upgrade => upgrade.IsClosed);
        var next = new SidecarUpgrade(set.Rollout, pod, PodLabels.Of(pod)) { All = Changed(before, pod, set), Begun = now };
        next.Enter(next.All == 0 ? PodCause.StatusReporting : PodCause.KubeletSync, now);
        set.Rollout.Upgrades.Add(next);
        upgrades.Add(next);
        set.UpgradesOpen++;
    }

    private void Follow(ObjectKey key, V1Pod pod, List<SidecarUpgrade> upgrades, bool leaves)
    {
        SimTime now = loop.Now;
        foreach (SidecarUpgrade upgrade in upgrades)
        {
            SidecarTrack set = upgrade.Rollout.Set;
            if (leaves || set.IsGone)
            {
                upgrade.HasLeft = true;
                upgrade.Close(now);
            }
            else if (set.Book.Of(key) is { IsUpdated: true, IsReady: true } && upgrade.Rollout == set.Rollout)
            {
                upgrade.Finish(now);
            }

            if (upgrade.IsClosed)
            {
                set.UpgradesOpen--;
                set.LongestUpgrade.Tell(upgrade.Begun!.Value, now, pod.Metadata.Name);
            }
        }

        upgrades.RemoveAll(upgrade => upgrade.IsClosed);
        if (upgrades.Count == 0)
        {
            _upgrades.Remove(pod.Metadata.Uid);
        }
    }

    private static ulong Changed(V1Pod before, V1Pod pod, SidecarTrack set)
    {
        ulong bits = 0;
        for (int i = 0; i < Math.Min(63, Math.Min(before.Spec.Containers.Count, pod.Spec.Containers.Count)); i++)
        {
            bits |= before.Spec.Containers[i].Image != pod.Spec.Containers[i].Image && set.Book.Rules.Has(pod.Spec.Containers[i].Name) ? 1UL << i : 0;
        }

        return bits;
    }
}
