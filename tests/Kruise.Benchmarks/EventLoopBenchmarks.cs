using BenchmarkDotNet.Attributes;
using Kruise.Sim.Engine;
using Kruise.Sim.Tests.Engine;

namespace Kruise.Benchmarks;

/// <summary>Time per event in the hold model, one event in four also moving a time-out.</summary>
[MemoryDiagnoser]
public class EventLoopBenchmarks
{
    private const int Events = 1_000_000;

    private Hold _hold = null!;

    [Params(1_000, 100_000, 1_000_000)]
    public int Pending { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _hold = new Hold(new EventLoop(), Pending, seed: 1, kind: 0);
        _hold.Run(2 * Events);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public void HoldModel() => _hold.Run(Events);
}
