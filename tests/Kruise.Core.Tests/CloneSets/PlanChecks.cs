using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>Judges every plan by the view that it was made from, counting everything anew.</summary>
internal sealed class PlanChecks(CloneSetWorld world)
{
    private CloneSet Set => world.View.Get<CloneSet>(new ObjectKey(CloneSetWorld.Namespace, "foo"))!;

    private string Uid => world.Set.Metadata.Uid;

    private IEnumerable<V1Pod> Owned => world.View.List<V1Pod>().Where(pod => PodState.IsControlledBy(pod.Metadata, Uid));

    private IReadOnlyList<V1Pod> Pods =>
        [.. Owned.Where(pod => PodState.IsActive(pod) && new LabelMatcher(Set.Spec.Selector!.MatchLabels, Set.Spec.Selector.MatchExpressions).Matches(pod.Metadata.Labels))];

    public void Check(Plan plan)
    {
        if (world.View.Get<CloneSet>(new ObjectKey(CloneSetWorld.Namespace, "foo")) is null)
        {
            return;
        }

        IReadOnlyList<Write> writes = [.. plan.Groups.SelectMany(group => group.Writes).SelectMany(write => write is Write.Sequence s ? s.Writes : [write])];
        CheckIndex();
        CheckOwners(writes);
        CheckBudget(writes);
        CheckPartition(writes);
        CheckOnce(writes);
    }

    public bool Serves(V1Pod pod) =>
        PodState.IsRunningAndReady(pod)
        && PodState.IsAvailable(pod, Set.Spec.MinReadySeconds, world.Now)
        && PodState.LifecycleState(pod) is "" or LifecycleState.Normal
        && InPlaceUpdater.IsUpdateReady(pod);

    private void CheckIndex()
    {
        CloneSetPods index = world.View.Index<CloneSetIndex>().Of(Uid);
        IReadOnlyList<V1Pod> pods = Pods;
        int minReady = Set.Spec.MinReadySeconds;
        Assert.Equal(pods.Count, index.Count);
        Assert.Equal(pods.Count(Ready), index.Ready);
        Assert.Equal(pods.Count(pod => Ready(pod) && PodState.IsAvailable(pod, minReady, world.Now)), index.Available(minReady, world.Now));
        Assert.Equal(pods.Count(Serves), index.SteadyAvailable(minReady, world.Now));
        Assert.Equal(
            pods.Where(Ready).Select(pod => PodState.AvailableAt(pod, minReady)).Where(at => at > world.Now).Min(), index.NextAvailableAt(minReady, world.Now));
        Assert.Equal(
            pods.GroupBy(PodState.Revision).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"{g.Key}: {g.Count(Ready)} of {string.Join(' ', g.OrderBy(PodRank.Of, ActivePodOrder.Instance).Select(pod => pod.Metadata.Name))}"),
            index.ByRevision.Select(r => $"{r.Key}: {r.Value.Ready} of {string.Join(' ', r.Value.InOrder.Select(entry => entry.Name))}"));
        Assert.Equal(
            Names(pods.Where(pod => PodState.IsSpecifiedDelete(pod) || PodState.LifecycleState(pod) == LifecycleState.PreparingDelete)), index.Leaving.Select(e => e.Name));
        Assert.Equal(Names(pods.Where(InPlaceUpdater.IsInGrace)), index.InGrace.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            Names(pods.Where(pod => PodState.LifecycleState(pod) is LifecycleState.Updated or LifecycleState.PreparingUpdate
                || ((PodState.LifecycleState(pod) == LifecycleState.Updating || PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady)?.Status != "True")
                    && InPlaceUpdater.IsCompleted(pod)))),
            index.ToRefresh.Select(entry => entry.Name));
        Assert.Equal(Names(Owned.Where(pod => PodState.IsActive(pod) && !pods.Contains(pod))), index.Mismatched.Select(entry => entry.Name));
        var ids = Owned.Select(InstanceId).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            world.View.List<V1PersistentVolumeClaim>().Where(claim => PodState.IsControlledBy(claim.Metadata, Uid) && claim.Metadata.DeletionTimestamp is null)
                .Select(claim => claim.Metadata.Labels[WorkloadKeys.CloneSetInstanceId]).Where(id => !ids.Contains(id)).Distinct().Order(StringComparer.Ordinal),
            index.FreeInstanceIds);
        Assert.Equal(
            world.View.List<V1ControllerRevision>().Where(r => PodState.IsControlledBy(r.Metadata, Uid)).Select(r => r.Metadata.Name),
            index.Revisions.Select(r => r.Metadata.Name));
    }

    private void CheckOwners(IReadOnlyList<Write> writes)
    {
        foreach (Write write in writes)
        {
            (Type, ObjectKey)? target = write switch
            {
                Write.Update update => (update.Object.GetType(), ObjectKey.Of(update.Object)),
                Write.UpdateStatus update => (update.Object.GetType(), ObjectKey.Of(update.Object)),
                Write.Delete delete => (delete.Kind, delete.Key),
                _ => null,
            };
            if (target is { } t && t.Item1 != typeof(CloneSet))
            {
                Assert.True(PodState.IsControlledBy(world.View.Find(t.Item1, t.Item2)!.Metadata, Uid), $"{write} is about an object of somebody else.");
            }
        }
    }

    private void CheckBudget(IReadOnlyList<Write> writes)
    {
        IReadOnlyList<V1Pod> pods = Pods;
        CloneSetNumbers numbers = CloneSetNumbers.Of(Set.Spec);
        int surplus = pods.Count - numbers.Replicas;
        int budget = numbers.MaxUnavailable + surplus - pods.Count(pod => !Serves(pod));
        string[] taken = [.. pods.Where(pod => Serves(pod) && writes.Any(write => Takes(write, pod))).Select(pod => pod.Metadata.Name)];

        // Scaling in is not limited: pods beyond replicas may go in any case.
        bool scalesIn = writes.Any(write => write is Write.Delete || (write is Write.Update { Object: V1Pod pod } && PodState.LifecycleState(pod) == LifecycleState.PreparingDelete));
        int allowed = Math.Max(budget, scalesIn ? surplus : 0);
        Assert.True(taken.Length <= Math.Max(0, allowed), $"{string.Join(' ', taken)} are taken out of service, {budget} may be; {surplus} are too many.");
    }

    private void CheckPartition(IReadOnlyList<Write> writes)
    {
        string update = UpdateRevision(writes);
        IReadOnlyList<V1Pod> old = [.. Pods.Where(pod => PodState.Revision(pod) != update)];
        V1Pod[] begun = [.. old.Where(pod => writes.Any(write => write is Write.Update { Object: V1Pod now } && Same(now, pod) && (PodState.Revision(now) == update || IsMark(now, pod))))];
        if (begun.Length > 0)
        {
            int partition = CloneSetNumbers.Of(Set.Spec).Partition;
            Assert.True(old.Count - begun.Length >= partition, $"{begun.Length} of {old.Count} old pods are updated although {partition} are to stay.");
        }
    }

    // Two plans about one pod in one pass would undo each other.
    private static void CheckOnce(IReadOnlyList<Write> writes)
    {
        string[] updated = [.. writes.Select(write => write is Write.Update { Object: V1Pod pod } ? pod.Metadata.Name : null).OfType<string>()];
        Assert.Equal(updated.Distinct(StringComparer.Ordinal), updated);
        string[] deleted = [.. writes.Select(write => write is Write.Delete delete && delete.Kind == typeof(V1Pod) ? delete.Key.Name : null).OfType<string>()];
        Assert.Equal(deleted.Distinct(StringComparer.Ordinal), deleted);
    }

    private string UpdateRevision(IReadOnlyList<Write> writes) =>
        writes.Select(write => write is Write.UpdateStatus { Object: CloneSet set } ? set.Status.UpdateRevision : null).OfType<string>().FirstOrDefault()
        ?? Set.Status.UpdateRevision ?? "";

    private static bool Takes(Write write, V1Pod pod) => write switch
    {
        Write.Delete delete => delete.Kind == typeof(V1Pod) && delete.Key == ObjectKey.Of(pod),
        Write.UpdateStatus { Object: V1Pod now } => Same(now, pod) && !InPlaceUpdater.IsUpdateReady(now),
        Write.Update { Object: V1Pod now } => Same(now, pod) && (PodState.LifecycleState(now) is not ("" or LifecycleState.Normal) || IsMark(now, pod)),
        _ => false,
    };

    private static bool IsMark(V1Pod now, V1Pod pod) => PodState.IsSpecifiedDelete(now) && !PodState.IsSpecifiedDelete(pod);

    private static bool Same(V1Pod a, V1Pod b) => ObjectKey.Of(a) == ObjectKey.Of(b);

    private static bool Ready(V1Pod pod) => PodState.IsRunningAndReady(pod) && InPlaceUpdater.IsUpdateReady(pod);

    private static string InstanceId(V1Pod pod) => PodState.Label(pod, WorkloadKeys.CloneSetInstanceId) ?? "";

    private static IEnumerable<string> Names(IEnumerable<V1Pod> pods) => pods.Select(pod => pod.Metadata.Name).Order(StringComparer.Ordinal);
}
