using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Lifecycles;
using Kruise.Core.Tests.Revisions;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>Hooks: whoever holds a pod is waited for, before its deletion, before its update and after it.</summary>
public sealed class CloneSetLifecycleTests
{
    [Fact]
    public void A_label_holds_a_pods_deletion_up()
    {
        CloneSetWorld world = Held(3, preDelete: Sets.Label("hold"));
        world.Scale(2);
        world.Settle();
        V1Pod pod = Single(world, LifecycleState.PreparingDelete);
        Assert.Equal((3, 3), (world.Pods.Count, world.Set.Status.Replicas));
        Assert.NotNull(pod.Metadata.Annotations[WorkloadKeys.LifecycleTimestamp]);

        Label(world, pod, "false");
        world.Settle();
        Assert.Equal((2, false), (world.Pods.Count, world.Names.Contains(pod.Metadata.Name)));
    }

    [Fact]
    public void A_finalizer_holds_a_pods_deletion_up()
    {
        CloneSetWorld world = Sets.Of(2).With(preDelete: Sets.Finalizer("example.com/hold")).With(spec => spec with
        {
            Template = spec.Template!.WithMetadata(metadata => metadata with { Finalizers = ["example.com/hold"] }),
        }).Running();
        world.Scale(1);
        world.Settle();
        V1Pod pod = Single(world, LifecycleState.PreparingDelete);
        world.EditPod(pod.Metadata.Name, p => p with { Metadata = p.Metadata with { Finalizers = null } });
        world.Settle();
        Assert.Single(world.AllPods);
    }

    [Fact]
    public void A_pod_in_service_is_prepared_for_its_specified_deletion_only_as_far_as_the_budget_goes()
    {
        CloneSetWorld world = Held(4, preDelete: Sets.Label("hold"));
        world.Choose([.. world.Names.Take(3)]);
        world.Settle();
        Single(world, LifecycleState.PreparingDelete);
    }

    [Fact]
    public void An_update_in_place_passes_through_its_states()
    {
        CloneSetWorld world = Held(2, inPlace: Sets.Label("hold"));
        world.NewImage("nginx:2");
        world.Settle();
        V1Pod pod = Single(world, LifecycleState.PreparingUpdate);
        string name = pod.Metadata.Name;
        Assert.Equal("2 nginx:1", world.Images);

        Label(world, pod, "false");
        world.Run();
        Assert.Equal(LifecycleState.Updating, State(world, name));
        Assert.Equal("1 nginx:1, 1 nginx:2", world.Images);

        world.Settle();
        Assert.Equal(LifecycleState.Updated, State(world, name));
        Assert.Equal("1 nginx:1, 1 nginx:2", world.Images);

        Label(world, pod, "true");
        world.Settle();
        Assert.Equal(LifecycleState.Normal, State(world, name));

        // Only now comes the other one.
        Assert.NotEqual(name, Single(world, LifecycleState.PreparingUpdate).Metadata.Name);
    }

    [Fact]
    public void Without_anybody_who_holds_it_a_pod_comes_back_by_itself()
    {
        CloneSetWorld world = Sets.Of(2).With(preDelete: Sets.Label("hold")).Running();
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("2 nginx:2", world.Images);
        Assert.All(world.Names, name => Assert.Equal(LifecycleState.Normal, State(world, name)));
    }

    [Fact]
    public void A_rollback_before_it_was_let_go_brings_a_pod_back()
    {
        CloneSetWorld world = Held(2, inPlace: Sets.Label("hold"));
        world.NewImage("nginx:2");
        world.Settle();
        Single(world, LifecycleState.PreparingUpdate);
        world.NewImage("nginx:1");
        world.Settle();
        Assert.All(world.Names, name => Assert.Equal(LifecycleState.Normal, State(world, name)));
    }

    [Fact]
    public void A_pod_that_partition_has_come_to_cover_need_not_prepare_any_longer()
    {
        CloneSetWorld world = Held(2, inPlace: Sets.Label("hold"));
        world.NewImage("nginx:2");
        world.Settle();
        Single(world, LifecycleState.PreparingUpdate);
        world.EditStrategy(strategy => strategy with { Partition = "2" });
        world.Settle();
        Assert.All(world.Names, name => Assert.Equal(LifecycleState.Normal, State(world, name)));
        Assert.Equal("2 nginx:1", world.Images);
    }

    private static CloneSetWorld Held(int replicas, LifecycleHook? preDelete = null, LifecycleHook? inPlace = null) =>
        Sets.Of(replicas, maxUnavailable: "1").With(preDelete, inPlace).With(spec => spec with { Template = Templates.Of("nginx:1", ("app", "web"), ("hold", "true")) }).Running();

    private static V1Pod Single(CloneSetWorld world, string state) => Assert.Single(world.Pods, pod => PodState.LifecycleState(pod) == state);

    private static string State(CloneSetWorld world, string name) => PodState.LifecycleState(world.Get<V1Pod>(name)!);

    private static void Label(CloneSetWorld world, V1Pod pod, string value) =>
        world.EditPod(pod.Metadata.Name, p => p with { Metadata = p.Metadata with { Labels = StringMaps.With(p.Metadata.Labels, "hold", value) } });
}
