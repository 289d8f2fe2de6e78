using CsCheck;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Xunit;

namespace Kruise.Sim.Tests.Images;

/// <summary>Random images that share layers, runtimes, registries, outages and stops: what holds for every pull whatever happens.</summary>
public sealed class PullPropertyTests
{
    private static readonly Gen<RuntimeParameters> Runtimes =
        from places in Gen.Int[1, 4]
        from node in Gen.Bool
        from all in Gen.Bool
        from chunk in AnyOf<long?>(null, 200_000)
        from unpack in Gen.Double[0.2e6, 5e6]
        from disk in AnyOf<double>(1e6, double.PositiveInfinity)
        from attempts in Gen.Int[1, 4]
        from honours in Gen.Bool
        from layerSeconds in AnyOf<double>(0, 0.01)
        select new RuntimeParameters
        {
            MaxConcurrentDownloads = places,
            DownloadLimitScope = node ? DownloadLimitScope.Node : DownloadLimitScope.Image,
            UnpackStart = all ? UnpackStart.AllArrived : UnpackStart.LayerArrived,
            ChunkBytes = chunk,
            CallLatency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50)),
            FixedSeconds = 0.01,
            LayerSeconds = layerSeconds,
            PayloadShare = 0.95,
            UnpackIncompressibleBytesPerSecond = unpack,
            UnpackTextBytesPerSecond = unpack / 2,
            SecondsPerFile = 1e-4,
            DiskWriteBytesPerSecond = disk,
            RequestTimeout = SimTime.FromSeconds(3),
            Retry = new RetryParameters { TooManyRequestsAttempts = attempts, HonoursRetryAfter = honours, LayerAttempts = attempts, LayerDelayStep = SimTime.FromSeconds(1) },
        };

    private static readonly Gen<RegistryParameters> Registries =
        from egress in AnyOf<double>(1e6, 4e6, double.PositiveInfinity)
        from connection in AnyOf<double>(0.3e6, double.PositiveInfinity)
        from errors in AnyOf<double>(0, 0.03)
        from limited in Gen.Bool
        from token in Gen.Bool
        from fifo in Gen.Bool
        select new RegistryParameters
        {
            Name = "docker.io",
            EgressBytesPerSecond = egress,
            PerConnectionBytesPerSecond = connection,
            RoundTrip = SimTime.FromMilliseconds(20),
            ServerLatency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(2), SimTime.FromMilliseconds(30)),
            ErrorRate = errors,
            RequestLimit = limited ? new RequestLimitParameters { RequestsPerSecond = 2, Burst = 4 } : null,
            Token = token ? new TokenParameters() : null,
            Sharing = fifo ? EgressSharing.Fifo : EgressSharing.Fair,
        };

    private static readonly Gen<OutageWindow> Outages =
        from kind in Gen.Int[0, 2]
        from begin in Gen.Double[0, 6]
        from length in Gen.Double[0, 5]
        select new OutageWindow((OutageKind)kind, SimTime.FromSeconds(begin), SimTime.FromSeconds(begin + length), 3);

    // Layers out of a few contents, so that images share them and may have one twice.
    private static readonly Gen<int[][]> Images = Gen.Int[0, 7].Array[0, 5].Array[1, 4];

    private static readonly Gen<(double At, int Node, int Image, double? StopAfter)[]> Pulls =
        Gen.Select(Gen.Double[0, 6], Gen.Int[0, 1], Gen.Int[0, 3], Gen.Double[0, 8].Select(s => s < 4 ? s : (double?)null)).Array[1, 8];

    [Fact]
    public void EveryPullEndsOnceAndItsPartsSumToItsLength() =>
        Gen.Select(Runtimes, Registries, Outages.Array[0, 2], Images, Pulls).Sample(
            (runtime, registry, outages, images, pulls) =>
            {
                var cutOff = new List<PullResult>();
                PullWorld world = Run(runtime, registry, outages, images, pulls, cutOff);
                Assert.All(cutOff, part =>
                {
                    Assert.Equal((part.Ended - part.Started).Nanoseconds, part.Parts.Sum());
                    Assert.All(part.Parts, nanoseconds => Assert.True(nanoseconds >= 0));
                    Assert.True(part.BytesFetched >= 0);
                });
                for (int i = 0; i < pulls.Length; i++)
                {
                    if (!world.Results.TryGetValue(i, out PullResult? result))
                    {
                        Assert.NotNull(pulls[i].StopAfter);
                        continue;
                    }

                    Assert.Equal((result.Ended - result.Started).Nanoseconds, result.Parts.Sum());
                    Assert.All(result.Parts, part => Assert.True(part >= 0));
                    Assert.Equal(result.End == PullEnd.Failed, result.Error is not null);
                    Assert.True(result.BytesFetched >= 0);
                    Assert.True(result.Downloaded is not { } downloaded || (downloaded >= result.Started && downloaded <= result.Unpacked));
                }

                Assert.Equal(0, world.Fleet.ActivePulls);
                Assert.Equal(0, world.Network.ActiveFlows);
                Assert.Equal(0, world.Loop.Pending);
            },
            iter: 150);

    [Fact]
    public void ARunRepeatsItself() =>
        Gen.Select(Runtimes, Registries, Outages.Array[0, 2], Images, Pulls).Sample(
            (runtime, registry, outages, images, pulls) => Assert.Equal(
                Run(runtime, registry, outages, images, pulls).Loop.Hash, Run(runtime, registry, outages, images, pulls).Loop.Hash),
            iter: 30);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static PullWorld Run(
        RuntimeParameters runtime,
        RegistryParameters registry,
        OutageWindow[] outages,
        int[][] images,
        (double At, int Node, int Image, double? StopAfter)[] pulls,
        List<PullResult>? cutOff = null)
    {
        var world = new PullWorld(registry);
        ImageLayer[] layers = [.. Enumerable.Range(0, 8).Select(i => world.Catalog.AddLayer($"{i}", i * 150_000L, i * 200_000L, (ContentKind)(i % 3)))];
        for (int i = 0; i < images.Length; i++)
        {
            world.AddImage($"app:{i}", [.. images[i].Select(layer => layers[layer])]);
        }

        foreach (OutageWindow outage in outages)
        {
            world.Registry.AddOutage(outage);
        }

        NodeRuntime[] nodes = [world.AddNode(runtime), world.AddNode(runtime, number: 1)];
        var gone = new HashSet<int>();
        void Unless(int ended, Action action)
        {
            if (!world.Results.ContainsKey(ended) && !gone.Contains(ended))
            {
                action();
            }
        }

        for (int i = 0; i < pulls.Length; i++)
        {
            int pull = i;
            world.At(pulls[i].At, () => nodes[pulls[pull].Node].Pull($"app:{pulls[pull].Image}", world, pull));
            if (cutOff is not null)
            {
                for (double after = 0.05; after < 8; after *= 1.7)
                {
                    world.At(pulls[i].At + after, () => Unless(ended: pull, () => cutOff.Add(nodes[pulls[pull].Node].Peek(pull))));
                }
            }

            if (pulls[i].StopAfter is { } stopAfter)
            {
                world.At(pulls[i].At + stopAfter, () => Unless(ended: pull, () =>
                {
                    PullResult stopped = nodes[pulls[pull].Node].Stop(pull);
                    gone.Add(pull);
                    cutOff?.Add(stopped);
                }));
            }
        }

        world.Run();
        return world;
    }
}
