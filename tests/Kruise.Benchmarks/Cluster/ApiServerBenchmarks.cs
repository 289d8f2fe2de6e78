using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Benchmarks.Cluster;

/// <summary>The API server's share of a warm-up: per node one NodeImage, one watch of it, two spec updates and one status update.</summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 1, iterationCount: 3)]
public class ApiServerBenchmarks
{
    [Params(10_000, 100_000)]
    public int Nodes { get; set; }

    /// <summary>Returns the events delivered: four changes, each to the kind's watch and to the object's own.</summary>
    [Benchmark]
    public long WarmUp() => Run(Nodes).Events;

    internal static (long Events, ApiServer Server) Run(int nodes)
    {
        var loop = new EventLoop();
        var server = new ApiServer(loop, RandomStream.Named(1, "api"), StandardKinds.Registry());
        var sink = new CountingSink();
        Func<SimTime> delay = static () => SimTime.FromMilliseconds(3);
        server.Watch(typeof(NodeImage), null, 0, delay, sink, out _);
        for (int i = 0; i < nodes; i++)
        {
            string name = "node-" + i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
            server.Watch(typeof(NodeImage), ObjectKey.Cluster(name), server.Revision, delay, sink, out _);
            var image = (NodeImage)server.Create(new NodeImage { Metadata = new V1ObjectMeta { Name = name } }).Object!;
            image = Update(server, image, "1");
            image = Update(server, image, "2");
            server.UpdateStatus(image with { Status = new NodeImageStatus { Desired = 1 } });
            while (loop.Step(SimTime.MaxValue))
            {
            }
        }

        return (sink.Events, server);
    }

    private static NodeImage Update(ApiServer server, NodeImage image, string tag) => (NodeImage)server.Update(image with
    {
        Spec = new NodeImageSpec
        {
            Images = new Dictionary<string, ImageSpec>(1, StringComparer.Ordinal) { ["nginx"] = new ImageSpec { Tags = [new ImageTagSpec { Tag = tag }] } },
        },
    }).Object!;

    private sealed class CountingSink : IWatchSink
    {
        public long Events { get; private set; }

        public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent) => Events++;
    }
}
