using k8s.Models;
using Kruise.Core.Api;
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
    private readonly SortedSet<PodEntry> _ready = new(PodEntry.ByReadySince);
    private readonly Dictionary<string, int> _podsById = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedDictionary<string, V1PersistentVolumeClaim>> _claims = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, V1ControllerRevision> _revisions = new(StringComparer.Ordinal);
    private LabelMatcher? _selector;

    /// <summary>Whether nothing is known of the set any more.</summary>
    public bool IsEmpty => _pods.Count == 0 && _claims.Count == 0 && _revisions.Count == 0 && _selector is null;

    /// <summary>Active pods.</summary>
    public int Count { get; private set; }

    /// <summary>Active pods that are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>Active pods that are steady, however long.</summary>
    public int Steady { get; private set; }

    /// <summary>Active pods at which somebody has to look, by name.</summary>
    public SortedSet<PodEntry> ToRefresh { get; } = new(PodEntry.ByName);

    /// <summary>Active pods that their label chooses for deletion, or that are prepared for it, by name.</summary>
    public SortedSet<PodEntry> Leaving { get; } = new(PodEntry.ByName);

    /// <summary>Active pods whose labels the set does not select, by name. They count as pods until they are released.</summary>
    public SortedSet<PodEntry> Mismatched { get; } = new(PodEntry.ByName);

    /// <summary>The revisions that pods carry, with the pods; some may have none left.</summary>
    public IEnumerable<KeyValuePair<string, RevisionPods>> ByRevision => _byRevision;

    /// <summary>The ControllerRevisions that the set controls, by name.</summary>
    public IReadOnlyCollection<V1ControllerRevision> Revisions => _revisions.Values;

    /// <summary>An active pod of the set by name, or null.</summary>
    public PodEntry? Find(string name) => _pods.TryGetValue(name, out PodEntry? entry) && entry.Facts.IsActive ? entry : null;

    /// <summary>The active pods at a revision; null when there were none so far.</summary>
    public RevisionPods? At(string revision) => _byRevision.GetValueOrDefault(revision);

    /// <summary>The active pods at other revisions than this one, in the order in which they would be given up.</summary>
    public IEnumerable<PodEntry> NotAt(string revision)
    {
        RevisionPods[] others = [.. _byRevision.Where(r => r.Key != revision && r.Value.Count > 0).Select(r => r.Value)];
        return others.Length switch
        {
            0 => [],
            1 => others[0].InOrder,
            _ => Merge(others),
        };
    }

    /// <summary>Active pods that are ready and have been for long enough.</summary>
    public int Available(int minReadySeconds, DateTime now) => Ready - Recent(minReadySeconds, now, static _ => true);

    /// <summary>Active pods that are steady and have been ready for long enough.</summary>
    public int SteadyAvailable(int minReadySeconds, DateTime now) => Steady - Recent(minReadySeconds, now, static entry => entry.Facts.IsSteady);

    /// <summary>When the next ready pod becomes available; null when none has to wait.</summary>
    public DateTime? NextAvailableAt(int minReadySeconds, DateTime now)
    {
        DateTime? next = null;
        foreach (PodEntry entry in NotYetAvailable(minReadySeconds, now))
        {
            next = PodState.AvailableAt(entry.Pod, minReadySeconds) ?? next;
        }

        return next;
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
    public IEnumerable<string> FreeInstanceIds() => _claims.Where(c => !HasPod(c.Key) && c.Value.Values.Any(IsKept)).Select(c => c.Key);

    public void OnSet(CloneSet? set)
    {
        _selector = set?.Spec.Selector is { } selector ? new LabelMatcher(selector.MatchLabels, selector.MatchExpressions) : null;
        Mismatched.Clear();
        foreach (PodEntry entry in _pods.Values)
        {
            Select(entry);
        }
    }

    public void OnPod(string name, V1Pod? pod)
    {
        _pods.TryGetValue(name, out PodEntry? old);
        PodFacts facts = pod is null ? default : PodFacts.Of(pod);
        if (old is not null && pod is not null && old.Facts == facts)
        {
            old.Pod = pod;
            Mismatched.Remove(old);
            Select(old);
            return;
        }

        if (old is not null)
        {
            Remove(old);
        }

        if (pod is not null)
        {
            Add(new PodEntry(pod, facts));
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
            return;
        }

        claims.Remove(name);
        if (claims.Count == 0)
        {
            _claims.Remove(instanceId);
        }
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

    private int Recent(int minReadySeconds, DateTime now, Func<PodEntry, bool> counts) =>
        minReadySeconds <= 0 ? 0 : NotYetAvailable(minReadySeconds, now).Count(counts);

    // From the youngest on, so that it costs what it finds.
    private IEnumerable<PodEntry> NotYetAvailable(int minReadySeconds, DateTime now) =>
        minReadySeconds <= 0 ? [] : _ready.Reverse().TakeWhile(entry => !PodState.IsAvailable(entry.Pod, minReadySeconds, now));

    private void Add(PodEntry entry)
    {
        PodFacts facts = entry.Facts;
        _pods.Add(entry.Name, entry);
        if (facts.InstanceId.Length > 0)
        {
            _podsById[facts.InstanceId] = _podsById.GetValueOrDefault(facts.InstanceId) + 1;
        }

        if (!facts.IsActive)
        {
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
            _ready.Add(entry);
        }

        if (facts.NeedsRefresh)
        {
            ToRefresh.Add(entry);
        }

        if (facts.IsSpecified || facts.State == Lifecycles.LifecycleState.PreparingDelete)
        {
            Leaving.Add(entry);
        }

        Select(entry);
    }

    private void Remove(PodEntry entry)
    {
        PodFacts facts = entry.Facts;
        _pods.Remove(entry.Name);
        if (facts.InstanceId.Length > 0 && --_podsById[entry.Facts.InstanceId] == 0)
        {
            _podsById.Remove(facts.InstanceId);
        }

        if (!facts.IsActive)
        {
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
            _ready.Remove(entry);
        }

        if (revision.Count == 0)
        {
            _byRevision.Remove(facts.Revision);
        }

        ToRefresh.Remove(entry);
        Leaving.Remove(entry);
        Mismatched.Remove(entry);
    }

    private void Select(PodEntry entry)
    {
        entry.IsSelected = _selector?.Matches(entry.Pod.Metadata.Labels) ?? true;
        if (!entry.IsSelected && entry.Facts.IsActive)
        {
            Mismatched.Add(entry);
        }
    }
}
