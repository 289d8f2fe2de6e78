using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

public sealed class SmokeTests
{
    [Fact]
    public void A_set_comes_up_and_is_updated_in_place()
    {
        CloneSetWorld world = Sets.Of(5).Running();
        Assert.Equal((5, 5), (world.Pods.Count, world.ReadyPods));
        string[] names = [.. world.Names];
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("5 nginx:2", world.Images);
        Assert.Equal(names, world.Names);
        Assert.Equal((5, 5, 5, 5), (world.Set.Status.Replicas, world.Set.Status.ReadyReplicas, world.Set.Status.UpdatedReplicas, world.Set.Status.UpdatedReadyReplicas));
    }

    [Fact]
    public void A_set_is_recreated()
    {
        CloneSetWorld world = Sets.Of(5, Sets.ReCreate).Running();
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("5 nginx:2", world.Images);
        Assert.Equal(5, world.ReadyPods);
        Assert.Equal(world.Set.Status.CurrentRevision, world.Set.Status.UpdateRevision);
    }
}
