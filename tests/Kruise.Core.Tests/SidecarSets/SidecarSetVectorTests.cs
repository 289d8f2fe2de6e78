using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>v0.8.0's own test vectors of the controller.</summary>
public sealed class SidecarSetVectorTests
{
    private static SidecarSetUpdateStrategy MaxUnavailable(IntOrString n) => new() { MaxUnavailable = n };

    private static SidecarSetWorld World(int pods, SidecarSetUpdateStrategy? strategy = null)
    {
        var world = new SidecarSetWorld();
        world.Apply(SidecarSamples.Set(strategy: strategy));
        world.AddPods(Enumerable.Range(0, pods).Select(i => SidecarSamples.Bare($"pod-{i}")));
        return world;
    }

    [Theory]
    [InlineData(SidecarSetUpdateStrategy.NotUpdate, false, 0, true, "1 agent:1")]
    [InlineData(null, true, 0, true, "1 agent:1")]
    [InlineData(null, false, 1, true, "1 agent:1")]
    [InlineData(null, false, 0, false, "1 agent:2")]
    [InlineData(null, false, 0, true, "1 agent:2")]
    public void A_strategy_keeps_a_pod_back_or_does_not(string? type, bool paused, int partition, bool ready, string images)
    {
        SidecarSetWorld world = World(1, new SidecarSetUpdateStrategy { Type = type, Paused = paused, Partition = partition });
        if (!ready)
        {
            world.EditPod("pod-0", pod => pod with { Status = new V1PodStatus { Phase = PodState.Pending } });
        }

        world.NewImage("agent:2");
        world.Run();
        Assert.Equal(images, world.Images);
    }

    [Fact]
    public void A_pod_at_the_hash_keeps_it()
    {
        SidecarSetWorld world = World(1);
        world.Run();
        Assert.Equal(SidecarSetHash.In(world.Set), InjectedHashes.TryRead(world.Pod("pod-0"), SidecarSetKeys.Hash)![SidecarSamples.SetName].Hash);
        Assert.DoesNotContain(world.Writes, write => write is Write.Update);
    }

    [Fact]
    public void Two_pods_are_upgraded_one_after_the_other()
    {
        SidecarSetWorld world = World(2);
        world.Frozen.UnionWith(["pod-0", "pod-1"]);
        world.NewImage("agent:2");
        world.Run();
        Assert.Equal((2, 1, 1, 0), world.Status);
        Assert.Equal("1 agent:1, 1 agent:2", world.Images);
        string first = world.AllPods.First(pod => SidecarSamples.ImageOf(pod) == "agent:2").Metadata.Name;

        // Its readiness is the one from before, and must not be taken for its own.
        world.Pass(3600, kubelets: false);
        Assert.Equal((2, 1, 1, 0), world.Status);

        world.EditPod(first, pod => pod.Runs());
        world.Frozen.UnionWith(["pod-0", "pod-1"]);
        world.Run();
        Assert.Equal("2 agent:2", world.Images);
        Assert.Equal((2, 2, 1, 1), world.Status);
        world.Frozen.Clear();
        world.Settle();
        Assert.Equal((2, 2, 2, 2), world.Status);
    }

    [Fact]
    public void Only_pods_of_the_namespace_match()
    {
        var world = new SidecarSetWorld();
        world.Apply(SidecarSamples.Set(strategy: MaxUnavailable("50%")));
        world.AddPods(Enumerable.Range(0, 100).Select(i => SidecarSamples.Bare($"pod-{i}", @namespace: i % 2 == 0 ? "a" : "b")));
        world.Run();
        Assert.Equal(100, world.Status.Matched);
        world.Edit(set => set.With(spec => spec with { Namespace = "a" }));
        world.Run();
        Assert.Equal(50, world.Status.Matched);
        world.NewImage("agent:2");
        world.Settle();
        Assert.Equal("50 agent:1, 50 agent:2", world.Images);
        Assert.All(world.AllPods, pod => Assert.Equal(pod.Metadata.NamespaceProperty == "a" ? "agent:2" : "agent:1", SidecarSamples.ImageOf(pod)));
    }

    [Fact]
    public void Pods_that_differ_in_more_than_images_are_not_upgraded()
    {
        var world = new SidecarSetWorld();
        world.Apply(SidecarSamples.Set(strategy: MaxUnavailable("50%")));
        world.AddPods(Enumerable.Range(0, 50).Select(i => SidecarSamples.Bare($"old-{i}")));
        world.Edit(set => set.With(spec => spec with { Containers = [spec.Containers![0] with { Args = ["-v"] }] }));
        world.AddPods(Enumerable.Range(0, 50).Select(i => SidecarSamples.Bare($"new-{i}")));
        world.NewImage("agent:2");
        world.Run();
        Assert.Equal("50 agent:1, 50 agent:2", world.Images);
        Assert.All(world.AllPods, pod => Assert.Equal(pod.Metadata.Name.StartsWith("new", StringComparison.Ordinal) ? "agent:2" : "agent:1", SidecarSamples.ImageOf(pod)));
    }

    [Theory]
    [InlineData(100, 30, 26, null, "10", 6)]
    [InlineData(1000, 300, 260, null, "10%", 60)]
    [InlineData(1000, 300, 250, null, "5%", 0)]
    [InlineData(100, 30, 27, null, "100", 70)]
    [InlineData(1000, 800, 760, "180", "100", 20)]
    [InlineData(1000, 800, 760, "100", "100", 60)]
    [InlineData(1000, 800, 760, "18%", "100", 20)]
    [InlineData(1000, 800, 760, "10%", "100", 60)]
    public void So_many_pods_are_next(int count, int upgraded, int upgradedReady, string? partition, string maxUnavailable, int expected)
    {
        SidecarSetUpdateStrategy strategy = new() { Partition = partition is null ? null : (IntOrString)partition, MaxUnavailable = maxUnavailable };
        Assert.Equal(expected, Next(count, upgraded, upgradedReady, strategy).Count);
    }

    [Fact]
    public void The_updates_own_selector_limits_it() =>
        Assert.Equal(30, Next(1000, 0, 0, new() { Selector = SidecarSamples.Select(("canary", "true")), MaxUnavailable = 100 }, canaries: 30).Count);

    [Fact]
    public void A_star_stands_for_every_value_that_pods_have()
    {
        string[] values = ["value-4-0", "value-4-1", "value-4-2", "value-4", "value-4-1"];
        V1Pod[] pods = [.. values.Select((value, i) => SidecarSamples.Bare($"p{i}", labels: ("key-4", value)))];
        UpdateScatterTerm[] plain = [new() { Key = "key-1", Value = "value-1" }, new() { Key = "key-2", Value = "value-2" }];
        Assert.Equal(plain, SidecarUpgradeOrder.Expand(plain, pods));
        Assert.Equal(
            ["key-1=value-1", "key-4=value-4-0", "key-4=value-4-1", "key-4=value-4-2", "key-4=value-4"],
            SidecarUpgradeOrder.Expand([plain[0], new() { Key = "key-4", Value = "*" }, new() { Key = "key-4", Value = "value-4-2" }], pods).Select(t => $"{t.Key}={t.Value}"));
    }

    [Fact]
    public void The_newest_go_first_and_those_out_of_service_before_them()
    {
        SidecarSetUpdateStrategy strategy = new() { MaxUnavailable = 10 };
        Assert.Equal(["pod-19", "pod-18", "pod-17", "pod-16", "pod-15"], Next(20, 10, 5, strategy));
        Assert.Equal(["pod-13", "pod-10", "pod-19", "pod-18", "pod-17", "pod-16", "pod-15"], Next(20, 10, 5, strategy, unready: [10, 13]));
    }

    // The pods with low numbers are upgraded, and of these the lowest ready; creation goes by number.
    private static List<string> Next(int count, int upgraded, int upgradedReady, SidecarSetUpdateStrategy strategy, int canaries = 0, int[]? unready = null)
    {
        SidecarSet old = SidecarSamples.Set();
        SidecarSet set = SidecarSamples.Set("agent:2", strategy);
        var index = new SidecarSetIndex();
        index.OnChange(new ObjectChange(null, set));
        foreach (int i in Enumerable.Range(0, count).OrderBy(i => i * 7919 % count))
        {
            V1Pod pod = SidecarSamples.Bare($"pod-{i}", labels: ("canary", i < canaries ? "true" : "false")).Running(i < upgraded ? set : old);
            bool ready = (i < upgradedReady || i >= upgraded) && unready?.Contains(i) != true;
            pod = (ready ? pod : pod.Runs(ready: false)) with { Metadata = pod.Metadata with { CreationTimestamp = SidecarSetWorld.Start.AddSeconds(i) } };
            index.OnChange(new ObjectChange(null, pod));
        }

        return [.. SidecarUpgradeOrder.Next(set.Spec.UpdateStrategy, index.Of(SidecarSamples.SetName)).Select(entry => entry.Pod.Metadata.Name)];
    }
}
