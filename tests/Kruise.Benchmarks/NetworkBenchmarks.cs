using BenchmarkDotNet.Attributes;
using Kruise.Sim.Tests.Images.Network;

namespace Kruise.Benchmarks;

/// <summary>Whole downloads of a fleet, set-up included: 5 layers of about 20 MB a node, 3 at a time, all nodes at once, 125 kB/s of egress a node.</summary>
[MemoryDiagnoser]
public class NetworkBenchmarks
{
    [Params(10_000, 100_000)]
    public int Nodes { get; set; }

    /// <summary>All layers equal: ends coincide and are handled as batches.</summary>
    [Benchmark]
    public long EqualLayers() => FleetCases.Equal(Nodes).Run().Finished;

    /// <summary>No two layers equal: each end is a moment of its own, with its own solve.</summary>
    [Benchmark]
    public long UnequalLayers() => FleetCases.Unequal(Nodes).Run().Finished;
}

/// <summary>What per-node NICs cost: as many classes as nodes.</summary>
[MemoryDiagnoser]
public class OwnNicBenchmarks
{
    [Params(100, 1_000)]
    public int Nodes { get; set; }

    [Benchmark]
    public long UnequalLayersAndNics() => FleetCases.OwnNics(Nodes).Run().Finished;
}

internal static class FleetCases
{
    private const double EgressPerNode = 125e3;

    public static FleetDownload Equal(int nodes) => new(new FleetOptions { Nodes = nodes, EgressBytesPerSecond = nodes * EgressPerNode });

    public static FleetDownload Unequal(int nodes) =>
        new(new FleetOptions { Nodes = nodes, EgressBytesPerSecond = nodes * EgressPerNode, SizeSpread = 0.5 });

    public static FleetDownload OwnNics(int nodes) => new(new FleetOptions
    {
        Nodes = nodes,
        EgressBytesPerSecond = nodes * EgressPerNode,
        NicBytesPerSecond = EgressPerNode / 2,
        NicSpread = 3,
        SizeSpread = 0.5,
    });
}
