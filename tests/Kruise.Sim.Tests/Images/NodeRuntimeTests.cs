using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Xunit;

namespace Kruise.Sim.Tests.Images;

public sealed class NodeRuntimeTests
{
    private const double Microsecond = 1e-6;

    [Fact]
    public void OneLayerTakesRoundTripsBytesOverTheWireAndUnpacking()
    {
        var world = new PullWorld(new RegistryParameters
        {
            Name = "docker.io",
            RoundTrip = SimTime.FromMilliseconds(10),
            ServerLatency = LatencyDistribution.Constant(SimTime.FromMilliseconds(3)),
        });
        world.AddImage("app:1", 2_000_000);
        NodeRuntime node = world.AddNode(new RuntimeParameters
        {
            CallLatency = LatencyDistribution.Constant(SimTime.FromMilliseconds(5)),
            FixedSeconds = 0.007,
            LayerSeconds = 0.004,
            PayloadShare = 0.8,
            UnpackIncompressibleBytesPerSecond = 4e6,
        });

        PullResult result = world.Pull(node, "app:1");

        // 2 round trips to connect, then resolve, manifest, config and layer with 3 ms each in the registry.
        Assert.Equal(PullEnd.Pulled, result.End);
        Assert.Equal(0.012 + (6 * 0.010) + (4 * 0.003) + 2.5 + 0.504, result.Ended.Seconds, Microsecond);
        Assert.Equal(0.084, result.FirstByte!.Value.Seconds, Microsecond);
        Assert.Equal(2.584, result.Downloaded!.Value.Seconds, Microsecond);
        AssertParts(result, call: 0.012, latency: 0.072, nic: 2.5, unpack: 0.504);
        Assert.Equal(2_000_000, result.BytesFetched);
        Assert.True(node.Has("app:1"));
    }

    [Fact]
    public void AnUnpackBoundImageTakesItsFirstArrivalAndAllUnpacking()
    {
        var world = new PullWorld();
        world.AddImage("app:1", 1_000_000, 1_000_000, 1_000_000, 1_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { UnpackIncompressibleBytesPerSecond = 250_000, MaxConcurrentDownloads = 1 });

        PullResult result = world.Pull(node, "app:1");

        Assert.Equal(1 + (4 * 4), result.Ended.Seconds, Microsecond);
        AssertParts(result, nic: 1, unpack: 16);
    }

    [Fact]
    public void ADownloadBoundImageTakesItsBytesAndTheLastUnpack()
    {
        var world = new PullWorld();
        world.AddImage("app:1", 1_000_000, 1_000_000, 1_000_000, 1_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { UnpackIncompressibleBytesPerSecond = 2e6, MaxConcurrentDownloads = 1 });

        PullResult result = world.Pull(node, "app:1");

        Assert.Equal(4.5, result.Ended.Seconds, Microsecond);
        AssertParts(result, nic: 4, unpack: 0.5);
    }

    [Fact]
    public void OldRuntimesUnpackOnlyWhenAllHasArrived()
    {
        var world = new PullWorld();
        world.AddImage("app:1", 1_000_000, 1_000_000, 1_000_000, 1_000_000);
        NodeRuntime node = world.AddNode(
            PullWorld.Free with { UnpackIncompressibleBytesPerSecond = 2e6, UnpackStart = UnpackStart.AllArrived, MaxConcurrentDownloads = 1 });

        PullResult result = world.Pull(node, "app:1");

        Assert.Equal(4 + (4 * 0.5), result.Ended.Seconds, Microsecond);
        AssertParts(result, nic: 4, unpack: 2);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(6, 1)]
    public void SmallLayersTakeARoundTripForEachRoundOfDownloads(int limit, int rounds)
    {
        var world = new PullWorld(new RegistryParameters { Name = "docker.io", RoundTrip = SimTime.FromMilliseconds(100) });
        world.AddImage("app:1", 0, 0, 0, 0, 0, 0);
        NodeRuntime node = world.AddNode(new RuntimeParameters { MaxConcurrentDownloads = limit });

        PullResult result = world.Pull(node, "app:1");

        Assert.Equal(0.5 + (0.1 * rounds), result.Ended.Seconds, Microsecond);
    }

    [Fact]
    public void AConnectionsLimitHoldsEachDownloadAndChunksGetAroundIt()
    {
        double Seconds(long? chunkBytes)
        {
            var world = new PullWorld(new RegistryParameters { Name = "docker.io", PerConnectionBytesPerSecond = 100_000 });
            world.AddImage("app:1", 900_000);
            PullResult result = world.Pull(world.AddNode(PullWorld.Free with { ChunkBytes = chunkBytes }), "app:1");
            AssertParts(result, connection: result.Ended.Seconds);
            Assert.Equal(900_000, result.BytesFetched);
            return result.Ended.Seconds;
        }

        Assert.Equal(9, Seconds(null), Microsecond);
        Assert.Equal(3, Seconds(100_000), Microsecond);
        Assert.Equal(4.5, Seconds(450_000), Microsecond);
    }

    [Fact]
    public void ALayerThatTwoImagesShareIsFetchedAndUnpackedOnce()
    {
        var world = new PullWorld();
        ImageLayer shared = world.Catalog.AddLayer("base", 3_000_000, 3_000_000);
        ImageLayer first = world.Catalog.AddLayer("one", 1_000_000, 1_000_000);
        ImageLayer second = world.Catalog.AddLayer("two", 1_000_000, 1_000_000);
        world.AddImage("one:1", shared, first);
        world.AddImage("two:1", shared, second);
        world.AddImage("turned:1", second, shared);
        NodeRuntime node = world.AddNode(PullWorld.Free with { UnpackIncompressibleBytesPerSecond = 1e6 });

        world.At(0, () => node.Pull("one:1", world, 1));
        world.At(100, () => node.Pull("two:1", world, 2));
        world.At(200, () => node.Pull("turned:1", world, 3));
        world.Run();

        Assert.Equal(4_000_000, world.Results[1].BytesFetched);
        Assert.Equal(1_000_000, world.Results[2].BytesFetched);
        Assert.Equal(102, world.Results[2].Ended.Seconds, Microsecond);

        // Both layers are there, but in the other order they are other chains: nothing to fetch, all to unpack.
        Assert.Equal(0, world.Results[3].BytesFetched);
        Assert.Equal(204, world.Results[3].Ended.Seconds, Microsecond);
        AssertParts(world.Results[3], unpack: 4);
    }

    [Fact]
    public void ASecondPullWaitsForALayerOnTheWay()
    {
        var world = new PullWorld();
        ImageLayer shared = world.Catalog.AddLayer("base", 4_000_000, 4_000_000);
        world.AddImage("one:1", shared);
        world.AddImage("two:1", shared);
        NodeRuntime node = world.AddNode();

        world.At(0, () => node.Pull("one:1", world, 1));
        world.At(1, () => node.Pull("two:1", world, 2));
        world.Run();

        Assert.Equal(4, world.Results[1].Ended.Seconds, Microsecond);
        Assert.Equal(4, world.Results[2].Ended.Seconds, Microsecond);
        Assert.Equal(0, world.Results[2].BytesFetched);
        AssertParts(world.Results[2], nic: 3);
        Assert.Equal(world.Results[1].ImageId, world.Results[2].ImageId);
    }

    [Fact]
    public void WhoWaitsForALayerTakesOverWhenTheOtherPullIsStopped()
    {
        var world = new PullWorld();
        ImageLayer shared = world.Catalog.AddLayer("base", 4_000_000, 4_000_000);
        world.AddImage("one:1", shared);
        world.AddImage("two:1", shared);
        NodeRuntime node = world.AddNode();
        PullResult? stopped = null;
        PullResult? waiting = null;

        world.At(0, () => node.Pull("one:1", world, 1));
        world.At(1, () => node.Pull("two:1", world, 2));
        world.At(2.5, () => waiting = node.Peek(2));
        world.At(3, () => stopped = node.Stop(1));
        world.Run();

        Assert.Equal((PullEnd.CutOff, 3_000_000), (stopped!.End, stopped.BytesFetched));
        AssertParts(stopped, nic: 3);
        Assert.Equal(0, waiting!.BytesFetched);
        AssertParts(waiting, nic: 1.5);
        Assert.False(world.Results.ContainsKey(1));
        Assert.Equal(7, world.Results[2].Ended.Seconds, Microsecond);
        Assert.Equal(4_000_000, world.Results[2].BytesFetched);
        AssertParts(world.Results[2], latency: 2, nic: 4);
        Assert.Equal(0, world.Fleet.ActivePulls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PartsThatHadArrivedCountWhenTheirLayerIsBrokenOff(bool stops)
    {
        var world = new PullWorld(unevenParts: true);
        world.AddImage("app:1", 2_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { ChunkBytes = 1_000_000, MaxConcurrentDownloads = 2, Retry = new RetryParameters { LayerAttempts = 1 } });
        PullResult? stopped = null;
        if (stops)
        {
            world.At(3, () => stopped = node.Stop(1));
        }
        else
        {
            world.Registry.AddOutage(new OutageWindow(OutageKind.Refuse, SimTime.FromSeconds(3), SimTime.FromSeconds(4)));
        }

        world.At(0, () => node.Pull("app:1", world, 1));
        world.Run();

        // At 2 the first part is there, and a third of the second, which has the NIC to itself from then on.
        PullResult result = stopped ?? world.Results[1];
        Assert.Equal(3, result.Ended.Seconds, Microsecond);
        Assert.Equal(3_000_000, result.BytesFetched);
    }

    [Fact]
    public void LayersThatHadArrivedWholeStayAfterAStop()
    {
        var world = new PullWorld();
        world.AddImage("app:1", 1_000_000, 3_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { MaxConcurrentDownloads = 1 });
        long fetched = 0;

        world.At(0, () => node.Pull("app:1", world, 1));
        world.At(2, () => fetched = node.Stop(1).BytesFetched);
        world.At(10, () => node.Pull("app:1", world, 2));
        world.Run();

        Assert.Equal(2_000_000, fetched);
        Assert.Equal(3_000_000, world.Results[2].BytesFetched);
        Assert.Equal(13, world.Results[2].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void PullsThatUnpackAtTheSameTimeShareTheDisk()
    {
        var world = new PullWorld();
        world.AddImage("one:1", 6_000_000);
        world.AddImage("two:1", world.Catalog.AddLayer("two 0", 0, 8_000_000, ContentKind.Text));
        NodeRuntime node = world.AddNode(PullWorld.Free with
        {
            UnpackIncompressibleBytesPerSecond = 10e6,
            UnpackTextBytesPerSecond = 1e6,
            DiskWriteBytesPerSecond = 4e6,
        });

        world.At(0, () => node.Pull("one:1", world, 1));
        world.At(5, () => node.Pull("two:1", world, 2));
        world.Run();

        // Text takes its 1 MB/s from 5 s on; the other begins at 6 s and gets the 3 MB/s that are left.
        Assert.Equal(8, world.Results[1].Ended.Seconds, Microsecond);
        Assert.Equal(13, world.Results[2].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void FilesAndTextHaveTheirOwnUnpackCost()
    {
        var world = new PullWorld();
        world.AddImage("app:1", world.Catalog.AddLayer("l", 0, 6_400_000, ContentKind.SmallFiles, files: 10_000));
        NodeRuntime node = world.AddNode(RuntimePresets.Containerd16 with { FixedSeconds = 0, LayerSeconds = 0 });

        Assert.Equal(0.1 + 0.8, world.Pull(node, "app:1").Ended.Seconds, Microsecond);
    }

    [Fact]
    public void AnImageOnTheNodeCostsTheCallAlone()
    {
        var world = new PullWorld();
        NodeRuntime node = world.AddNode(PullWorld.Free with { CallLatency = LatencyDistribution.Constant(SimTime.FromMilliseconds(5)), FixedSeconds = 1 });
        node.Preload(world.AddImage("app:1", 1_000_000));

        PullResult result = world.Pull(node, "app:1");

        Assert.Equal(PullEnd.AlreadyPresent, result.End);
        Assert.Equal(0.005, result.Ended.Seconds, Microsecond);
        AssertParts(result, call: 0.005);
        Assert.Equal(0, world.Registry.Requests);
    }

    [Fact]
    public void ALimitForTheNodeIsSharedByItsPullsInTheirOrder()
    {
        var world = new PullWorld();
        world.AddImage("one:1", 1_000_000, 1_000_000);
        world.AddImage("two:1", 1_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { MaxConcurrentDownloads = 1, DownloadLimitScope = DownloadLimitScope.Node });

        world.At(0, () => node.Pull("one:1", world, 1));
        world.At(0, () => node.Pull("two:1", world, 2));
        world.Run();

        Assert.Equal(2, world.Results[1].Ended.Seconds, Microsecond);
        Assert.Equal(3, world.Results[2].Ended.Seconds, Microsecond);
        AssertParts(world.Results[2], call: 2, nic: 1);
    }

    [Fact]
    public void AnImageMayHaveALayerTwice()
    {
        var world = new PullWorld();
        ImageLayer empty = world.Catalog.AddLayer("empty", 1_000_000, 1_000_000);
        world.AddImage("app:1", empty, world.Catalog.AddLayer("x", 1_000_000, 1_000_000), empty);
        PullResult result = world.Pull(world.AddNode(PullWorld.Free with { UnpackIncompressibleBytesPerSecond = 1e6 }), "app:1");

        Assert.Equal(2_000_000, result.BytesFetched);
        Assert.Equal(2 + 3, result.Ended.Seconds, Microsecond);
    }

    [Fact]
    public void ProgressIsToldOnceForEachLayer()
    {
        var world = new PullWorld();
        world.AddImage("app:1", 1_000_000, 3_000_000);
        world.Pull(world.AddNode(PullWorld.Free with { MaxConcurrentDownloads = 1 }), "app:1");

        Assert.Equal([(-1L, 25), (-1L, 100)], world.Progress);
    }

    [Theory]
    [InlineData("app:2", "not found")]
    [InlineData("quay.io/app:1", "dial tcp: no such host")]
    public void UnknownImagesAndRegistriesAreErrors(string image, string error)
    {
        var world = new PullWorld();
        PullResult result = world.Pull(world.AddNode(), image);

        Assert.Equal((PullEnd.Failed, error), (result.End, result.Error));
    }

    [Fact]
    public void ALayerIdMeansOneContent()
    {
        var catalog = new ImageCatalog();
        ImageLayer layer = catalog.AddLayer("base", 10, 20);

        Assert.Same(layer, catalog.AddLayer("base", 10, 20));
        Assert.Throws<ArgumentException>(() => catalog.AddLayer("base", 11, 20));
    }

    internal static void AssertParts(
        PullResult result, double call = 0, double latency = 0, double registry = 0, double nic = 0, double connection = 0, double unpack = 0)
    {
        Assert.Equal((result.Ended - result.Started).Nanoseconds, result.Parts.Sum());
        double[] expected = [call, latency, registry, 0, nic, connection, unpack];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - (result.Parts[i] / 1e9)) < Microsecond, $"{(PullPart)i}: {result.Parts[i]} ns, not {expected[i]} s");
        }
    }
}
