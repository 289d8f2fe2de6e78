using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Xunit;

namespace Kruise.Sim.Tests.Images;

public sealed class RegistryTests
{
    private const double Microsecond = 1e-6;

    private static readonly RegistryParameters TenMilliseconds = new() { Name = "docker.io", RoundTrip = SimTime.FromMilliseconds(10) };

    [Fact]
    public void RequestsAboveTheLimitGet429()
    {
        var world = new PullWorld(TenMilliseconds with { RequestLimit = new RequestLimitParameters { RequestsPerSecond = 0.5, Burst = 3 } });
        world.AddImage("app:1", 1_000_000);
        for (int i = 0; i < 5; i++)
        {
            world.AddNode(number: i).Pull("app:1", world, i);
        }

        world.Run();

        Assert.Equal([0L, 1L, 2L], world.Results.Where(r => r.Value.End == PullEnd.Pulled).Select(r => r.Key).Order());
        Assert.Equal("unexpected status: 429 Too Many Requests", world.Results[3].Error);
        Assert.Equal(0.020, world.Results[3].Ended.Seconds, Microsecond);
        Assert.Equal(2, world.Registry.TooManyRequests);
    }

    [Theory]
    [InlineData(true, true, 2.04)]
    [InlineData(false, false, 0.05)]
    public void ARuntimeMayRepeatAtOnceOrAfterTheTimeAskedFor(bool honours, bool pulled, double seconds)
    {
        var world = new PullWorld(TenMilliseconds with { RequestLimit = new RequestLimitParameters { RequestsPerSecond = 0.5, Burst = 1 } });
        world.AddImage("app:1", Array.Empty<long>());
        RuntimeParameters runtime = PullWorld.Free with
        {
            Retry = new RetryParameters { TooManyRequestsAttempts = 4, HonoursRetryAfter = honours },
        };
        world.AddNode(runtime, number: 1).Pull("app:1", world, 1);
        world.AddNode(runtime, number: 2).Pull("app:1", world, 2);
        world.Run();

        // Resolve 10 ms, then 429 at 20 ms: Retry-After says 2 s, or three more requests fail in 10 ms each.
        Assert.Equal(PullEnd.Pulled, world.Results[1].End);
        Assert.Equal(pulled, world.Results[2].End == PullEnd.Pulled);
        Assert.Equal(seconds, world.Results[2].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void TheWayFromANodeAddsToEveryRoundTripAndIsNotSlowed()
    {
        var world = new PullWorld(TenMilliseconds);
        world.AddImage("app:1", 1_000_000);
        RuntimeParameters runtime = PullWorld.Free with { ConnectRoundTrips = 2 };
        PullResult near = world.Pull(world.AddNode(runtime, number: 1), "app:1");
        world.Registry.AddOutage(new OutageWindow(OutageKind.Slow, world.Loop.Now, SimTime.FromSeconds(1e5), 3));
        SimTime begin = world.Loop.Now;
        world.Results.Clear();
        world.AddNode(runtime, number: 2, addedRoundTrip: SimTime.FromMilliseconds(7)).Pull("app:1", world, 3);
        world.Run();

        // Two round trips to connect, three for the manifest and one for the layer; then a second of bytes.
        Assert.Equal(1.060, near.Ended.Seconds, Microsecond);
        Assert.Equal(1 + (6 * (0.030 + 0.007)), (world.Results[3].Ended - begin).Seconds, Microsecond);
    }

    [Fact]
    public void AllRequestsMayCount()
    {
        var world = new PullWorld(TenMilliseconds with
        {
            RequestLimit = new RequestLimitParameters { RequestsPerSecond = 1, Burst = 2, Counted = CountedRequests.All },
        });
        world.AddImage("app:1", 1);

        Assert.Equal("unexpected status: 429 Too Many Requests", world.Pull(world.AddNode(), "app:1").Error);
    }

    [Fact]
    public void DockerDoesNotRepeatALayerAfter429()
    {
        var world = new PullWorld(TenMilliseconds with
        {
            RequestLimit = new RequestLimitParameters { RequestsPerSecond = 1, Burst = 3, Counted = CountedRequests.All },
        });
        world.AddImage("app:1", 1);

        PullResult result = world.Pull(world.AddNode(PullWorld.Free with { Retry = RuntimePresets.Docker2010.Retry }), "app:1");

        Assert.Equal("unexpected status: 429 Too Many Requests", result.Error);
        Assert.Equal(0.040, result.Ended.Seconds, Microsecond);
    }

    [Fact]
    public void ATokenCostsAChallengeAndItsEndpoint()
    {
        var world = new PullWorld(TenMilliseconds with
        {
            Token = new TokenParameters { RoundTrips = 3, Latency = LatencyDistribution.Constant(SimTime.FromMilliseconds(50)) },
        });
        world.AddImage("app:1", 0);

        Assert.Equal(0.010 + 0.080 + 0.040, world.Pull(world.AddNode(), "app:1").Ended.Seconds, Microsecond);
    }

    [Fact]
    public void ErrorsEndAPullUnlessTheRuntimeRepeatsLayers()
    {
        int Pulled(RuntimeParameters runtime)
        {
            var world = new PullWorld(TenMilliseconds with { ErrorRate = 0.05 });
            world.AddImage("app:1", [.. Enumerable.Repeat(1L, 20)]);
            for (int i = 0; i < 200; i++)
            {
                int number = i;
                NodeRuntime node = world.AddNode(runtime, number: i);
                world.At(i, () => node.Pull("app:1", world, number));
            }

            world.Run();
            Assert.All(world.Results.Values.Where(r => r.End == PullEnd.Failed), r => Assert.Equal("unexpected status: 500 Internal Server Error", r.Error));
            return world.Results.Values.Count(r => r.End == PullEnd.Pulled);
        }

        // 0.95^23 = 0.307 of 200 pulls without retries; with five attempts for each layer only three requests can fail, 0.857.
        Assert.InRange(Pulled(PullWorld.Free), 42, 82);
        Assert.InRange(Pulled(PullWorld.Free with { Retry = new RetryParameters { LayerAttempts = 5 } }), 155, 188);
    }

    [Fact]
    public void ARefusingRegistryAnswersAtOnceAndBreaksWhatIsOpen()
    {
        var world = new PullWorld(TenMilliseconds);
        world.AddImage("app:1", 4_000_000);
        NodeRuntime node = world.AddNode();
        NodeRuntime late = world.AddNode(number: 1);
        world.Registry.AddOutage(new OutageWindow(OutageKind.Refuse, SimTime.FromSeconds(2), SimTime.FromSeconds(5)));

        world.At(0, () => node.Pull("app:1", world, 1));
        world.At(3, () => late.Pull("app:1", world, 2));
        world.At(5, () => late.Pull("app:1", world, 3));
        world.Run();

        Assert.Equal("read: connection reset by peer", world.Results[1].Error);
        Assert.Equal(2, world.Results[1].Ended.Seconds, Microsecond);
        Assert.Equal(1_960_000, world.Results[1].BytesFetched);
        NodeRuntimeTests.AssertParts(world.Results[1], latency: 0.040, registry: 1.960);
        Assert.Equal("dial tcp: connect: connection refused", world.Results[2].Error);
        Assert.Equal(3.01, world.Results[2].Ended.Seconds, Microsecond);
        Assert.Equal(9.04, world.Results[3].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void DockerFetchesABrokenLayerAgainAfterAPause()
    {
        var world = new PullWorld(TenMilliseconds);
        world.AddImage("app:1", 4_000_000);
        NodeRuntime node = world.AddNode(PullWorld.Free with { Retry = RuntimePresets.Docker2010.Retry });
        world.Registry.AddOutage(new OutageWindow(OutageKind.Refuse, SimTime.FromSeconds(2), SimTime.FromSeconds(8)));

        PullResult result = world.Pull(node, "app:1");

        // Reset at 2 s, again refused at 7 s + 10 ms, then 10 s pause and the whole layer.
        Assert.Equal(2 + 5 + 0.010 + 10 + 0.010 + 4, result.Ended.Seconds, Microsecond);
        Assert.Equal(4_000_000 + 1_960_000, result.BytesFetched);
    }

    [Fact]
    public void AHangingRegistryStallsFlowsAndRequestsUntilItEnds()
    {
        var world = new PullWorld(TenMilliseconds);
        world.AddImage("app:1", 4_000_000);
        world.Registry.AddOutage(new OutageWindow(OutageKind.Hang, SimTime.FromSeconds(2), SimTime.FromSeconds(12)));
        NodeRuntime[] nodes = [world.AddNode(), world.AddNode(number: 1), world.AddNode(PullWorld.Free with { RequestTimeout = SimTime.FromSeconds(4) }, number: 2)];

        world.At(0, () => nodes[0].Pull("app:1", world, 0));
        world.At(3, () => nodes[1].Pull("app:1", world, 1));
        world.At(3, () => nodes[2].Pull("app:1", world, 2));
        world.Run();

        Assert.Equal(14.04, world.Results[0].Ended.Seconds, Microsecond);
        Assert.Equal(12 + 4.04, world.Results[1].Ended.Seconds, Microsecond);
        Assert.Equal("dial tcp: i/o timeout", world.Results[2].Error);
        Assert.Equal(7, world.Results[2].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void SlownessDividesEgressAndMultipliesLatency()
    {
        var world = new PullWorld(TenMilliseconds with { EgressBytesPerSecond = 500_000 });
        world.AddImage("app:1", 1_000_000);
        world.Registry.AddOutage(new OutageWindow(OutageKind.Slow, SimTime.Zero, SimTime.FromSeconds(100), 2));
        world.Registry.AddOutage(new OutageWindow(OutageKind.Slow, SimTime.Zero, SimTime.FromSeconds(100), 5));
        NodeRuntime node = world.AddNode();
        world.At(1, () => node.Pull("app:1", world, 1));
        world.Run();

        NodeRuntimeTests.AssertParts(world.Results[1], latency: 0.4, registry: 20);
    }

    [Fact]
    public void OfOverlappingOutagesTheWorstRules()
    {
        var world = new PullWorld(TenMilliseconds);
        world.AddImage("app:1", 4_000_000);
        world.Registry.AddOutage(new OutageWindow(OutageKind.Hang, SimTime.FromSeconds(1), SimTime.FromSeconds(6)));
        world.Registry.AddOutage(new OutageWindow(OutageKind.Hang, SimTime.FromSeconds(3), SimTime.FromSeconds(9)));
        world.Registry.AddOutage(new OutageWindow(OutageKind.Refuse, SimTime.FromSeconds(4), SimTime.FromSeconds(5)));
        NodeRuntime[] nodes = [world.AddNode(), world.AddNode(number: 1)];
        world.At(4.5, () => nodes[0].Pull("app:1", world, 0));
        world.At(5.5, () => nodes[1].Pull("app:1", world, 1));
        world.Run();

        Assert.Equal("dial tcp: connect: connection refused", world.Results[0].Error);
        Assert.Equal(9 + 4.04, world.Results[1].Ended.Seconds, Microsecond);
    }

    [Fact]
    public void FifoSharingSpreadsEqualPullsAndEndsLater()
    {
        (double Fastest, double Slowest) Fleet(EgressSharing sharing)
        {
            var world = new PullWorld(new RegistryParameters { Name = "docker.io", EgressBytesPerSecond = 50e6, Sharing = sharing });
            world.AddImage("app:1", 8_000_000, 8_000_000, 8_000_000);
            for (int i = 0; i < 20; i++)
            {
                world.AddNode(nicBytesPerSecond: 12.5e6, number: i).Pull("app:1", world, i);
            }

            world.Run();
            return (world.Results.Values.Min(r => r.Ended.Seconds), world.Results.Values.Max(r => r.Ended.Seconds));
        }

        (double fairFastest, double fairSlowest) = Fleet(EgressSharing.Fair);
        (double fastest, double slowest) = Fleet(EgressSharing.Fifo);

        Assert.Equal(20 * 24 / 50.0, fairSlowest, 1e-3);
        Assert.Equal(1, fairSlowest / fairFastest, 1e-6);
        Assert.Equal(2.2, slowest / fastest, 0.01);
        Assert.InRange(slowest / fairSlowest, 1.06, 1.11);
    }

    [Theory]
    [InlineData(-1, 2.2)]
    [InlineData(0.5, 4)]
    [InlineData(0.5, double.NaN)]
    public void ValuesOutOfRangeAreRefused(double errorRate, double spread) =>
        Assert.Throws<ArgumentException>(() => new PullWorld(TenMilliseconds with { ErrorRate = errorRate, FifoSpread = spread }));
}
