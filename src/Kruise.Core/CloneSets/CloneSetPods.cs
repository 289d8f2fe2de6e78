using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Lifecycles;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>
/// The pods, claims and revisions that one set controls, counted and ordered as its decisions ask for them. A change of a pod costs O(log pods); what a decision
/// reads costs what it finds.
/// </summary>
internal sealed class CloneSetPods
{
    private readonly Dictionary<string, PodEntry> _pods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RevisionPods> _byRevision = new(StringComparer.Ordinal);
    private readonly SortedSet<PodEntry> _young = new(PodEntry.ByReadySince);
    private readonly Dictionary<string, (int All, int Going)> _podsById = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, V1PersistentVolumeClaim>> _claims = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _freeIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaitedIds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, V1ControllerRevision> _revisions = new(StringComparer.Ordinal);
    private LabelMatcher? _selector;

    // Ready pods that had not been ready for long enough when somebody last asked.
    private int _youngSteady;
    private int _minReadySeconds;
    private DateTime _askedAt;

    /// <summary>Whether nothing is known of the set any more.</summary>
    public bool IsEmpty => _pods.Count == 0 && _claims.Count == 0 && _revisions.Count == 0 && _selector is null;

    /// <summary>Active pods that the set selects: the pods that it has. Only they are meant below unless it says otherwise.</summary>
    public int Count { get; private set; }

    /// <summary>Active pods that are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>Active pods that are steady, however long.</summary>
    public int Steady { get; private set; }

    /// <summary>Active pods at which somebody has to look, by name. Those in grace are not here until something else is due for them.</summary>
    public SortedSet<PodEntry> ToRefresh { get; } = new(PodEntry.ByName);

    /// <summary>Active pods whose update in place waits for the end of its grace, the earliest end first.</summary>
    public SortedSet<PodEntry> InGrace { get; } = new(PodEntry.ByGrace);

    /// <summary>Active pods that their label chooses for deletion, or that are prepared for it, by name.</summary>
    public SortedSet<PodEntry> Leaving { get; } = new(PodEntry.ByName);

    /// <summary>Active pods whose labels the set does not select, by name. They are not counted anywhere else.</summary>
    public SortedSet<PodEntry> Mismatched { get; } = new(PodEntry.ByName);

    /// <summary>The revisions that pods carry, with the pods.</summary>
    public IEnumerable<KeyValuePair<string, RevisionPods>> ByRevision => _byRevision;

    /// <summary>The ControllerRevisions that the set controls, by name.</summary>
    public IReadOnlyCollection<V1ControllerRevision> Revisions => _revisions.Values;

    /// <summary>An active pod of the set by name, or null.</summary>
    public PodEntry? Find(string name) => _pods.TryGetValue(name, out PodEntry? entry) && entry.IsCounted ? entry : null;

    /// <summary>The active pods at a revision; null when there were none so far.</summary>
    public RevisionPods? At(string revision) => _byRevision.GetValueOrDefault(revision);

    /// <summary>The active pods at other revisions than this one, in the order in which they would be given up.</summary>
    public IEnumerable<PodEntry> NotAt(string revision)
    {
        RevisionPods[] others = [.. _byRevision.Where(r => r.Key != revision).Select(r => r.Value)];
        return others.Length switch
        {
            0 => [],
            1 => others[0].InOrder,
            _ => Merge(others),
        };
    }

    /// <summary>Active pods that are ready and have been for long enough.</summary>
    public int Available(int minReadySeconds, DateTime now)
    {
        GrowUp(minReadySeconds, now);
        return Ready - _young.Count;
    }

    /// <summary>Active pods that are steady and have been ready for long enough.</summary>
    public int SteadyAvailable(int minReadySeconds, DateTime now)
    {
        GrowUp(minReadySeconds, now);
        return Steady - _youngSteady;
    }

    /// <summary>When the next ready pod becomes available; null when none has to wait.</summary>
    public DateTime? NextAvailableAt(int minReadySeconds, DateTime now)
    {
        GrowUp(minReadySeconds, now);
        return _young.Min is { } next ? PodState.AvailableAt(next.Pod, minReadySeconds) : null;
    }

    /// <summary>Whether a pod is steady and has been ready for long enough.</summary>
    public static bool IsSteadyAvailable(PodEntry entry, int minReadySeconds, DateTime now) =>
        entry.Facts.IsSteady && PodState.IsAvailable(entry.Pod, minReadySeconds, now);

    /// <summary>Whether a pod that exists, active or not, has this instance id.</summary>
    public bool HasPod(string instanceId) => _podsById.ContainsKey(instanceId);

    /// <summary>The claims of an instance id that are not being deleted, by name.</summary>
    public IEnumerable<V1PersistentVolumeClaim> ClaimsOf(string instanceId) =>
        _claims.TryGetValue(instanceId, out SortedDictionary<string, V1PersistentVolumeClaim>? claims) ? claims.Values.Where(IsKept) : [];

    /// <summary>The instance ids that have claims and no pod, in order: a pod that vanished left them, and the next one takes them over (trap 73).</summary>
    public IReadOnlyCollection<string> FreeInstanceIds => _freeIds;

    /// <summary>
    /// Instance ids that have claims, and pods that are all on their way out: a pod deleted by somebody else leaves its claims to the next one, which has its name and
    /// so cannot be made before.
    /// </summary>
    public int AwaitedInstanceIds => _awaitedIds.Count;

    public void OnSet(CloneSet? set)
    {
        _selector = set?.Spec.Selector is { } selector ? new LabelMatcher(selector.MatchLabels, selector.MatchExpressions) : null;
        foreach (PodEntry entry in _pods.Values.ToArray())
        {
            OnPod(entry.Name, entry.Pod);
        }
    }

    public void OnPod(string name, V1Pod? pod)
    {
        _pods.TryGetValue(name, out PodEntry? old);
        PodEntry? entry = pod is null ? null : new PodEntry(pod, PodFacts.Of(pod), _selector?.Matches(pod.Metadata.Labels) ?? true);
        if (old is not null && entry is not null && old.Facts == entry.Facts && old.IsSelected == entry.IsSelected)
        {
            old.Pod = entry.Pod;
            return;
        }

        if (old is not null)
        {
            Remove(old);
        }

        if (entry is not null)
        {
            Add(entry);
        }
    }

    public void OnClaim(string name, string instanceId, V1PersistentVolumeClaim? claim)
    {
        if (!_claims.TryGetValue(instanceId, out SortedDictionary<string, V1PersistentVolumeClaim>? claims))
        {
            _claims.Add(instanceId, claims = new SortedDictionary<string, V1PersistentVolumeClaim>(StringComparer.Ordinal));
        }

        if (claim is not null)
        {
            claims[name] = claim;
        }
        else
        {
            claims.Remove(name);
        }

        if (claims.Count == 0)
        {
            _claims.Remove(instanceId);
        }

        SettleId(instanceId);
    }

    public void OnRevision(string name, V1ControllerRevision? revision)
    {
        if (revision is null)
        {
            _revisions.Remove(name);
        }
        else
        {
            _revisions[name] = revision;
        }
    }

    private static bool IsKept(V1PersistentVolumeClaim claim) => claim.Metadata.DeletionTimestamp is null;

    private static IEnumerable<PodEntry> Merge(RevisionPods[] revisions)
    {
        var next = new PriorityQueue<IEnumerator<PodEntry>, PodEntry>(PodEntry.ByRank);
        foreach (RevisionPods pods in revisions)
        {
            Advance(pods.InOrder.GetEnumerator());
        }

        while (next.TryDequeue(out IEnumerator<PodEntry>? pods, out PodEntry? entry))
        {
            yield return entry;
            Advance(pods);
        }

        void Advance(IEnumerator<PodEntry> pods)
        {
            if (pods.MoveNext())
            {
                next.Enqueue(pods, pods.Current);
            }
        }
    }

    // Time and the newcomers are what changes: each ready pod is looked at once when its time comes.
    private void GrowUp(int minReadySeconds, DateTime now)
    {
        if (minReadySeconds != _minReadySeconds || now < _askedAt)
        {
            _minReadySeconds = minReadySeconds;
            _young.Clear();
            _youngSteady = 0;
            foreach (PodEntry entry in _pods.Values)
            {
                AddYoung(entry);
            }
        }

        _askedAt = now;
        while (_young.Min is { } oldest && PodState.IsAvailable(oldest.Pod, minReadySeconds, now))
        {
            RemoveYoung(oldest);
        }
    }

    private void AddYoung(PodEntry entry)
    {
        if (_minReadySeconds > 0 && entry.IsCounted && entry.Facts.IsReady && _young.Add(entry))
        {
            _youngSteady += entry.Facts.IsSteady ? 1 : 0;
        }
    }

    private void RemoveYoung(PodEntry entry)
    {
        if (_young.Remove(entry))
        {
            _youngSteady -= entry.Facts.IsSteady ? 1 : 0;
        }
    }

    private void SettleId(string instanceId)
    {
        bool hasClaims = instanceId.Length > 0 && ClaimsOf(instanceId).Any();
        (int all, int going) = _podsById.GetValueOrDefault(instanceId);
        Set(_freeIds, instanceId, hasClaims && all == 0);
        Set(_awaitedIds, instanceId, hasClaims && all > 0 && going == all);
    }

    private static void Set(ISet<string> ids, string instanceId, bool isMember)
    {
        if (isMember)
        {
            ids.Add(instanceId);
        }
        else
        {
            ids.Remove(instanceId);
        }
    }

    private void CountId(PodFacts facts, int change)
    {
        if (facts.InstanceId.Length == 0)
        {
            return;
        }

        (int all, int going) = _podsById.GetValueOrDefault(facts.InstanceId);
        all += change;
        if (all == 0)
        {
            _podsById.Remove(facts.InstanceId);
        }
        else
        {
            _podsById[facts.InstanceId] = (all, going + (facts.IsTerminating ? change : 0));
        }

        SettleId(facts.InstanceId);
    }

    private void Add(PodEntry entry)
    {
        PodFacts facts = entry.Facts;
        _pods.Add(entry.Name, entry);
        CountId(facts, 1);

        if (!entry.IsCounted)
        {
            if (facts.IsActive)
            {
                Mismatched.Add(entry);
            }

            return;
        }

        Count++;
        if (!_byRevision.TryGetValue(facts.Revision, out RevisionPods? revision))
        {
            _byRevision.Add(facts.Revision, revision = new RevisionPods());
        }

        revision.InOrder.Add(entry);
        if (facts.IsReady)
        {
            Ready++;
            revision.Ready++;
            Steady += facts.IsSteady ? 1 : 0;
            AddYoung(entry);
        }

        if (facts.NeedsRefresh)
        {
            ToRefresh.Add(entry);
        }

        if (facts.InGrace)
        {
            InGrace.Add(entry);
        }

        if (facts.IsSpecified || facts.State == LifecycleState.PreparingDelete)
        {
            Leaving.Add(entry);
        }
    }

    private void Remove(PodEntry entry)
    {
        PodFacts facts = entry.Facts;
        _pods.Remove(entry.Name);
        CountId(facts, -1);

        if (!entry.IsCounted)
        {
            Mismatched.Remove(entry);
            return;
        }

        Count--;
        RevisionPods revision = _byRevision[facts.Revision];
        revision.InOrder.Remove(entry);
        if (facts.IsReady)
        {
            Ready--;
            revision.Ready--;
            Steady -= facts.IsSteady ? 1 : 0;
            RemoveYoung(entry);
        }

        if (revision.Count == 0)
        {
            _byRevision.Remove(facts.Revision);
        }

        ToRefresh.Remove(entry);
        InGrace.Remove(entry);
        Leaving.Remove(entry);
    }
}
