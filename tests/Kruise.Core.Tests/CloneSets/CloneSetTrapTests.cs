using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>The CloneSet traps of the behaviour inventory, by number; the catch-up rule's and the update's are in files of their own.</summary>
public sealed class CloneSetTrapTests
{
    [Fact]
    public void Trap46_a_rollback_raises_the_number_of_the_old_revision()
    {
        CloneSetWorld world = Sets.Of(2).Running();
        string first = world.Set.Status.UpdateRevision!;
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal([1, 2], world.Revisions.Select(r => r.Revision).Order());

        world.NewImage("nginx:1");
        world.Settle();
        Assert.Equal([2, 3], world.Revisions.Select(r => r.Revision).Order());
        Assert.Equal(3, world.Get<V1ControllerRevision>(first)!.Revision);
        Assert.Equal((first, "2 nginx:1"), (world.Set.Status.UpdateRevision, world.Images));
    }

    [Fact]
    public void Trap64_pods_chosen_for_deletion_go_as_far_as_maxUnavailable_allows()
    {
        CloneSetWorld world = Sets.Of(5, maxUnavailable: "2").Running();
        string[] chosen = [.. world.Names.Take(4)];
        world.Choose(chosen);
        world.Run();
        Assert.Equal(2, world.AllPods.Count(PodState.IsTerminating));

        // The replacements are there, but not ready: nothing more goes.
        Assert.Equal(5, world.Pods.Count);
        Assert.Equal(3, world.ReadyPods);

        world.Settle();
        Assert.DoesNotContain(world.Names, chosen.Contains);
        Assert.Equal((5, 5), (world.Pods.Count, world.ReadyPods));
    }

    [Fact]
    public void Trap64_without_maxUnavailable_a_surge_pod_replaces_what_is_chosen_first()
    {
        CloneSetWorld world = Sets.Of(3, maxUnavailable: "0", maxSurge: "1").Running();
        string chosen = world.Names.First();
        world.EditPod(chosen, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.SpecifiedDelete, "") } });
        world.Run();
        Assert.Equal((4, 3), (world.Pods.Count, world.ReadyPods));
        Assert.Contains(chosen, world.Names);

        world.Settle();
        Assert.Equal((3, 3), (world.Pods.Count, world.ReadyPods));
        Assert.DoesNotContain(chosen, world.Names);
    }

    [Fact]
    public void Trap69_surge_pods_exist_while_there_are_more_old_pods_than_partition_keeps()
    {
        CloneSetWorld world = Sets.Of(5, maxUnavailable: "0", maxSurge: "2", partition: "3").Running();
        world.NewImage("nginx:2");
        world.Run();
        Assert.Equal("5 nginx:1, 2 nginx:2", world.Images);

        world.Settle();
        Assert.Equal("3 nginx:1, 2 nginx:2", world.Images);
        Assert.Equal(5, world.ReadyPods);
    }

    [Fact]
    public void Trap70_scaling_out_makes_pods_of_the_current_revision_up_to_partition()
    {
        CloneSetWorld world = Sets.Of(3, partition: "2").Running();
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("2 nginx:1, 1 nginx:2", world.Images);

        world.EditSpec(spec => spec with { Replicas = 6, UpdateStrategy = spec.UpdateStrategy with { Partition = "4" } });
        world.Settle();
        Assert.Equal("4 nginx:1, 2 nginx:2", world.Images);
        Assert.Equal(6, world.ReadyPods);
    }

    [Fact]
    public void Trap71_nobody_else_is_given_up_while_chosen_pods_are_on_their_way()
    {
        CloneSetWorld world = Sets.Of(5).With(preDelete: Sets.Label("hold")).Running();
        string chosen = world.Names.First();
        world.EditPod(chosen, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "hold", "true") } });
        world.Choose(chosen);
        world.Settle();
        Assert.Equal(LifecycleState.PreparingDelete, PodState.LifecycleState(world.Get<V1Pod>(chosen)!));

        world.Scale(3);
        world.Settle();
        Assert.Equal(5, world.Pods.Count);

        world.EditPod(chosen, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "hold", "false") } });
        world.Settle();
        Assert.Equal((3, false), (world.Pods.Count, world.Names.Contains(chosen)));
    }

    [Fact]
    public void Trap72_pods_that_wait_for_their_deletion_are_kept_when_there_are_to_be_more()
    {
        CloneSetWorld world = Held(4);
        string[] names = [.. world.Names];
        world.Scale(1);
        world.Settle();
        Assert.Equal(3, world.Pods.Count(pod => PodState.LifecycleState(pod) == LifecycleState.PreparingDelete));

        world.Scale(3);
        world.Settle();
        Assert.Equal(1, world.Pods.Count(pod => PodState.LifecycleState(pod) == LifecycleState.PreparingDelete));

        world.Scale(5);
        world.Settle();
        Assert.Equal((5, 0), (world.Pods.Count, world.Pods.Count(pod => PodState.LifecycleState(pod) == LifecycleState.PreparingDelete)));
        Assert.Subset(world.Names.ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public void Trap73_a_pods_claims_go_with_it_but_stay_when_it_vanished()
    {
        CloneSetWorld world = Sets.Of(3).WithClaim().Running();
        Assert.Equal(world.Names.Select(name => "datadir-" + name), world.Claims.Select(claim => claim.Metadata.Name));

        string vanished = world.Names.First();
        world.Remove(world.Get<V1Pod>(vanished)!);
        world.Settle();
        Assert.Contains(vanished, world.Names);
        Assert.Equal((3, 3), (world.Pods.Count, world.Claims.Count));

        world.Choose(vanished);
        world.Settle();
        Assert.DoesNotContain(vanished, world.Names);
        Assert.Equal(world.Names.Select(name => "datadir-" + name), world.Claims.Select(claim => claim.Metadata.Name));
    }

    [Fact]
    public void Trap74_claims_of_others_are_neither_used_nor_deleted()
    {
        CloneSetWorld world = Sets.Of(1).WithClaim().Running();
        string id = PodState.Label(world.Pods[0], WorkloadKeys.CloneSetInstanceId)!;
        world.Apply(Claim("datadir-foo-hlfn7", "hlfn7"));
        world.Apply(Claim("logs", id));
        world.Scale(4);
        world.Settle();
        Assert.DoesNotContain("foo-hlfn7", world.Names);

        world.Choose("foo-" + id);
        world.Settle();
        Assert.Equal(["datadir-foo-hlfn7", "logs"], world.Claims.Where(claim => claim.Metadata.OwnerReferences is null).Select(claim => claim.Metadata.Name));
        Assert.DoesNotContain(world.Claims, claim => claim.Metadata.Name == "datadir-foo-" + id);
    }

    [Fact]
    public void Trap75_names_of_pods_that_are_gone_are_taken_out_of_the_spec()
    {
        CloneSetWorld world = Sets.Of(3).With(preDelete: Sets.Label("hold")).Running();
        string[] names = [.. world.Names];
        world.EditPod(names[1], pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "hold", "true") } });
        world.Choose(names[0], names[1], "foo-never");
        world.Settle();
        Assert.Equal([names[1]], world.Set.Spec.ScaleStrategy.PodsToDelete!);

        world.EditPod(names[1], pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "hold", "false") } });
        world.Settle();
        Assert.Null(world.Set.Spec.ScaleStrategy.PodsToDelete);
        Assert.Equal((3, world.Set.Metadata.Generation), (world.Pods.Count, world.Set.Status.ObservedGeneration));
    }

    [Fact]
    public void Trap76_an_orphan_is_not_adopted_and_its_changes_are_no_reason_for_a_look()
    {
        CloneSetWorld world = Sets.Of(1).Running();
        long looks = world.Reconciles;
        world.Apply(new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "foo-abcde", NamespaceProperty = CloneSetWorld.Namespace, Labels = world.Pods[0].Metadata.Labels },
            Spec = world.Pods[0].Spec,
        });
        world.Settle();
        Assert.Equal(looks, world.Reconciles);
        Assert.Null(world.Get<V1Pod>("foo-abcde")!.Metadata.OwnerReferences);
        Assert.Equal((1, 1), (world.Pods.Count, world.Set.Status.Replicas));
    }

    [Fact]
    public void Trap78_currentRevision_moves_when_all_pods_are_updated_and_ready()
    {
        CloneSetWorld world = Sets.Of(2, maxUnavailable: "2").Running();
        string first = world.Set.Status.CurrentRevision!;
        Assert.Equal(first, world.Set.Status.UpdateRevision);
        world.Sick.Add(world.Names.First());
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal((2, 1, first), (world.Set.Status.UpdatedReplicas, world.Set.Status.UpdatedReadyReplicas, world.Set.Status.CurrentRevision));

        world.Sick.Clear();
        world.Settle();
        Assert.Equal((2, world.Set.Status.UpdateRevision), (world.Set.Status.UpdatedReadyReplicas, world.Set.Status.CurrentRevision));
        Assert.NotEqual(first, world.Set.Status.CurrentRevision);
    }

    [Fact]
    public void Trap79_a_condition_alone_is_written_and_taken_back()
    {
        var world = new CloneSetWorld();
        world.Apply(Sets.Of(2));
        world.Fails = write => write is Write.Create { Object: V1Pod } ? "quota exceeded" : null;
        world.Pass(2);
        CloneSetCondition condition = Assert.Single(world.Set.Status.Conditions!);
        Assert.Equal((CloneSetCondition.FailedScale, "True", "quota exceeded"), (condition.Type, condition.Status, condition.Message));
        Assert.Equal(1, world.Set.Status.ObservedGeneration);
        DateTime? since = condition.LastTransitionTime;
        Assert.Contains(world.Events, e => e.StartsWith("Warning FailedCreate failed to create pod foo-", StringComparison.Ordinal) && e.EndsWith("quota exceeded", StringComparison.Ordinal));

        // The same failure again writes nothing.
        int writes = world.Writes.Count(write => write is Write.UpdateStatus);
        world.Pass(60);
        Assert.Equal((writes, since), (world.Writes.Count(write => write is Write.UpdateStatus), world.Set.Status.Conditions![0].LastTransitionTime));

        world.Fails = _ => null;
        world.Pass(600);
        Assert.Null(world.Set.Status.Conditions);
        Assert.Equal(2, world.ReadyPods);
    }

    [Fact]
    public void Trap79_what_nobody_attempts_any_more_is_no_failure()
    {
        CloneSetWorld world = Sets.Of(1).Running();
        world.Fails = write => write is Write.Create ? "quota exceeded" : null;
        world.Scale(2);
        world.Pass(5);
        Assert.NotNull(world.Set.Status.Conditions);

        world.Scale(1);
        world.Settle();
        Assert.Null(world.Set.Status.Conditions);
    }

    [Fact]
    public void Trap80_the_set_is_looked_at_when_the_next_pod_becomes_available()
    {
        CloneSetWorld world = Sets.Of(2).With(spec => spec with { MinReadySeconds = 30 }).Running();
        Assert.Equal((2, 0), (world.Set.Status.ReadyReplicas, world.Set.Status.AvailableReplicas));
        world.Pass(20);
        world.Scale(3);
        world.Settle();
        long looks = world.Reconciles;
        world.Pass(9);
        Assert.Equal(looks, world.Reconciles);
        world.Pass(1);
        Assert.Equal((3, 2), (world.Set.Status.ReadyReplicas, world.Set.Status.AvailableReplicas));
        world.Pass(19);
        Assert.Equal(2, world.Set.Status.AvailableReplicas);
        world.Pass(1);
        Assert.Equal(3, world.Set.Status.AvailableReplicas);
    }

    [Theory]
    [InlineData("5", null, 5, 0)]
    [InlineData("5%", null, 1, 0)]
    [InlineData("25%", "10%", 2, 1)]
    [InlineData("25%", "0%", 3, 0)]
    [InlineData(null, null, 2, 0)]
    [InlineData(null, "1", 2, 1)]
    public void Trap65_and_81_numbers_of_ten_pods(string? maxUnavailable, string? maxSurge, int unavailable, int surge)
    {
        var numbers = CloneSetNumbers.Of(Sets.Of(10, maxUnavailable: maxUnavailable, maxSurge: maxSurge, partition: "11%").Spec);
        Assert.Equal((10, 2, unavailable, surge), (numbers.Replicas, numbers.Partition, numbers.MaxUnavailable, numbers.MaxSurge));
    }

    private static CloneSetWorld Held(int replicas) => Sets.Of(replicas).With(preDelete: Sets.Label("hold")).With(spec => spec with
    {
        Template = Revisions.Templates.Of("nginx:1", ("app", "web"), ("hold", "true")),
    }).Running();

    private static V1PersistentVolumeClaim Claim(string name, string id) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = CloneSetWorld.Namespace,
            Labels = new Dictionary<string, string> { ["app"] = "web", [WorkloadKeys.CloneSetInstanceId] = id },
        },
    };
}
