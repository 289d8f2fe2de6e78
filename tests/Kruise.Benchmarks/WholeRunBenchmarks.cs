using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Performance;

namespace Kruise.Benchmarks;

/// <summary>A whole run without start-up and report: world, control plane, daemons, runtimes and network, and the rows of the result.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 2, iterationCount: 5)]
public class WholeRunBenchmarks
{
    private ScenarioVariant _variant = null!;

    [Params(1_000, 5_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp() => _variant = WholeRun.Load(
        Path.Combine(AppContext.BaseDirectory, "scenarios", "slow-nics.yaml"), FormattableString.Invariant($"spec.cluster.nodePools[0].count={Nodes}"));

    /// <summary>Returns the events delivered.</summary>
    [Benchmark]
    public long SlowNics() => WholeRun.Of(_variant).Events;
}
