using BenchmarkDotNet.Running;
using Kruise.Benchmarks;

if (args is ["quick"])
{
    QuickMeasure.Run();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(NetworkBenchmarks).Assembly).Run(args);
}
