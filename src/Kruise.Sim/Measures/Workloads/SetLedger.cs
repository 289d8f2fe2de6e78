using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Lifecycles;
using Kruise.Core.Workloads;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// What a controller's view holds of one set's pods, counted beside the controller and without its code: how many are there, how many serve, and how many of
/// each revision
/// nobody has chosen to go. A change costs O(log pods).
/// </summary>
internal sealed class SetLedger
{
    private readonly Dictionary<string, Entry> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _staying = new(StringComparer.Ordinal);
    private readonly SortedSet<(DateTime Since, string Name)> _sinceReady = new(Comparer<(DateTime Since, string Name)>.Create(
        static (x, y) => x.Since != y.Since ? x.Since.CompareTo(y.Since) : string.CompareOrdinal(x.Name, y.Name)));

    /// <summary>Pods that are neither ended nor terminating.</summary>
    public int Active { get; private set; }

    /// <summary>Active pods that somebody has chosen to go.</summary>
    public int Marked { get; private set; }

    /// <summary>Active pods that nobody has chosen to go, at other revisions than this one.</summary>
    public int StayingNotAt(string revision) => _staying.Values.Sum() - _staying.GetValueOrDefault(revision);

    /// <summary>Pods that serve: in service, and ready for long enough.</summary>
    public int Serving(int minReadySeconds, DateTime now)
    {
        int serving = _sinceReady.Count;
        if (minReadySeconds > 0)
        {
            foreach ((DateTime since, _) in _sinceReady.Reverse())
            {
                if (since.AddSeconds(minReadySeconds) <= now)
                {
                    break;
                }

                serving--;
            }
        }

        return serving;
    }

    public void Set(string name, V1Pod? pod)
    {
        if (_pods.Remove(name, out Entry old))
        {
            Count(name, old, -1);
        }

        if (pod is not null)
        {
            Entry entry = Entry.Of(pod);
            _pods.Add(name, entry);
            Count(name, entry, 1);
        }
    }

    /// <summary>
    /// Whether a pod is in service, however long: it runs, is ready, is in no stage of its lifecycle but Normal, and no update in place keeps it out. To be
    /// available it
    /// must have been so for minReadySeconds.
    /// </summary>
    public static bool IsInService(V1Pod pod) =>
        pod is { Metadata.DeletionTimestamp: null, Status.Phase: "Running" }
        && StatusOf(pod, "Ready") == "True"
        && StatusOf(pod, WorkloadKeys.InPlaceUpdateReady) is null or "True"
        && Label(pod, WorkloadKeys.LifecycleState) is null or "" or LifecycleState.Normal;

    public static bool Serves(V1Pod pod, CloneSet set, DateTime now) =>
        IsInService(pod) && (set.Spec.MinReadySeconds <= 0 || ReadySince(pod).AddSeconds(set.Spec.MinReadySeconds) <= now);

    public static string? Label(V1Pod pod, string key) => pod.Metadata.Labels is { } labels && labels.TryGetValue(key, out string? value) ? value : null;

    private static string? StatusOf(V1Pod pod, string condition)
    {
        foreach (V1PodCondition candidate in pod.Status?.Conditions ?? [])
        {
            if (candidate.Type == condition)
            {
                return candidate.Status;
            }
        }

        return null;
    }

    // A pod that does not say since when it is ready has not been for long.
    private static DateTime ReadySince(V1Pod pod) => pod.Status.Conditions.First(c => c.Type == "Ready").LastTransitionTime ?? DateTime.MaxValue.AddYears(-1);

    private void Count(string name, in Entry entry, int by)
    {
        if (!entry.IsActive)
        {
            return;
        }

        Active += by;
        if (entry.IsMarked)
        {
            Marked += by;
        }
        else
        {
            _staying[entry.Revision] = _staying.GetValueOrDefault(entry.Revision) + by;
        }

        if (entry.ReadySince is { } since)
        {
            _ = by > 0 ? _sinceReady.Add((since, name)) : _sinceReady.Remove((since, name));
        }
    }

    private readonly record struct Entry(bool IsActive, bool IsMarked, string Revision, DateTime? ReadySince)
    {
        public static Entry Of(V1Pod pod) => new(
            pod is { Metadata.DeletionTimestamp: null, Status.Phase: not ("Succeeded" or "Failed") } or { Metadata.DeletionTimestamp: null, Status: null },
            Label(pod, WorkloadKeys.SpecifiedDelete) is not null || Label(pod, WorkloadKeys.LifecycleState) == LifecycleState.PreparingDelete,
            Label(pod, WorkloadKeys.ControllerRevisionHash) ?? "",
            IsInService(pod) ? SetLedger.ReadySince(pod) : null);
    }
}
