using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Images;
using Kruise.Sim.Workloads;
using Xunit;
using static Kruise.Sim.Tests.Workloads.PodRig;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Image garbage collection, full disks, and eviction. Every image takes 1 MB on the wire and 1 MB unpacked: 2 MB of the disk.</summary>
public sealed class ImageGarbageTests
{
    private static PodRig Rig(KubeletParameters parameters, int images)
    {
        var rig = new PodRig(parameters);
        for (int i = 0; i < images; i++)
        {
            rig.World.AddImage($"app:{i}", 1_000_000);
        }

        return rig;
    }

    private static KubeletParameters Disk(long bytes, int evictionPercent = 0) => Constants with { ImageFileSystemBytes = bytes, EvictionAvailablePercent = evictionPercent };

    private static void Warm(PodRig rig, double at, int image) => rig.World.At(at, () => rig.Runtimes[0].Pull($"app:{image}", rig.World, 1000 + image));

    private static int[] Held(PodRig rig) => [.. rig.Runtimes[0].Images().Select(i => i.Reference[^1] - '0')];

    [Fact]
    public void At_85_percent_unused_images_go_until_80_the_least_recently_used_first()
    {
        PodRig rig = Rig(Disk(20_000_000), 9);

        // Image 0 is in use, 1 was, the others are only there.
        rig.Add(containers: Container(image: "app:0"));
        rig.Add("q", containers: Container(image: "app:1"));
        rig.Run(60);
        rig.Delete("q");
        for (int i = 2; i < 8; i++)
        {
            Warm(rig, 70 + (5 * i), i);
        }

        rig.Run(299);
        Assert.Equal(16_000_000, rig.Runtimes[0].UsedBytes);
        Warm(rig, 299.5, 8);
        rig.Run(302);
        Assert.Equal(18_000_000, rig.Runtimes[0].UsedBytes);
        Assert.Equal(9, Held(rig).Length);
        rig.Run(601);

        // 90 % at the look after 300 s: one image of 2 MB brings 80 %, the oldest of those never used.
        Assert.Equal([0, 1, 3, 4, 5, 6, 7, 8], Held(rig));
        Assert.Equal(2_000_000, rig.Nodes[0].Garbage.FreedBytes);
    }

    [Fact]
    public void Below_the_high_threshold_nothing_happens_and_young_images_stay()
    {
        PodRig rig = Rig(Disk(20_000_000), 9);
        for (int i = 0; i < 8; i++)
        {
            Warm(rig, 10 + (2 * i), i);
        }

        rig.Run(1000);
        Assert.Equal(8, Held(rig).Length);
        Warm(rig, 1198.5, 8);
        rig.World.At(1190, () => Assert.Equal(8, Held(rig).Length));
        rig.Run(1250);
        Assert.DoesNotContain(0, Held(rig));
        Assert.Contains(8, Held(rig));
    }

    [Fact]
    public void A_layer_that_another_image_needs_stays()
    {
        PodRig rig = Rig(Disk(20_000_000), 0);
        ImageLayer shared = rig.World.Catalog.AddLayer("base", 1_000_000, 1_000_000);
        RegistryImage a = rig.World.AddImage("a:1", shared, rig.World.Catalog.AddLayer("a", 500_000, 500_000));
        RegistryImage b = rig.World.AddImage("b:1", shared, rig.World.Catalog.AddLayer("b", 250_000, 250_000));
        rig.Runtimes[0].Preload(a);
        rig.Runtimes[0].Preload(b);
        Assert.Equal(3_500_000, rig.Runtimes[0].UsedBytes);
        Assert.Equal(1_000_000, rig.Runtimes[0].Remove(a));
        Assert.Equal(2_500_000, rig.Runtimes[0].Remove(b));
        Assert.Equal(0, rig.Runtimes[0].UsedBytes);
        Assert.Equal(PullEnd.Pulled, rig.World.Pull(rig.Runtimes[0], "a:1").End);
    }

    [Fact]
    public void A_pull_that_does_not_fit_fails_and_works_when_there_is_room()
    {
        PodRig rig = Rig(Disk(5_000_000, evictionPercent: 0) with { ImageGcHighPercent = 100 }, 3);
        rig.Runtimes[0].Preload(rig.Kubelets.Image("app:0").Image!);
        rig.Runtimes[0].Preload(rig.Kubelets.Image("app:1").Image!);
        rig.Add(containers: Container(image: "app:2"));
        rig.RunUntil(() => rig.Status().State.Waiting?.Reason == "ErrImagePull");
        Assert.EndsWith("no space left on device", rig.Status().State.Waiting.Message, StringComparison.Ordinal);
        rig.Runtimes[0].Remove(rig.Kubelets.Image("app:0").Image!);
        rig.RunUntil(() => rig.IsReady());
    }

    [Fact]
    public void Under_disk_pressure_unused_images_go_at_once_and_then_pods()
    {
        PodRig rig = Rig(Disk(10_000_000, evictionPercent: 15), 5);
        for (int i = 0; i < 5; i++)
        {
            int image = i;
            rig.World.At(i == 4 ? 200 : 1 + (5 * i), () => rig.Add($"p{image}", s => s with { Priority = image == 4 ? 10 : 0 }, Container(image: $"app:{image}")));
        }

        rig.Run(215);

        // 10 MB of 10 in use, all by containers: the youngest pod of the lowest priority goes.
        Assert.Equal("Evicted", rig.Pod("p3").Status.Reason);
        Assert.Equal("Failed", rig.Pod("p3").Status.Phase);
        Assert.All(new[] { 0, 1, 4 }, i => Assert.Equal("Running", rig.Pod($"p{i}").Status.Phase));
        V1Node Node() => rig.Server.Peek<V1Node>(ObjectKey.Cluster("n0"))!;
        Assert.Equal("True", NodeObjects.Find(Node(), "DiskPressure")!.Status);
        Assert.True(NodeObjects.HasTaint(Node(), NodeObjects.DiskPressureTaint, "NoSchedule"));
        rig.Run(1000);
        Assert.Equal("False", NodeObjects.Find(Node(), "DiskPressure")!.Status);
        Assert.False(NodeObjects.HasTaint(Node(), NodeObjects.DiskPressureTaint, "NoSchedule"));
        Assert.True(rig.Runtimes[0].UsedBytes <= 8_500_000);
        Assert.Equal("Running", rig.Pod("p4").Status.Phase);
    }
}
