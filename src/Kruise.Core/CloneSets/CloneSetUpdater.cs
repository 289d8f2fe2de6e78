using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Revisions;
using Kruise.Core.UpdateOrder;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>Brings pods to the update revision, as many at a time as the strategy allows (inventory §10.5).</summary>
internal static class CloneSetUpdater
{
    /// <summary>
    /// Plans what is due for pods that are being updated or have just started. Neither a pause nor scaling keeps it back: v0.8.0 left pods out of service for as long
    /// (trap 77).
    /// </summary>
    public static void Refresh(CloneSetPass pass)
    {
        List<Write> writes = [];
        Refresh(pass, writes);
        Add(pass, writes);
    }

    /// <summary>
    /// Plans to bring those pods back into service that <see cref="Refresh(CloneSetPass)"/> left to the update and that were not updated. They stand before what has been
    /// planned from <paramref name="at"/> on, so that it does not matter whether that succeeds.
    /// </summary>
    public static void RefreshRest(CloneSetPass pass, int at)
    {
        List<Write> writes = [];
        foreach (PodEntry entry in pass.Pods.ToRefresh)
        {
            if (writes.Count < pass.Options.MaxPodsPerPass && IsLeftToUpdate(pass, entry) && !pass.Touched.Contains(entry))
            {
                Refresh(pass, entry, writes);
            }
        }

        if (writes.Count > 0)
        {
            pass.Groups.Insert(at, new WriteGroup(writes, Parallel: true));
        }
    }

    /// <summary>Plans which pods to update next.</summary>
    public static void Begin(CloneSetPass pass)
    {
        if (!pass.Spec.UpdateStrategy.Paused)
        {
            List<Write> writes = [];
            Begin(pass, writes);
            Add(pass, writes);
        }
    }

    private static void Add(CloneSetPass pass, List<Write> writes)
    {
        if (writes.Count > 0)
        {
            pass.Groups.Add(new WriteGroup(writes, Parallel: true));
        }
    }

    private static void Refresh(CloneSetPass pass, List<Write> writes)
    {
        foreach (PodEntry entry in pass.Pods.ToRefresh)
        {
            if (writes.Count >= pass.Options.MaxPodsPerPass)
            {
                return;
            }

            if (!IsLeftToUpdate(pass, entry))
            {
                Refresh(pass, entry, writes);
            }
        }

        foreach (PodEntry entry in pass.Pods.InGrace)
        {
            if (entry.Facts.GraceEndsAt is { } end && end > pass.Now)
            {
                // Ends come in order.
                pass.LookAgainAfter(InPlaceUpdater.Until(end, pass.Now));
                return;
            }

            if (writes.Count >= pass.Options.MaxPodsPerPass)
            {
                return;
            }

            if (!entry.Facts.NeedsRefresh)
            {
                Refresh(pass, entry, writes);
            }
        }
    }

    // A pod that is out of service and waits for its update gains nothing by a moment in service. When its update failed half way that would be an endless to and fro
    // besides, as every write is a reason for a look.
    private static bool IsLeftToUpdate(CloneSetPass pass, PodEntry entry) =>
        entry.Facts.Revision != pass.UpdateRevision.Metadata.Name && entry.Facts.State == LifecycleState.Normal && !entry.Facts.InGrace;

    private static void Refresh(CloneSetPass pass, PodEntry entry, List<Write> writes)
    {
        V1Pod pod = entry.Pod;
        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, pass.Now);
        if (refresh.Problem is { } problem)
        {
            pass.Problem ??= Failed($"pod {entry.Name}: {problem}");
        }

        V1Pod changed = refresh.Object ?? refresh.Status ?? pod;
        V1Pod moved = NextState(pass, entry) is { } state ? LifecycleHooks.WithState(changed, state, pass.Now) : changed;
        Write? status = refresh.Status is null ? null : new Write.UpdateStatus(refresh.Status) { From = pod };
        Write? update = refresh.Object is null && ReferenceEquals(moved, changed) ? null : new Write.Update(moved) { From = pod };
        if (status is not null || update is not null)
        {
            pass.Touched.Add(entry);
            Add(writes, status, update);
        }
    }

    private static string? NextState(CloneSetPass pass, PodEntry entry)
    {
        LifecycleHook? hook = pass.Spec.Lifecycle?.InPlaceUpdate;
        return entry.Facts.State switch
        {
            LifecycleState.Updating when InPlaceUpdater.IsCompleted(entry.Pod) =>
                pass.Spec.Lifecycle is not null && !LifecycleHooks.IsHooked(hook, entry.Pod) ? LifecycleState.Updated : LifecycleState.Normal,
            LifecycleState.Updated when LifecycleHooks.AllHooked(hook, entry.Pod) => LifecycleState.Normal,

            // Rolled back before it was let go: v0.8.0 left it there for good (fixed in v1.4).
            LifecycleState.PreparingUpdate when entry.Facts.Revision == pass.UpdateRevision.Metadata.Name => LifecycleState.Normal,
            _ => null,
        };
    }

    private static void Begin(CloneSetPass pass, List<Write> writes)
    {
        var plans = new Dictionary<string, InPlaceUpdateSpec?>(StringComparer.Ordinal);
        foreach (PodEntry entry in Chosen(pass, writes))
        {
            if (writes.Count >= pass.Options.MaxPodsPerPass)
            {
                return;
            }

            if (pass.Spec.UpdateStrategy.Type is CloneSetUpdateStrategy.InPlaceIfPossible or CloneSetUpdateStrategy.InPlaceOnly)
            {
                if (!plans.TryGetValue(entry.Facts.Revision, out InPlaceUpdateSpec? spec))
                {
                    plans.Add(entry.Facts.Revision, spec = InPlaceSpec(pass, entry.Facts.Revision));
                }

                if (spec is not null)
                {
                    UpdateInPlace(pass, entry, spec, writes);
                    continue;
                }

                if (pass.Spec.UpdateStrategy.Type == CloneSetUpdateStrategy.InPlaceOnly)
                {
                    string why = $"pod {entry.Name} cannot be updated in place from revision {entry.Facts.Revision} to {pass.UpdateRevision.Metadata.Name}, "
                        + $"and the strategy is {CloneSetUpdateStrategy.InPlaceOnly}";
                    if (pass.Problem is null && pass.Set.Status.Conditions?.Any(condition => condition.Message == why) != true)
                    {
                        pass.Groups.Add(new WriteGroup([pass.Event(EventSeverity.Warning, "FailedUpdatePodInPlace", why)]));
                    }

                    pass.Problem ??= Failed(why);
                    return;
                }
            }

            ReCreate(pass, entry, writes);
        }
    }

    private static IEnumerable<PodEntry> Chosen(CloneSetPass pass, List<Write> writes)
    {
        string update = pass.UpdateRevision.Metadata.Name;
        CloneSetUpdateStrategy strategy = pass.Spec.UpdateStrategy;
        int waiting = pass.Pods.Count - pass.Updated
            - pass.Leaving.Count(entry => entry.Facts.Revision != update)
            - pass.Pods.InGrace.Concat(pass.Pods.ToRefresh.Where(entry => !entry.Facts.InGrace && entry.Facts.State == LifecycleState.Updated))
                .Count(entry => entry.Facts.Revision != update && !pass.IsLeaving(entry));
        int most = Math.Max(0, waiting - pass.Numbers.Partition);

        // Those that have begun to prepare go first. If partition has come to cover them meanwhile they need not prepare any longer.
        PodEntry[] preparing =
        [
            .. pass.Pods.ToRefresh.Where(entry =>
                entry.Facts.State == LifecycleState.PreparingUpdate && entry.Facts.Revision != update && !IsBusy(entry) && !pass.IsLeaving(entry)),
        ];
        foreach (PodEntry entry in preparing.Skip(most))
        {
            if (pass.Touched.Add(entry))
            {
                writes.Add(new Write.Update(LifecycleHooks.WithState(entry.Pod, LifecycleState.Normal, pass.Now)) { From = entry.Pod });
            }
        }

        if (most == 0)
        {
            return [];
        }

        IEnumerable<PodEntry> candidates = pass.Pods.NotAt(update).Where(entry => !IsBusy(entry) && !pass.IsLeaving(entry));
        if (strategy.PriorityStrategy is not null || strategy.ScatterStrategy is { Count: > 0 })
        {
            candidates = ByStrategy(pass, candidates);
        }

        if (preparing.Length > 0)
        {
            candidates = preparing.Concat(candidates.Where(entry => entry.Facts.State != LifecycleState.PreparingUpdate));
        }

        return Affordable(pass, candidates.Take(most).Where(entry => !pass.Touched.Contains(entry)));
    }

    private static IEnumerable<PodEntry> Affordable(CloneSetPass pass, IEnumerable<PodEntry> candidates)
    {
        // What does not serve is updated in any case, what does as long as the budget lasts; the first that has to wait ends the pass (trap 66). Pods that are chosen for
        // deletion and still serve have a claim on the budget before any update has.
        int budget = pass.Budget - pass.Leaving.Count(pass.Serves);
        foreach (PodEntry entry in candidates)
        {
            if (pass.Serves(entry) && budget-- <= 0)
            {
                yield break;
            }

            yield return entry;
        }
    }

    // Costs a look at every pod; only sets that ask for an order of their own pay for it.
    private static IEnumerable<PodEntry> ByStrategy(CloneSetPass pass, IEnumerable<PodEntry> candidates)
    {
        List<PodEntry> all = [.. candidates];
        int count = all.Count;
        var isCandidate = new HashSet<string>(all.Select(entry => entry.Name), StringComparer.Ordinal);
        foreach ((_, RevisionPods pods) in pass.Pods.ByRevision)
        {
            all.AddRange(pods.InOrder.Where(entry => !isCandidate.Contains(entry.Name)));
        }

        V1Pod[] everyPod = [.. all.Select(entry => entry.Pod)];
        IReadOnlyList<int> order = [.. Enumerable.Range(0, count)];
        order = new UpdatePriority(pass.Spec.UpdateStrategy.PriorityStrategy).Sort(everyPod, order);
        order = UpdateScatter.Sort(pass.Spec.UpdateStrategy.ScatterStrategy, everyPod, order);
        return order.Select(i => all[i]);
    }

    private static bool IsBusy(PodEntry entry) => entry.Facts.InGrace || entry.Facts.State is LifecycleState.Updated or LifecycleState.PreparingDelete;

    private static InPlaceUpdateSpec? InPlaceSpec(CloneSetPass pass, string revision) =>
        pass.Pods.Revisions.FirstOrDefault(r => r.Metadata.Name == revision) is { } old
            ? InPlaceDiff.Of(
                TemplateRevision.TemplateOf(old),
                TemplateRevision.TemplateOf(pass.UpdateRevision),
                pass.UpdateRevision.Metadata.Name,
                pass.Spec.UpdateStrategy.InPlaceUpdateStrategy?.GracePeriodSeconds ?? 0)
            : null;

    private static void UpdateInPlace(CloneSetPass pass, PodEntry entry, InPlaceUpdateSpec spec, List<Write> writes)
    {
        V1Pod pod = entry.Pod;
        if (LifecycleHooks.IsHooked(pass.Spec.Lifecycle?.InPlaceUpdate, pod) && entry.Facts.State is LifecycleState.Normal or LifecycleState.PreparingUpdate)
        {
            if (entry.Facts.State == LifecycleState.Normal)
            {
                pass.Touched.Add(entry);
                writes.Add(new Write.Update(LifecycleHooks.WithState(pod, LifecycleState.PreparingUpdate, pass.Now)) { From = pod });
            }

            return;
        }

        pass.Touched.Add(entry);
        V1Pod? begun = InPlaceUpdater.BeginStatus(pod, pass.Now);
        V1Pod applied = InPlaceUpdater.Apply(begun ?? pod, spec, pass.Now, p => LifecycleHooks.WithState(p, LifecycleState.Updating, pass.Now));
        if (spec.GraceSeconds > 0)
        {
            pass.LookAgainAfter(TimeSpan.FromSeconds(spec.GraceSeconds));
        }

        Write.RecordEvent failed = pass.Event(EventSeverity.Warning, "FailedUpdatePodInPlace", $"failed to update pod {entry.Name} in-place: ");
        Add(
            writes,
            begun is null ? null : new Write.UpdateStatus(begun) { From = pod, IfFailed = failed },
            new Write.Update(applied) { From = begun ?? pod, IfFailed = failed },
            pass.Event(EventSeverity.Normal, "SuccessfulUpdatePodInPlace", $"successfully update pod {entry.Name} in-place(revision {pass.UpdateRevision.Metadata.Name})"));
    }

    // The next pass deletes it, and one after that makes its replacement (trap 63).
    private static void ReCreate(CloneSetPass pass, PodEntry entry, List<Write> writes)
    {
        pass.Touched.Add(entry);
        V1Pod pod = entry.Pod;
        V1Pod marked = pod with
        {
            Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.SpecifiedDelete, "true") },
        };
        Add(
            writes,
            new Write.Update(marked)
            {
                From = pod,
                IfFailed = pass.Event(EventSeverity.Warning, "FailedUpdatePodReCreate", $"failed to patch pod {entry.Name} specified-delete: "),
            },
            pass.Event(
                EventSeverity.Normal, "SuccessfulUpdatePodReCreate", $"successfully patch pod {entry.Name} specified-delete for update (revision {pass.UpdateRevision.Metadata.Name})"));
    }

    private static void Add(List<Write> writes, params ReadOnlySpan<Write?> members)
    {
        List<Write> sequence = [];
        foreach (Write? member in members)
        {
            if (member is not null)
            {
                sequence.Add(member);
            }
        }

        if (sequence.Count > 0)
        {
            writes.Add(sequence.Count == 1 ? sequence[0] : new Write.Sequence(sequence));
        }
    }

    private static CloneSetCondition Failed(string message) => new() { Type = CloneSetCondition.FailedUpdate, Status = PodState.True, Reason = "FailedUpdate", Message = message };
}
