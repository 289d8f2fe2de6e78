using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>How the catch-up rule takes the place of v0.8.0's expectations.</summary>
public sealed class CloneSetCatchUpTests
{
    [Fact]
    public void Trap43_a_lost_event_holds_a_set_up_for_30_seconds_and_no_longer()
    {
        CloneSetWorld world = Sets.Of(1).Running();
        world.Held.Add(typeof(V1Pod));
        world.Scale(2);
        world.Run();
        Assert.Equal(2, world.Pods.Count);
        long looks = world.Reconciles;

        // Asked again, the set waits: the view does not show its own pod yet.
        world.EditSpec(spec => spec with { RevisionHistoryLimit = 5 });
        world.Pass(29, kubelets: false);
        Assert.Equal((looks, 0), (world.Reconciles, world.Loop.CatchUpTimeouts));

        world.Pass(2, kubelets: false);
        Assert.Equal(1, world.Loop.CatchUpTimeouts);
        Assert.True(world.Reconciles > looks);

        world.Held.Clear();
        world.Pass(1);
        Assert.Equal((2, 2), (world.Pods.Count, world.ReadyPods));
    }

    [Fact]
    public void Trap44_the_time_counts_from_the_last_write()
    {
        CloneSetWorld world = Sets.Of(1).Running();
        world.Held.Add(typeof(V1Pod));
        world.Scale(2);
        world.Run();
        world.Pass(20, kubelets: false);
        world.Scale(3);
        world.Run();
        Assert.Equal(world.Now.AddSeconds(10), world.Loop.NextWakeAt(canWork: true));
    }

    [Fact]
    public void Trap45_an_update_is_waited_for_whatever_the_template_says_meanwhile()
    {
        CloneSetWorld world = Sets.Of(3, maxUnavailable: "1").Running();
        world.Held.Add(typeof(V1Pod));
        world.NewImage("nginx:2");
        world.Run();
        Assert.Equal("2 nginx:1, 1 nginx:2", world.Images);

        // With the old view it would take another pod for the new revision, as maxUnavailable seemed free.
        world.NewImage("nginx:3");
        world.Run();
        Assert.Equal("2 nginx:1, 1 nginx:2", world.Images);

        world.Held.Clear();
        world.Run();
        Assert.Equal("2 nginx:1, 1 nginx:3", world.Images);
        world.Settle();
        Assert.Equal("3 nginx:3", world.Images);
    }

    [Fact]
    public void Trap47_a_deletion_is_over_for_the_set_when_the_view_shows_that_it_began()
    {
        CloneSetWorld world = Sets.Of(3).Running();
        string victim = world.Names.First();
        world.Frozen.Add(victim);
        world.Held.Add(typeof(V1Pod));
        world.Choose(victim);
        world.Run();
        Assert.True(PodState.IsTerminating(world.Get<V1Pod>(victim)!));
        long looks = world.Reconciles;
        world.Scale(4);
        world.Run();
        Assert.Equal(looks, world.Reconciles);

        world.Held.Clear();
        world.Settle();
        Assert.Equal((4, 4), (world.Pods.Count, world.ReadyPods));
        Assert.NotNull(world.Get<V1Pod>(victim));
        Assert.Equal(0, world.Loop.CatchUpTimeouts);
    }

    [Fact]
    public void A_pod_that_was_going_already_is_not_waited_for()
    {
        CloneSetWorld world = Sets.Of(2).Running();
        string victim = world.Names.First();
        world.EditPod(victim, pod => pod with { Metadata = pod.Metadata with { DeletionTimestamp = world.Now } });
        world.Frozen.Add(victim);
        world.Scale(1);
        world.Settle();
        Assert.Equal((1, 0), (world.Pods.Count, world.Loop.CatchUpTimeouts));
        Assert.DoesNotContain(world.Writes, write => write is Write.Delete);
    }
}
