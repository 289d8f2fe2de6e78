using k8s.Models;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Workloads;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A simulated cluster of three nodes, with one controller at work.</summary>
internal sealed class TwinCluster
{
    public const ulong Seed = 7;
    public static readonly SimTime Patience = SimTime.FromSeconds(600);

    /// <param name="reconciler">The controller.</param>
    /// <param name="images">The images that there are.</param>
    /// <param name="admit">Puts admission before the API server; it may look into the manager's cache.</param>
    public TwinCluster(IReconciler reconciler, IEnumerable<string> images, Action<TwinCluster> admit)
    {
        var network = new FlowNetwork(Loop);
        int zone = network.AddZone(double.PositiveInfinity);
        var catalog = new ImageCatalog();
        var registry = new Registry(new RegistryParameters { Name = "docker.io" }, Loop, network, RandomStream.Named(Seed, "registry"));
        catalog.AddRegistry(registry);
        foreach (string image in images)
        {
            catalog.AddImage(registry, image, catalog.AddLayer(image, 10_000_000, 10_000_000));
        }

        LatencyDistribution latency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50));
        Server = new ApiServer(Loop, RandomStream.Named(Seed, "apiserver"), StandardKinds.Registry());
        Cache = new ObjectCache(reconciler.Indexes);
        admit(this);
        var runtimes = new RuntimeFleet(Loop, network, catalog);
        var world = new WorkloadWorld(Loop, Server, catalog, new WorkloadSettings(), latency, latency, Seed);
        for (int i = 0; i < 3; i++)
        {
            string name = $"node-{i}";
            Server.Create(new V1Node
            {
                Metadata = new V1ObjectMeta { Name = name },
                Status = new V1NodeStatus { Allocatable = NodeCapacity.Default.ToAllocatable(), Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
            });
            var runtime = new NodeRuntime(runtimes, RuntimePresets.Containerd16, network.AddNode(zone, 125e6), RandomStream.Named(Seed, name + "/runtime"));
            world.AddNode("pool", name, runtime, RandomStream.Named(Seed, name)).Begin();
        }

        world.BeginScheduling();
        Client = new ApiClient(Loop, Server, new TokenBucket(100, 200), latency, RandomStream.Named(Seed, "client"));
        var host = new ControllerHost(
            Loop, reconciler, Cache, Client, new ControllerParameters(3, 16, latency), FeatureGates.Default, RandomStream.Named(Seed, reconciler.Name));
        var manager = new ManagerCache(Cache, [host]);
        foreach (Type kind in reconciler.Watches)
        {
            manager.Fill(Server, kind);
            manager.Watch(Server, kind, latency, RandomStream.Named(Seed, "watch/" + kind.Name));
        }
    }

    public EventLoop Loop { get; } = new();

    public ApiServer Server { get; }

    /// <summary>What the manager knows.</summary>
    public ObjectCache Cache { get; }

    /// <summary>The manager's client.</summary>
    public ApiClient Client { get; }

    public T[] List<T>(string @namespace) => [.. Server.StoreOf(typeof(T)).List(@namespace).Cast<T>()];

    /// <summary>Lets time go on until a condition holds.</summary>
    public void Until(Func<bool> condition, string what)
    {
        SimTime limit = Loop.Now + Patience;
        while (!condition())
        {
            if (!Loop.Step(limit))
            {
                throw new TimeoutException($"not within {Patience} of virtual time: {what}");
            }
        }
    }
}
