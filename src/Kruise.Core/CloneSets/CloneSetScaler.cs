using k8s.Models;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Revisions;

namespace Kruise.Core.CloneSets;

/// <summary>Makes and deletes pods until there are as many as there should be (inventory §10.4).</summary>
internal static class CloneSetScaler
{
    private const int InstanceIdLength = 5;

    /// <summary>Plans what is to be made or deleted; true when that changes anything, so that the pass ends there.</summary>
    public static bool Plan(CloneSetPass pass)
    {
        CloneSetPods pods = pass.Pods;
        CloneSetDiffs diffs = Diffs(pass);
        if (diffs.Total < 0 && Create(pass, -diffs.Total, Math.Min(-diffs.Total, Math.Max(0, -diffs.CurrentRevision))))
        {
            return true;
        }

        List<Write> writes = [];
        var planned = new SortedSet<PodEntry>(pass.Specified, PodEntry.ByName);
        List<PodEntry> prepared = [.. pods.Leaving.Where(pod => pod.Facts.State == LifecycleState.PreparingDelete && !planned.Contains(pod))];
        int missing = pass.Numbers.Replicas - (pods.Count - planned.Count - prepared.Count);
        foreach (PodEntry pod in prepared)
        {
            // There are to be more again: pods that wait for their deletion are kept (trap 72).
            if (missing > 0)
            {
                missing--;
                ToState(pass, pod, LifecycleState.Normal, writes);
            }
            else
            {
                planned.Add(pod);
            }
        }

        if (planned.Count > 0)
        {
            // Nobody else is given up while some are on their way (trap 71).
            Delete(pass, Affordable(pass, planned), writes);
        }
        else if (diffs.Total > 0)
        {
            Delete(pass, Victims(pass, diffs), writes);
        }

        pass.SlowStart(writes);
        return writes.Count > 0;
    }

    /// <summary>
    /// Plans the deletion of chosen pods where others cannot be made: what stands in the way of new ones (a quota, say) may well be those that are to go. Otherwise an
    /// update by re-creation with a surge would wait for ever for its surge pods.
    /// </summary>
    public static void DeleteChosen(CloneSetPass pass)
    {
        List<Write> writes = [];
        Delete(pass, Affordable(pass, pass.Specified), writes);
        pass.SlowStart(writes);
    }

    /// <summary>How many pods there are too many or too few.</summary>
    public static CloneSetDiffs Diffs(CloneSetPass pass)
    {
        string update = pass.UpdateRevision.Metadata.Name;
        return CloneSetDiffs.Of(
            pass.Numbers,
            pass.Pods.Count,
            pass.Pods.Count - pass.Updated,
            pass.Specified.Count(pod => pod.Facts.Revision != update),
            pass.Specified.Count(pod => pod.Facts.Revision == update));
    }

    private static bool Create(CloneSetPass pass, int count, int ofCurrentRevision)
    {
        // Those that take over the claims of a pod on its way out are made when it is gone: v0.8.0 tried in vain until then.
        count = Math.Min(count - pass.Pods.AwaitedInstanceIds, pass.Options.MaxPodsPerPass);
        List<Write> writes = [];
        foreach (string id in InstanceIds(pass, count))
        {
            V1ControllerRevision revision = writes.Count < ofCurrentRevision ? pass.CurrentRevision : pass.UpdateRevision;
            pass.RevisionsOfNewPods.Add(revision.Metadata.Name);
            V1Pod pod = CloneSetPodFactory.Pod(pass.Set, revision, id, pass.Now);
            Write.RecordEvent failed = pass.Event(EventSeverity.Warning, "FailedCreate", $"failed to create pod {pod.Metadata.Name}: ");
            var claims = pass.Pods.ClaimsOf(id).Select(claim => claim.Metadata.Name).ToHashSet(StringComparer.Ordinal);
            writes.Add(new Write.Sequence(
            [
                .. CloneSetPodFactory.Claims(pass.Set, id).Where(claim => !claims.Contains(claim.Metadata.Name)).Select(claim => new Write.Create(claim) { IfFailed = failed }),
                new Write.Create(pod) { IfFailed = failed },
                pass.Event(EventSeverity.Normal, "SuccessfulCreate", $"succeed to create pod {pod.Metadata.Name}"),
            ]));
        }

        pass.SlowStart(writes);
        return writes.Count > 0;
    }

    // Ids that have claims left are used again; others are drawn. In order, so that the current revision gets the same ones on every look.
    private static SortedSet<string> InstanceIds(CloneSetPass pass, int count)
    {
        var ids = new SortedSet<string>(pass.Pods.FreeInstanceIds.Where(id => !pass.IsTaken(id)).Take(count), StringComparer.Ordinal);
        Span<char> drawn = stackalloc char[InstanceIdLength];
        while (ids.Count < count)
        {
            foreach (ref char c in drawn)
            {
                c = RevisionHash.Alphabet[(int)pass.Random.Next(RevisionHash.Alphabet.Length)];
            }

            string id = new(drawn);
            if (!pass.Pods.HasPod(id) && !pass.Pods.ClaimsOf(id).Any() && !pass.IsTaken(id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    // What does not serve goes at once, what does as far as the strategy allows it: v0.8.0 deleted all at once (inventory §17.6, trap 64).
    private static IEnumerable<PodEntry> Affordable(CloneSetPass pass, IEnumerable<PodEntry> planned)
    {
        int budget = pass.Budget;
        return [.. planned.Where(pod => !pass.Serves(pod) || budget-- > 0)];
    }

    // Old pods first, as many as are there beyond what partition keeps; of each kind those that would be missed least.
    private static List<PodEntry> Victims(CloneSetPass pass, CloneSetDiffs diffs)
    {
        string update = pass.UpdateRevision.Metadata.Name;
        int old = Math.Min(diffs.Total, Math.Max(0, diffs.CurrentRevision));
        int budget = pass.Budget;
        List<PodEntry> victims = [];
        int seen = 0;
        foreach (PodEntry pod in pass.Pods.NotAt(update).Take(old))
        {
            seen++;

            // Surge pods that are not ready yet are no reason to give up old ones that serve.
            if (!pass.Serves(pod) || budget-- > 0)
            {
                victims.Add(pod);
            }
        }

        // Old pods that had to stay are waited for, unless there are more pods than even a surge explains.
        int rest = diffs.Total - (pass.Pods.Count - pass.Numbers.Replicas > pass.Numbers.MaxSurge ? victims.Count : seen);
        victims.AddRange((pass.Pods.At(update)?.InOrder ?? []).Take(rest));
        return victims;
    }

    private static void Delete(CloneSetPass pass, IEnumerable<PodEntry> victims, List<Write> writes)
    {
        foreach (PodEntry victim in victims)
        {
            if (writes.Count >= pass.Options.MaxPodsPerPass)
            {
                return;
            }

            if (pass.Deleted.Contains(victim))
            {
                continue;
            }

            if (LifecycleHooks.IsHooked(pass.Spec.Lifecycle?.PreDelete, victim.Pod))
            {
                if (victim.Facts.State != LifecycleState.PreparingDelete)
                {
                    ToState(pass, victim, LifecycleState.PreparingDelete, writes);
                }

                continue;
            }

            pass.Deleted.Add(victim);
            ObjectKey key = ObjectKey.Of(victim.Pod);
            writes.Add(new Write.Sequence(
            [
                new Write.Delete(typeof(V1Pod), key, victim.Pod.Metadata.Uid)
                {
                    IfFailed = pass.Event(EventSeverity.Warning, "FailedDelete", $"failed to delete pod {victim.Name}: "),
                },
                pass.Event(EventSeverity.Normal, "SuccessfulDelete", $"succeed to delete pod {victim.Name}"),
                .. victim.Facts.InstanceId.Length == 0
                    ? []
                    : pass.Pods.ClaimsOf(victim.Facts.InstanceId).Select(claim => new Write.Delete(typeof(V1PersistentVolumeClaim), ObjectKey.Of(claim), claim.Metadata.Uid)
                    {
                        IfFailed = pass.Event(EventSeverity.Warning, "FailedDelete", $"failed to delete pvc {claim.Metadata.Name}: "),
                    }),
            ]));
        }
    }

    private static void ToState(CloneSetPass pass, PodEntry pod, string state, List<Write> writes)
    {
        if (pass.Touched.Add(pod))
        {
            writes.Add(new Write.Update(LifecycleHooks.WithState(pod.Pod, state, pass.Now)) { From = pod.Pod });
        }
    }
}
