using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>Updates end to end: traps 63, 66 to 68 and 77, grace, order, falling back, and templates that change on the way.</summary>
public sealed class CloneSetUpdateTests
{
    [Fact]
    public void Trap63_to_recreate_a_pod_is_to_choose_it_for_deletion()
    {
        CloneSetWorld world = Sets.Of(2, Sets.ReCreate, maxUnavailable: "1").WithClaim().Running();
        world.Frozen.UnionWith(world.Names);
        int before = world.Writes.Count;
        world.NewImage("nginx:2");
        world.Run();
        Write[] writes = [.. world.Writes.Skip(before).Where(write => write is Write.Create or Write.Delete or Write.Update)];
        Assert.Equal(
            ["Create ControllerRevision", "Update Pod", "Delete Pod", "Delete PersistentVolumeClaim", "Create PersistentVolumeClaim", "Create Pod"],
            writes.Select(Describe));
        Assert.True(PodState.IsSpecifiedDelete((V1Pod)((Write.Update)writes[1]).Object));
        Assert.Contains(world.Events, e => e.StartsWith("Normal SuccessfulUpdatePodReCreate successfully patch pod foo-", StringComparison.Ordinal));
        Assert.Contains(world.Events, e => e.StartsWith("Normal SuccessfulDelete succeed to delete pod foo-", StringComparison.Ordinal));
        Assert.Contains(world.Events, e => e.StartsWith("Normal SuccessfulCreate succeed to create pod foo-", StringComparison.Ordinal));

        world.Frozen.Clear();
        world.Settle();
        Assert.Equal(("2 nginx:2", 2, 2), (world.Images, world.ReadyPods, world.Claims.Count));
    }

    [Fact]
    public void Trap66_pods_that_do_not_serve_are_updated_whatever_the_budget()
    {
        CloneSetWorld world = Sets.Of(5, maxUnavailable: "1").Running();
        string[] sick = [.. world.Names.Take(3)];
        world.Sick.UnionWith(sick);
        world.Settle();
        world.NewImage("nginx:2");
        world.Run();
        Assert.Equal(sick, world.Pods.Where(pod => CloneSetWorld.ImageOf(pod) == "nginx:2").Select(pod => pod.Metadata.Name));
        Assert.Equal(2, world.ReadyPods);

        world.Sick.Clear();
        world.Settle();
        Assert.Equal(("5 nginx:2", 5), (world.Images, world.ReadyPods));
    }

    [Fact]
    public void Trap67_pods_that_are_missing_use_up_the_budget()
    {
        CloneSetWorld world = Sets.Of(5, maxUnavailable: "1").Running();
        world.Fails = write => write is Write.Create { Object: V1Pod } ? "quota exceeded" : null;
        world.Remove(world.Pods[0]);
        world.Settle();
        world.NewImage("nginx:2");
        world.Pass(30);
        Assert.Equal(("4 nginx:1", 4), (world.Images, world.ReadyPods));
    }

    [Fact]
    public void Pods_that_do_not_serve_are_updated_although_others_cannot_be_made()
    {
        CloneSetWorld world = Sets.Of(3).Running();
        world.Fails = write => write is Write.Create { Object: V1Pod } ? "quota exceeded" : null;
        world.Sick.UnionWith(world.Names);
        world.Remove(world.Pods[0]);
        world.Settle();
        world.NewImage("nginx:2");
        world.Pass(30);
        Assert.Equal("2 nginx:2", world.Images);
    }

    [Fact]
    public void Trap68_partition_counts_from_the_pods_that_wait()
    {
        CloneSetWorld world = Grace(Sets.Of(5, maxUnavailable: "2", partition: "2"), 60).Running();
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal(2, world.Pods.Count(InPlaceUpdater.IsInGrace));

        // Two wait for their grace at a revision that is old again: of the other three, one goes on.
        world.EditStrategy(strategy => strategy with { MaxUnavailable = "5" });
        world.NewImage("nginx:3");
        world.Settle();
        string update = world.Set.Status.UpdateRevision!;
        Assert.Equal(1, world.Pods.Count(pod => PodState.Revision(pod) == update));
        world.Pass(300);
        Assert.Equal("2 nginx:1, 3 nginx:3", world.Images);
    }

    [Fact]
    public void Trap77_a_pause_keeps_no_pod_out_of_service()
    {
        CloneSetWorld world = Sets.Of(4, maxUnavailable: "1").Running();
        world.NewImage("nginx:2");
        world.Run();
        Assert.Equal((3, "3 nginx:1, 1 nginx:2"), (world.ReadyPods, world.Images));

        world.EditStrategy(strategy => strategy with { Paused = true });
        world.Settle();
        Assert.Equal((4, "3 nginx:1, 1 nginx:2"), (world.ReadyPods, world.Images));
        Assert.All(world.Pods, pod => Assert.Equal(LifecycleState.Normal, PodState.LifecycleState(pod)));

        world.Scale(5);
        world.Settle();
        Assert.Equal((5, "3 nginx:1, 2 nginx:2"), (world.ReadyPods, world.Images));

        world.EditStrategy(strategy => strategy with { Paused = false });
        world.Settle();
        Assert.Equal("5 nginx:2", world.Images);
    }

    [Fact]
    public void In_its_grace_a_pod_is_unready_before_its_image_changes()
    {
        CloneSetWorld world = Grace(Sets.Of(3, maxUnavailable: "1"), 10).Running();
        world.Now = world.Now.AddMilliseconds(300);
        world.NewImage("nginx:2");
        world.Run();
        Assert.Equal((2, "3 nginx:1"), (world.ReadyPods, world.Images));
        V1Pod pod = world.Pods.Single(InPlaceUpdater.IsInGrace);
        Assert.Equal(world.Set.Status.UpdateRevision, PodState.Revision(pod));

        world.Pass(9.5);
        Assert.Equal((2, "3 nginx:1"), (world.ReadyPods, world.Images));
        world.Pass(1);
        Assert.Equal("2 nginx:1, 1 nginx:2", world.Images);
        world.Pass(60);
        Assert.Equal((3, "3 nginx:2"), (world.ReadyPods, world.Images));
    }

    [Fact]
    public void An_end_of_grace_is_found_at_the_cost_of_what_ends()
    {
        CloneSetWorld world = Grace(Sets.Of(4, maxUnavailable: "4"), 30).Running();
        world.NewImage("nginx:2");
        world.Settle();
        long looks = world.Reconciles;
        world.Pass(29);
        Assert.Equal(looks, world.Reconciles);
        world.Pass(1);
        Assert.Equal("4 nginx:2", world.Images);
    }

    [Fact]
    public void A_new_template_on_the_way_reaches_every_pod_in_order()
    {
        CloneSetWorld world = Grace(Sets.Of(4, maxUnavailable: "2"), 5).Running();
        string[] names = [.. world.Names];
        world.NewImage("nginx:2");
        world.Settle();
        world.NewImage("nginx:3");
        world.Pass(4);
        Assert.Equal("4 nginx:1", world.Images);
        world.Pass(60);
        Assert.Equal(("4 nginx:3", 4), (world.Images, world.ReadyPods));
        Assert.Equal(names, world.Names);
        Assert.Equal(world.Set.Status.UpdateRevision, world.Set.Status.CurrentRevision);
    }

    [Fact]
    public void InPlaceIfPossible_replaces_what_cannot_be_updated_in_place()
    {
        CloneSetWorld world = Sets.Of(3).Running();
        string[] names = [.. world.Names];
        world.NewEnvironment("1");
        world.Settle();
        Assert.Equal((3, 3), (world.Pods.Count, world.ReadyPods));
        Assert.Empty(world.Names.Intersect(names, StringComparer.Ordinal));
    }

    [Fact]
    public void InPlaceOnly_says_what_it_cannot_do_and_once()
    {
        CloneSetWorld world = Sets.Of(3, CloneSetUpdateStrategy.InPlaceOnly).Running();
        string[] names = [.. world.Names];
        world.NewEnvironment("1");
        world.Pass(60);
        CloneSetCondition condition = Assert.Single(world.Set.Status.Conditions!);
        Assert.Equal((CloneSetCondition.FailedUpdate, "True"), (condition.Type, condition.Status));
        Assert.Single(world.Events, e => e.StartsWith("Warning FailedUpdatePodInPlace", StringComparison.Ordinal));
        Assert.Equal(names, world.Names);

        world.NewEnvironment("2");
        world.EditSpec(spec => spec with { Template = Revisions.Templates.Of("nginx:2") });
        world.Settle();
        Assert.Null(world.Set.Status.Conditions);
        Assert.Equal(("3 nginx:2", 3), (world.Images, world.ReadyPods));
        Assert.Equal(names, world.Names);
    }

    [Fact]
    public void Partition_comes_down_step_by_step_and_going_up_takes_nothing_back()
    {
        CloneSetWorld world = Sets.Of(5, maxUnavailable: "5", partition: "5").Running();
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("5 nginx:1", world.Images);
        world.EditStrategy(strategy => strategy with { Partition = "60%" });
        world.Settle();
        Assert.Equal("3 nginx:1, 2 nginx:2", world.Images);
        world.EditStrategy(strategy => strategy with { Partition = "4" });
        world.Settle();
        Assert.Equal("3 nginx:1, 2 nginx:2", world.Images);
        world.EditStrategy(strategy => strategy with { Partition = "0" });
        world.Settle();
        Assert.Equal("5 nginx:2", world.Images);
    }

    [Fact]
    public void Scaling_in_and_out_during_an_update_keeps_to_partition()
    {
        CloneSetWorld world = Sets.Of(6, maxUnavailable: "1", partition: "2").Running();
        world.NewImage("nginx:2");
        world.Run();
        world.Kubelet();
        world.Scale(4);
        world.Settle();
        Assert.Equal(("2 nginx:1, 2 nginx:2", 4), (world.Images, world.ReadyPods));
        world.Scale(8);
        world.Settle();
        Assert.Equal(("2 nginx:1, 6 nginx:2", 8), (world.Images, world.ReadyPods));
    }

    [Fact]
    public void Pods_with_the_greatest_weight_go_first()
    {
        CloneSetWorld world = Sets.Of(4, maxUnavailable: "1").With(spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with
            {
                Partition = "2",
                PriorityStrategy = new UpdatePriorityStrategy { WeightPriority = [Weight("a", 20), Weight("b", 50)] },
            },
        }).Running();
        string[] names = [.. world.Names];
        Label(world, names[3], "zone", "b");
        Label(world, names[1], "zone", "a");
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal([names[1], names[3]], Updated(world));
    }

    [Fact]
    public void Pods_of_one_label_are_spread_over_the_update()
    {
        CloneSetWorld world = Sets.Of(6, maxUnavailable: "1").With(spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with { Partition = "3", ScatterStrategy = [new UpdateScatterTerm { Key = "zone", Value = "a" }] },
        }).Running();
        string[] special = [.. world.Names.Take(3)];
        Array.ForEach(special, name => Label(world, name, "zone", "a"));
        world.NewImage("nginx:2");
        world.Settle();
        Assert.InRange(Updated(world).Intersect(special, StringComparer.Ordinal).Count(), 1, 2);
    }

    [Fact]
    public void A_pass_takes_only_so_many_pods()
    {
        var world = new CloneSetWorld(new Core.CloneSets.CloneSetOptions { MaxPodsPerPass = 3 });
        int most = 0;
        world.OnPlan = plan => most = Math.Max(most, plan.Groups.SelectMany(group => group.Writes).Count(write => write is Write.Sequence { Writes: [Write.Create { Object: V1Pod }, ..] }));
        world.Apply(Sets.Of(10));
        world.Settle();
        Assert.Equal((3, 10), (most, world.ReadyPods));
    }

    private static UpdatePriorityWeightTerm Weight(string zone, int weight) => new()
    {
        Weight = weight,
        MatchSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["zone"] = zone } },
    };

    private static CloneSet Grace(CloneSet set, int seconds) => set.With(spec => spec with
    {
        UpdateStrategy = spec.UpdateStrategy with { InPlaceUpdateStrategy = new InPlaceUpdateStrategy { GracePeriodSeconds = seconds } },
    });

    private static void Label(CloneSetWorld world, string name, string key, string value) =>
        world.EditPod(name, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, key, value) } });

    private static IEnumerable<string> Updated(CloneSetWorld world) =>
        world.Pods.Where(pod => CloneSetWorld.ImageOf(pod) == "nginx:2").Select(pod => pod.Metadata.Name);

    private static string Describe(Write write) => write switch
    {
        Write.Create create => "Create " + create.Object.Kind,
        Write.Update update => "Update " + update.Object.Kind,
        Write.Delete delete => "Delete " + delete.Kind.Name["V1".Length..],
        _ => "",
    };
}
