using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Nodes of a scenario's pools with daemons and kubelets beside each other, and faults of whole nodes.</summary>
public sealed class NodeFleetTests
{
    private const string Spec =
        """
          question: "does it work?"
          seed: 3
          cluster:
            nodePools:
              - {name: web, count: 6}
          registries:
            - {name: docker.io, images: [{name: "app:1", layers: [{size: 10MB}]}]}
          timeline: []
        """;

    private readonly EventLoop _loop = new();
    private readonly ApiServer _server;
    private readonly NodeFleet _fleet;
    private readonly WorkloadWorld _workloads;

    public NodeFleetTests()
    {
        ScenarioSpec spec = Scene.Load(Spec).Scenario.Spec;
        ControlPlaneSettings settings = ControlPlaneSettings.From(spec.ControlPlane);
        var network = new FlowNetwork(_loop);
        (ImageCatalog catalog, _) = WorldBuilder.Images(spec, _loop, network);
        _server = new ApiServer(_loop, RandomStream.Named(3, "api"), StandardKinds.Registry());
        var daemons = new DaemonWorld(_loop, _server, new RunRecorder(_loop, _ => []), settings.Timing.Puller, settings.ApiLatency);
        var workloads = new WorkloadSettings
        {
            Pools = new Dictionary<string, PoolWorkloads>
            {
                ["web"] = new PoolWorkloads(new KubeletParameters(), new NodeCapacity(2000, 4L << 30, 20), [new V1Taint { Key = "web", Effect = "NoSchedule" }]),
            },
        };
        _workloads = new WorkloadWorld(_loop, _server, catalog, workloads, settings.ApiLatency, settings.WatchDelay, 3);
        _fleet = new NodeFleet(spec, _loop, _server, network, new RuntimeFleet(_loop, network, catalog), daemons, settings, _workloads);
        _fleet.Settle();
        _workloads.BeginScheduling();
        for (int i = 0; i < 12; i++)
        {
            _server.Create(new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = $"p{i}", NamespaceProperty = "default" },
                Spec = new V1PodSpec
                {
                    Tolerations = [new V1Toleration { Key = "web", OperatorProperty = "Exists" }],
                    Containers = [new V1Container { Name = "main", Image = "app:1" }],
                },
            });
        }

        Run(60);
    }

    private IReadOnlyList<V1Pod> On(string node) => _server.PeekByField<V1Pod>(node);

    private int Ready => _server.StoreOf(typeof(V1Pod)).List(null).Count(p => PodConditions.IsTrue(((V1Pod)p).Status.Conditions, "Ready"));

    private void Run(double until)
    {
        while (_loop.Step(SimTime.FromSeconds(until)))
        {
        }
    }

    [Fact]
    public void Nodes_say_what_they_offer_and_pods_run_on_all_of_them()
    {
        Assert.Equal(12, Ready);
        Assert.All(_fleet.NamesOf("web"), n => Assert.Equal(2, On(n).Count));
        V1Node node = _server.Peek<V1Node>(ObjectKey.Cluster(_fleet.NamesOf("web")[0]))!;
        Assert.Equal("2", node.Status.Allocatable["cpu"].ToString());
        Assert.Equal("web", node.Spec.Taints[0].Key);
        Assert.Equal(6, _server.CountOf<NodeImage>());
    }

    [Fact]
    public void Dead_nodes_are_found_and_come_back()
    {
        IReadOnlyList<string> dead = _fleet.KillNodes("web", CountOrPercent.OfCount(2), SimTime.FromSeconds(160));
        Assert.Equal(2, dead.Count);
        Run(150);
        Assert.Equal(8, Ready);
        Assert.All(dead, n => Assert.False(NodeObjects.IsReady(_server.Peek<V1Node>(ObjectKey.Cluster(n))!)));
        Run(300);
        Assert.Equal(12, Ready);
        Assert.All(dead, n => Assert.All(On(n), p => Assert.Equal(1, p.Status.ContainerStatuses[0].RestartCount)));
        Assert.Equal(0, _workloads.Lifecycle.EvictedPods);
    }

    [Fact]
    public void Nodes_that_leave_take_their_pods_with_them()
    {
        string last = _fleet.NamesOf("web")[^1];
        _fleet.Leave("web", 1);
        Run(200);
        Assert.Empty(On(last));
        Assert.Equal(10, _server.CountOf<V1Pod>());
    }

    [Fact]
    public void Drained_nodes_are_empty_and_cordoned_ones_keep_what_they_have()
    {
        string drained = Assert.Single(_fleet.DrainNodes("web", CountOrPercent.OfCount(1)));
        string cordoned = Assert.Single(_fleet.CordonNodes("web", CountOrPercent.OfCount(1)));
        Assert.NotEqual(drained, cordoned);
        Run(200);
        Assert.Empty(On(drained));
        Assert.Equal(2, On(cordoned).Count);
        Assert.True(_server.Peek<V1Node>(ObjectKey.Cluster(cordoned))!.Spec.Unschedulable);
    }

    [Fact]
    public void Slow_nodes_are_slow_until_the_fault_is_over()
    {
        string slow = Assert.Single(_fleet.SlowNodes("web", CountOrPercent.OfCount(1), 20, SimTime.FromSeconds(200)));
        Assert.InRange(StartOn(slow, "slow"), 10, 60);
        Run(201);
        Assert.InRange(StartOn(slow, "fast"), 0.1, 6);
    }

    private double StartOn(string node, string name)
    {
        double begun = _loop.Now.Seconds;
        _server.Create(new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
            Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main", Image = "app:1" }] },
        });
        while (!PodConditions.IsTrue(_server.Peek<V1Pod>(new ObjectKey("default", name))!.Status.Conditions, "Ready"))
        {
            Assert.True(_loop.Step(SimTime.FromSeconds(1000)));
        }

        return _loop.Now.Seconds - begun;
    }
}
