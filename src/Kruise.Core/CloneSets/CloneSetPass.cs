using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.CloneSets;

/// <summary>One look at a set: what it is decided from, and what has been decided so far.</summary>
internal sealed class CloneSetPass(
    CloneSet set,
    CloneSetPods pods,
    V1ControllerRevision updateRevision,
    V1ControllerRevision currentRevision,
    CloneSetOptions options,
    IClusterView view,
    ReconcileContext context)
{
    public CloneSet Set => set;

    public CloneSetSpec Spec => set.Spec;

    public CloneSetPods Pods => pods;

    public V1ControllerRevision UpdateRevision => updateRevision;

    public V1ControllerRevision CurrentRevision => currentRevision;

    public CloneSetOptions Options => options;

    public CloneSetNumbers Numbers { get; } = CloneSetNumbers.Of(set.Spec);

    public DateTime Now => context.Now;

    public RandomStream Random => context.Random;

    public List<WriteGroup> Groups { get; } = [];

    /// <summary>
    /// Pods that the pass already writes: nothing else is decided about them before the view shows what became of that. A second write would be made from the pod as it
    /// was, and undo the first.
    /// </summary>
    public HashSet<PodEntry> Touched { get; } = [];

    /// <summary>Pods that the pass already deletes.</summary>
    public HashSet<PodEntry> Deleted { get; } = [];

    /// <summary>The revisions that the pass makes pods of.</summary>
    public HashSet<string> RevisionsOfNewPods { get; } = new(StringComparer.Ordinal);

    /// <summary>What cannot be done, for the status; null when nothing is wrong.</summary>
    public CloneSetCondition? Problem { get; set; }

    /// <summary>The earliest moment at which something is to be looked at again.</summary>
    public TimeSpan? LookAgain { get; private set; }

    /// <summary>Active pods that a label or the spec chooses for deletion, by name.</summary>
    public IReadOnlySet<PodEntry> Specified { get; } = SpecifiedOf(set, pods);

    /// <summary>Whether a pod is chosen for deletion or prepared for it.</summary>
    public bool IsLeaving(PodEntry pod) => pods.Leaving.Contains(pod) || Specified.Contains(pod);

    /// <summary>Active pods that are chosen for deletion or prepared for it, by name.</summary>
    public IEnumerable<PodEntry> Leaving => Specified.Concat(pods.Leaving.Where(pod => !Specified.Contains(pod)));

    /// <summary>Active pods at the update revision.</summary>
    public int Updated => pods.At(updateRevision.Metadata.Name)?.Count ?? 0;

    /// <summary>
    /// Available pods that may be taken away now: as many as <c>maxUnavailable</c> leaves, and those that are there beyond replicas; negative when too few are
    /// available already (traps 66, 67).
    /// </summary>
    public int Budget => Numbers.MaxUnavailable + (pods.Count - Numbers.Replicas) - (pods.Count - pods.SteadyAvailable(set.Spec.MinReadySeconds, context.Now));

    /// <summary>Whether a pod is in service: taking it away makes one more unavailable.</summary>
    public bool Serves(PodEntry pod) => CloneSetPods.IsSteadyAvailable(pod, set.Spec.MinReadySeconds, context.Now);

    /// <summary>Whether a pod has the name that one of this instance id would get. It need not be one of the set's: a pod that was let go keeps its name.</summary>
    public bool IsTaken(string instanceId) =>
        view.Get<V1Pod>(new ObjectKey(set.Metadata.NamespaceProperty ?? "", CloneSetPodFactory.NameOf(set, instanceId))) is not null;

    public void LookAgainAfter(TimeSpan delay)
    {
        if (LookAgain is null || delay < LookAgain)
        {
            LookAgain = delay;
        }
    }

    /// <summary>Adds members in batches of 1, 2, 4 and so on, each batch at the same time: when something is wrong, few writes find out (inventory §6.3).</summary>
    public void SlowStart(IReadOnlyList<Write> members)
    {
        for (int start = 0, size = 1; start < members.Count; start += size, size *= 2)
        {
            Groups.Add(new WriteGroup([.. members.Skip(start).Take(size)], Parallel: true));
        }
    }

    public Write.RecordEvent Event(EventSeverity severity, string reason, string message) => Write.RecordEvent.On(set, severity, reason, message);

    private static SortedSet<PodEntry> SpecifiedOf(CloneSet set, CloneSetPods pods)
    {
        var specified = new SortedSet<PodEntry>(pods.Leaving.Where(pod => pod.Facts.IsSpecified), PodEntry.ByName);
        foreach (string name in set.Spec.ScaleStrategy.PodsToDelete ?? [])
        {
            if (pods.Find(name) is { } pod)
            {
                specified.Add(pod);
            }
        }

        return specified;
    }
}
