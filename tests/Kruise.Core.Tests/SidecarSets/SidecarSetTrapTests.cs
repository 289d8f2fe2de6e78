using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>What an easy implementation would miss (inventory §16).</summary>
public sealed class SidecarSetTrapTests
{
    private static SidecarSetWorld World(int pods, SidecarSetUpdateStrategy? strategy = null, SidecarSetOptions? options = null)
    {
        var world = new SidecarSetWorld(options);
        world.Apply(SidecarSamples.Set(strategy: strategy));
        world.AddPods(Enumerable.Range(0, pods).Select(i => SidecarSamples.Bare($"pod-{i}")));
        return world.Settle();
    }

    private static SidecarSetSpec WithArgs(SidecarSetSpec spec, string argument) => spec with { Containers = [spec.Containers![0] with { Args = [argument] }] };

    [Fact]
    public void Trap108_what_changes_beside_images_reaches_new_pods_only_and_is_said_once()
    {
        SidecarSetWorld world = World(3, new() { MaxUnavailable = "100%" });
        world.Edit(set => set.With(spec => WithArgs(spec, "-v")).WithImage("agent:2"));
        world.Settle();
        Assert.Equal("3 agent:1", world.Images);
        Assert.Equal((3, 0, 3, 0), world.Status);
        string[] said = ["Warning PodsNotUpgradable 3 of 3 pods differ from the set in more than images and cannot be upgraded in place: each keeps its sidecars until it is made again, and has the new ones then"];
        Assert.Equal(said, world.Events);

        // A pod that is made now has everything, and is what the set can be brought on from. The old ones go on as they are, and it is not said again.
        world.AddPods(SidecarSamples.Bare("new")).Settle();
        Assert.Equal((4, 1, 4, 1), world.Status);
        Assert.Equal(said, world.Events);
        world.NewImage("agent:3");
        world.Settle();
        Assert.Equal("3 agent:1, 1 agent:3", world.Images);
        Assert.Equal(2, world.Events.Count);

        // Back at what they have, nothing is out of reach.
        world.Edit(set => set.With(spec => spec with { Containers = [spec.Containers![0] with { Args = null }] }));
        world.Settle();
        Assert.Equal("4 agent:3", world.Images);
        Assert.Contains("1 of 4 pods", world.Events[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Trap109_volumes_are_in_no_hash()
    {
        SidecarSetWorld world = World(2);
        (int writes, string hash) = (world.Writes.Count, SidecarSetHash.In(world.Set));
        world.Edit(set => set.With(spec => spec with { Volumes = [new V1Volume { Name = "cache", EmptyDir = new V1EmptyDirVolumeSource() }] }));
        world.Settle();
        Assert.Equal(hash, SidecarSetHash.In(world.Set));
        Assert.Equal((2, 2, 2, 2), world.Status);
        Assert.IsType<Write.UpdateStatus>(Assert.Single(world.Writes.Skip(writes)));
        Assert.Empty(world.Events);
    }

    [Fact]
    public void Trap110_percentages_are_rounded_down_and_may_come_to_none()
    {
        SidecarSetWorld world = World(5, new() { MaxUnavailable = "10%" });
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal("5 agent:1", world.Images);

        // One out of service costs nothing.
        world.Sick.Add("pod-3");
        world.Settle();
        Assert.Equal("4 agent:1, 1 agent:2", world.Images);
        Assert.Equal("agent:2", SidecarSamples.ImageOf(world.Pod("pod-3")));
        world.Edit(set => set.WithStrategy(strategy => strategy with { MaxUnavailable = "20%" }));
        world.Settle();
        Assert.Equal("4 agent:1, 1 agent:2", world.Images);
        world.Sick.Clear();
        world.Settle();
        Assert.Equal("5 agent:2", world.Images);
    }

    [Fact]
    public void Trap111_a_pod_that_goes_while_it_is_upgraded_keeps_nothing_up()
    {
        SidecarSetWorld world = World(3);
        world.Held.Add(typeof(V1Pod));
        world.NewImage("agent:2");
        world.Run();
        Assert.Equal("2 agent:1, 1 agent:2", world.Images);
        world.Remove(world.AllPods.Single(pod => SidecarSamples.ImageOf(pod) == "agent:2"));
        long reconciles = world.Reconciles;
        world.Pass(5);
        Assert.Equal(reconciles, world.Reconciles);
        world.Held.Clear();
        world.Pass(1);
        Assert.Equal("2 agent:2", world.Images);
        Assert.Equal((2, 2, 2, 2), world.Status);
        Assert.Equal(0, world.Loop.CatchUpTimeouts);
    }

    [Fact]
    public void Pods_that_ended_or_are_being_deleted_or_never_had_the_containers_do_not_count()
    {
        SidecarSetWorld world = World(4);
        world.EditPod("pod-0", pod => pod with { Status = pod.Status with { Phase = PodState.Succeeded } });
        world.EditPod("pod-1", pod => pod with { Metadata = pod.Metadata with { DeletionTimestamp = world.Now } });
        world.Apply(SidecarSamples.Bare("stranger").Runs());
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal((2, 2, 2, 2), world.Status);
        Assert.Equal(["agent:1", "agent:1", "agent:2", "agent:2"], Enumerable.Range(0, 4).Select(i => SidecarSamples.ImageOf(world.Pod($"pod-{i}"))));
    }

    [Fact]
    public void An_image_that_does_not_start_stops_the_rollout()
    {
        SidecarSetWorld world = World(10, new() { MaxUnavailable = 2 });
        world.NewImage("agent:2");
        world.Run();
        world.Sick.UnionWith(world.AllPods.Where(pod => SidecarSamples.ImageOf(pod) == "agent:2").Select(pod => pod.Metadata.Name));
        world.Settle();
        Assert.Equal("8 agent:1, 2 agent:2", world.Images);
        Assert.Equal((10, 2, 8, 0), world.Status);
    }

    [Fact]
    public void Pods_out_of_service_are_upgraded_without_counting_and_count_from_then_on()
    {
        SidecarSetWorld world = World(10, new() { MaxUnavailable = 2 });
        world.Sick.UnionWith(["pod-4", "pod-7"]);
        world.Settle();
        world.NewImage("agent:2");
        world.Run();
        Assert.Equal(["agent:2", "agent:2"], [SidecarSamples.ImageOf(world.Pod("pod-4")), SidecarSamples.ImageOf(world.Pod("pod-7"))]);
        Assert.Equal("6 agent:1, 4 agent:2", world.Images);
        world.Settle();
        Assert.Equal("6 agent:1, 4 agent:2", world.Images);
        Assert.Equal((10, 4, 8, 2), world.Status);
    }

    [Fact]
    public void A_pod_that_cannot_be_written_keeps_the_others_from_nothing_and_is_tried_again()
    {
        SidecarSetWorld world = World(3, new() { MaxUnavailable = 3 });
        world.Fails = write => write is Write.Update { Object: V1Pod { Metadata.Name: "pod-1" } } ? "denied" : null;
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal("1 agent:1, 2 agent:2", world.Images);
        Assert.Contains("Warning FailedUpgradePod failed to upgrade pod default/pod-1 in place: denied", world.Events);
        world.Fails = _ => null;
        world.Pass(10);
        Assert.Equal("3 agent:2", world.Images);
    }

    [Fact]
    public void A_status_that_cannot_be_written_keeps_no_pod_from_its_upgrade()
    {
        SidecarSetWorld world = World(3, new() { MaxUnavailable = 3 });
        world.Fails = write => write is Write.UpdateStatus ? "denied" : null;
        world.NewImage("agent:2");
        world.Pass(10);
        Assert.Equal("3 agent:2", world.Images);
    }

    [Fact]
    public void A_set_that_has_been_edited_meanwhile_upgrades_nothing_by_what_no_longer_holds()
    {
        SidecarSetWorld world = World(3);
        world.NewImage("agent:2");
        world.Held.Add(typeof(V1Pod));
        world.Run();
        Assert.Equal("2 agent:1, 1 agent:2", world.Images);
        world.Held.Clear();
        world.Kubelet();
        world.Kubelet();
        world.Held.Add(typeof(SidecarSet));
        world.Edit(set => set.WithStrategy(strategy => strategy with { Paused = true }));
        world.Run();
        Assert.Equal("2 agent:1, 1 agent:2", world.Images);
        world.Held.Clear();
        world.Settle();
        Assert.Equal("2 agent:1, 1 agent:2", world.Images);
    }

    [Fact]
    public void A_set_that_has_not_been_through_admission_counts_its_pods_and_leaves_them_alone()
    {
        SidecarSetWorld world = World(3, new() { MaxUnavailable = 3 });
        world.Apply(world.Set.WithImage("agent:2") with { Metadata = world.Set.Metadata with { Annotations = null } });
        world.Settle();
        Assert.Equal("3 agent:1", world.Images);
        Assert.Equal((3, 0, 3, 0), world.Status);
        Assert.Contains("has not been through Kruise's admission: its 3 pods stay as they are", Assert.Single(world.Events), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_set_leaves_its_pods_as_they_are_and_one_of_its_name_takes_them_on()
    {
        SidecarSetWorld world = World(2);
        int writes = world.Writes.Count;
        SidecarSet set = world.Set;
        world.Remove(set);
        world.EditPod("pod-0", pod => pod.Runs(ready: false));
        world.Settle();
        Assert.Equal(writes, world.Writes.Count);
        Assert.Equal(0, world.View.Index<SidecarSetIndex>().Of(SidecarSamples.SetName).Matched);
        world.Apply(SidecarSamples.Set("agent:2") with { Metadata = SidecarSamples.Set("agent:2").Metadata with { Uid = "another" } });
        world.Settle();
        Assert.Equal("2 agent:2", world.Images);
        Assert.Equal((2, 2, 2, 2), world.Status);
    }

    [Theory]
    [InlineData(false, 500)]
    [InlineData(true, 600)]
    public void A_pass_upgrades_so_many_at_most(bool upstream, int most)
    {
        SidecarSetWorld world = World(600, new() { MaxUnavailable = "100%" }, upstream ? SidecarSetOptions.OpenKruise08 : null);
        int largest = 0;
        world.OnPlan = plan => largest = Math.Max(largest, plan.Groups.SelectMany(group => group.Writes).OfType<Write.Update>().Count());
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal(most, largest);
        Assert.Equal("600 agent:2", world.Images);
    }

    [Fact]
    public void Scatter_deals_the_zones_out()
    {
        var world = new SidecarSetWorld();
        world.Apply(SidecarSamples.Set(strategy: new() { ScatterStrategy = [new UpdateScatterTerm { Key = "zone", Value = "*" }] }));
        world.AddPods(Enumerable.Range(0, 12).Select(i => SidecarSamples.Bare($"pod-{i:D2}", labels: ("zone", i < 6 ? "a" : "b")))).Settle();
        List<string> order = [];
        world.OnPlan = plan => order.AddRange(plan.Groups.SelectMany(group => group.Writes).OfType<Write.Update>().Select(write => write.Object.Metadata.Labels["zone"]));
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal(12, order.Count);

        // Alternately, where without it all of one zone would come first; the one that matches a term stays last, for either.
        Assert.InRange(order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second), 8, 11);
    }
}
