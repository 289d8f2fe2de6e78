using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Many pods on many nodes, with scheduler, kubelets, registry and network as they are by default: from creation through a change of every image to
/// deletion.</summary>
public sealed class FleetRunTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        Fleet a = Run(7, nodes: 20, pods: 200);
        Fleet b = Run(7, nodes: 20, pods: 200);
        Fleet c = Run(8, nodes: 20, pods: 200);
        Assert.Equal((a.Loop.Hash, a.Loop.Delivered), (b.Loop.Hash, b.Loop.Delivered));
        Assert.NotEqual(a.Loop.Hash, c.Loop.Hash);
    }

    [Fact]
    public void Events_grow_with_the_pods_and_not_faster()
    {
        long few = Run(7, nodes: 20, pods: 100).Loop.Delivered;
        long many = Run(7, nodes: 200, pods: 1000).Loop.Delivered;
        Assert.InRange(many / (double)few, 8, 12);
    }

    private static Fleet Run(ulong seed, int nodes, int pods)
    {
        var fleet = new Fleet(seed, nodes);
        for (int i = 0; i < pods; i++)
        {
            fleet.Add($"p{i:00000}");
        }

        fleet.RunUntil(() => fleet.Ready == pods);
        for (int i = 0; i < pods; i++)
        {
            fleet.ChangeImage($"p{i:00000}");
        }

        fleet.RunUntil(() => fleet.Changed == pods);
        for (int i = 0; i < pods; i++)
        {
            fleet.Server.Delete(typeof(V1Pod), new ObjectKey("default", $"p{i:00000}"));
        }

        fleet.RunUntil(() => fleet.Server.CountOf<V1Pod>() == 0);
        fleet.Server.VerifyUnchanged();
        return fleet;
    }

    private sealed class Fleet : IApiObserver
    {
        private readonly FlowNetwork _network;

        public Fleet(ulong seed, int nodes)
        {
            Loop = new EventLoop();
            _network = new FlowNetwork(Loop);
            int zone = _network.AddZone(double.PositiveInfinity);
            var catalog = new ImageCatalog();
            var registry = new Registry(new RegistryParameters { Name = "docker.io" }, Loop, _network, RandomStream.Named(seed, "registry"));
            catalog.AddRegistry(registry);
            ImageLayer layer = catalog.AddLayer("base", 50_000_000, 50_000_000);
            catalog.AddImage(registry, "app:1", layer, catalog.AddLayer("one", 10_000_000, 10_000_000));
            catalog.AddImage(registry, "app:2", layer, catalog.AddLayer("two", 10_000_000, 10_000_000));
            var runtimes = new RuntimeFleet(Loop, _network, catalog);
            Server = new ApiServer(Loop, RandomStream.Named(seed, "api"), StandardKinds.Registry()) { Observer = this };
            LatencyDistribution latency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50));
            var world = new WorkloadWorld(Loop, Server, catalog, new WorkloadSettings(), latency, latency, seed);
            for (int i = 0; i < nodes; i++)
            {
                string name = $"n{i:0000}";
                var runtime = new NodeRuntime(runtimes, RuntimePresets.Containerd16, _network.AddNode(zone, 125e6), RandomStream.Named(seed, name + "/runtime"));
                Server.Create(new V1Node
                {
                    Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = $"z{i % 3}" } },
                    Status = new V1NodeStatus { Allocatable = NodeCapacity.Default.ToAllocatable(), Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
                });
                world.AddNode("pool", name, runtime, RandomStream.Named(seed, name)).Begin();
            }

            world.BeginScheduling();
        }

        public EventLoop Loop { get; }

        public ApiServer Server { get; }

        public int Ready { get; private set; }

        public int Changed { get; private set; }

        public void Add(string name) => Server.Create(new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "default",
                OwnerReferences = [new V1OwnerReference { ApiVersion = "x/v1", Kind = "X", Name = "x", Uid = "o", Controller = true }],
            },
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "app:1" }] },
        });

        public void ChangeImage(string name) => Server.Patch<V1Pod>(
            new ObjectKey("default", name), pod => pod with { Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { Image = "app:2" }] } });

        public void RunUntil(Func<bool> holds)
        {
            while (!holds())
            {
                Assert.True(Loop.Step(SimTime.FromSeconds(100_000)), "the run ended before");
            }
        }

        public void OnCommit(Change change)
        {
            Loop.Mix((ulong)change.Revision);
            Loop.Mix(change.Key.Name);
            if (change.New is V1Pod pod && change.Type != k8s.WatchEventType.Deleted)
            {
                var old = (V1Pod?)change.Old;
                Ready += IsReady(pod) - IsReady(old);
                Changed += IsChanged(pod) - IsChanged(old);
            }
        }

        public void OnRequest(ApiVerb verb, KindInfo kind, int code)
        {
        }

        private static int IsReady(V1Pod? pod) => PodConditions.IsTrue(pod?.Status?.Conditions, "Ready") ? 1 : 0;

        private static int IsChanged(V1Pod? pod) => pod?.Status?.ContainerStatuses is [{ Image: "app:2", Ready: true }] ? 1 : 0;
    }
}
