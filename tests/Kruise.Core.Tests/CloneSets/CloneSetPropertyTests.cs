using CsCheck;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>Random lives of a set: every plan keeps the rules, and whatever happened, a world that behaves comes to what the spec says.</summary>
public sealed class CloneSetPropertyTests
{
    [Fact]
    public void Every_plan_keeps_the_rules_and_the_set_comes_to_rest() => Gen.ULong.Sample(Live, iter: 60);

    private static void Live(ulong seed)
    {
        var life = new RandomLife(seed);
        try
        {
            for (int i = 0; i < 40; i++)
            {
                life.Step();
                AssertOneOfEachId(life.World);
            }

            life.ComeToRest();
            AssertAtRest(life);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{e.Message}\nafter: {life.Log}", e);
        }
    }

    private static void AssertAtRest(RandomLife life)
    {
        CloneSetWorld world = life.World;
        CloneSet set = world.Set;
        CloneSetNumbers numbers = CloneSetNumbers.Of(set.Spec);
        IReadOnlyList<V1Pod> pods = world.Pods;
        Assert.Equal(numbers.Replicas, pods.Count);
        Assert.All(pods, pod => Assert.True(PodState.IsRunningAndReady(pod) && InPlaceUpdater.IsUpdateReady(pod)));
        Assert.All(pods, pod => Assert.Equal("Normal", PodState.LifecycleState(pod)));
        Assert.All(pods, pod => Assert.False(PodState.IsSpecifiedDelete(pod)));
        string update = set.Status.UpdateRevision!;
        V1Pod[] updated = [.. pods.Where(pod => PodState.Revision(pod) == update)];
        Assert.InRange(pods.Count - updated.Length, 0, Math.Min(numbers.Partition, numbers.Replicas));
        Assert.All(updated, pod => Assert.Equal(set.Spec.Template!.Spec.Containers[0].Image, CloneSetWorld.ImageOf(pod)));
        Assert.All(updated, pod => Assert.Equal(
            set.Spec.Template!.Spec.Containers[0].Env?.Select(e => e.Value), pod.Spec.Containers[0].Env?.Select(e => e.Value)));

        CloneSetStatus status = set.Status;
        Assert.Equal(
            (set.Metadata.Generation, pods.Count, pods.Count, pods.Count, updated.Length, updated.Length),
            (status.ObservedGeneration, status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.UpdatedReplicas, status.UpdatedReadyReplicas));
        Assert.Null(status.Conditions);
        Assert.Null(set.Spec.ScaleStrategy.PodsToDelete);
        if (updated.Length == pods.Count)
        {
            Assert.Equal(update, status.CurrentRevision);
        }

        var used = pods.Select(PodState.Revision).Append(update).Append(status.CurrentRevision!).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(world.Revisions.Select(r => r.Metadata.Name).ToHashSet(StringComparer.Ordinal), used);
        Assert.InRange(world.Revisions.Count, used.Count, used.Count + 2);

        string[] claimIds = [..  world.Claims.Where(claim => PodState.IsControlledBy(claim.Metadata, set.Metadata.Uid))
            .Select(claim => claim.Metadata.Labels[WorkloadKeys.CloneSetInstanceId])];
        string[] podIds = set.Spec.VolumeClaimTemplates is null ? [] : [.. pods.Select(pod => pod.Metadata.Labels[WorkloadKeys.CloneSetInstanceId])];
        Assert.Equal(podIds.Order(StringComparer.Ordinal), claimIds.Where(id => podIds.Contains(id) || !life.Vanished.Contains(id)).Order(StringComparer.Ordinal));

        Assert.Equal(0, world.Loop.CatchUpTimeouts);
        long reconciles = world.Reconciles;
        int writes = world.Writes.Count;
        world.Pass(3600);
        Assert.Equal((0, true), (world.Writes.Count - writes, world.Reconciles - reconciles <= 1));
        Assert.All(life.Strangers, stranger => Assert.Equal(Unmanaged(stranger), Unmanaged(Present(world, stranger))));
    }

    private static void AssertOneOfEachId(CloneSetWorld world)
    {
        string[] ids = [.. world.AllPods.Where(pod => PodState.IsControlledBy(pod.Metadata, world.Set.Metadata.Uid)).Select(pod => pod.Metadata.Labels[WorkloadKeys.CloneSetInstanceId])];
        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
    }

    private static IKubernetesObject<V1ObjectMeta> Present(CloneSetWorld world, IKubernetesObject<V1ObjectMeta> obj) =>
        obj is V1Pod ? world.Get<V1Pod>(obj.Metadata.Name)! : world.Get<V1PersistentVolumeClaim>(obj.Metadata.Name)!;

    private static string Unmanaged(IKubernetesObject<V1ObjectMeta> obj) =>
        string.Join(' ', obj.Metadata.Uid, obj.Metadata.OwnerReferences?.Count, obj.Metadata.DeletionTimestamp, string.Join(',', obj.Metadata.Labels.Select(l => l.Value)));
}
