using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Where pods go, when, and what they say when they go nowhere.</summary>
public sealed class SchedulerTests
{
    private readonly EventLoop _loop = new();
    private readonly ApiServer _server;

    public SchedulerTests() => _server = new ApiServer(_loop, RandomStream.Named(1, "api"), StandardKinds.Registry());

    private static LatencyDistribution Constant(double seconds) => LatencyDistribution.Constant(SimTime.FromSeconds(seconds));

    private Scheduler Scheduler(SchedulerParameters? parameters = null) => new(
        _loop,
        _server,
        parameters ?? new SchedulerParameters { DecisionLatency = Constant(0.004), BindingLatency = Constant(0.02) },
        Constant(0.001),
        RandomStream.Named(1, "scheduler"));

    private V1Node Node(string name, long cpuMillis = 4000, long memory = 16L << 30, int pods = 110, string? zone = null, V1NodeSpec? spec = null, params (string Key, string Value)[] labels)
    {
        var all = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name };
        foreach ((string key, string value) in labels)
        {
            all[key] = value;
        }

        if (zone is not null)
        {
            all["topology.kubernetes.io/zone"] = zone;
        }

        return (V1Node)_server.Create(new V1Node
        {
            Metadata = new V1ObjectMeta { Name = name, Labels = all },
            Spec = spec ?? new V1NodeSpec(),
            Status = new V1NodeStatus
            {
                Allocatable = new NodeCapacity(cpuMillis, memory, pods).ToAllocatable(),
                Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }],
            },
        }).Object!;
    }

    private V1Pod Pod(string name, string? cpu = null, string? memory = null, Func<V1PodSpec, V1PodSpec>? edit = null, string? owner = null, string app = "a")
    {
        var requests = new Dictionary<string, ResourceQuantity>();
        if (cpu is not null)
        {
            requests["cpu"] = new(cpu);
        }

        if (memory is not null)
        {
            requests["memory"] = new(memory);
        }

        var spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "app:1", Resources = new V1ResourceRequirements { Requests = requests } }] };
        return (V1Pod)_server.Create(new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "default",
                Labels = new Dictionary<string, string> { ["app"] = app },
                OwnerReferences = owner is null ? null : [new V1OwnerReference { ApiVersion = "x/v1", Kind = "X", Name = "x", Uid = owner, Controller = true }],
            },
            Spec = edit is null ? spec : edit(spec),
        }).Object!;
    }

    private V1Pod Stored(string name) => _server.Peek<V1Pod>(new ObjectKey("default", name))!;

    private string? NodeOf(string name) => Stored(name).Spec.NodeName;

    private V1PodCondition? Scheduled(string name) => PodConditions.Find(Stored(name).Status.Conditions, "PodScheduled");

    private void Run(double until)
    {
        while (_loop.Step(SimTime.FromSeconds(until)))
        {
        }
    }

    [Fact]
    public void Decisions_go_one_by_one_and_bindings_beside_them()
    {
        Node("n0");
        Scheduler();
        for (int i = 0; i < 3; i++)
        {
            Pod($"p{i}");
        }

        var at = new List<double>();
        while (at.Count < 3 && _loop.Step(SimTime.MaxValue))
        {
            if (NodeOf($"p{at.Count}") is not null)
            {
                at.Add(Math.Round(_loop.Now.Seconds, 6));
            }
        }

        // Watch 1 ms, decision 4 ms each, and half of the binding's 20 ms to the server.
        Assert.Equal([0.015, 0.019, 0.023], at);
        Assert.Equal("True", Scheduled("p0")!.Status);
    }

    [Fact]
    public void A_pod_waits_for_the_claims_that_it_names()
    {
        Node("n0");
        Scheduler();
        Claim("there");
        Pod("at-once", edit: WithClaims("there"));
        Pod("later", edit: WithClaims("there", "missing"));
        Run(20);
        Assert.Equal("n0", NodeOf("at-once"));
        Assert.Null(NodeOf("later"));
        Assert.Equal("0/1 nodes are available: 1 persistentvolumeclaim \"missing\" not found.", Scheduled("later")!.Message);

        Claim("missing");
        Run(21);
        Assert.Equal("n0", NodeOf("later"));
    }

    private void Claim(string name) =>
        Assert.True(_server.Create(new V1PersistentVolumeClaim { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" }, Spec = new V1PersistentVolumeClaimSpec() }).Succeeded);

    private static Func<V1PodSpec, V1PodSpec> WithClaims(params string[] names) => spec => spec with
    {
        Volumes = [.. names.Select(name => new V1Volume { Name = name, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = name } })],
    };

    [Fact]
    public void Pods_are_spread_over_nodes_by_what_is_left_there()
    {
        for (int i = 0; i < 4; i++)
        {
            Node($"n{i}");
        }

        Scheduler();
        for (int i = 0; i < 8; i++)
        {
            Pod($"p{i}", "500m", "1Gi");
        }

        Run(10);
        Assert.Equal([2, 2, 2, 2], Enumerable.Range(0, 8).GroupBy(i => NodeOf($"p{i}")).Select(g => g.Count()));
    }

    [Fact]
    public void Pods_of_one_controller_are_spread_over_zones_and_nodes_although_others_have_more_room()
    {
        for (int i = 0; i < 6; i++)
        {
            Node($"n{i}", cpuMillis: i < 2 ? 64_000 : 4000, zone: $"z{i % 3}");
        }

        Scheduler();
        for (int i = 0; i < 12; i++)
        {
            Pod($"p{i}", "100m", "100Mi", owner: "uid-1");
        }

        Run(10);
        Assert.Equal([4, 4, 4], Enumerable.Range(0, 12).GroupBy(i => NodeOf($"p{i}")![1] % 3).Select(g => g.Count()));
        Assert.All(Enumerable.Range(0, 12).GroupBy(i => NodeOf($"p{i}")), g => Assert.Equal(2, g.Count()));
    }

    [Fact]
    public void A_pod_that_fits_nowhere_says_why_and_goes_when_a_place_is_free()
    {
        Node("n0", cpuMillis: 1000);
        Node("n1", cpuMillis: 1000, spec: new V1NodeSpec { Unschedulable = true });
        Node("n2", memory: 1 << 20);
        Scheduler scheduler = Scheduler();
        Pod("first", "800m", "2Mi");
        Run(1);
        Pod("second", "800m", "2Mi");
        Run(2);
        Assert.Equal("n0", NodeOf("first"));
        V1PodCondition condition = Scheduled("second")!;
        Assert.Equal(("False", "Unschedulable"), (condition.Status, condition.Reason));
        Assert.Equal("0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) were unschedulable.", condition.Message);
        Assert.Equal(1, scheduler.Unschedulable);
        _server.Delete(typeof(V1Pod), new ObjectKey("default", "first"), new DeleteOptions(GraceSeconds: 0));
        Run(5);
        Assert.Equal("n0", NodeOf("second"));
        Assert.Equal("True", Scheduled("second")!.Status);
    }

    [Fact]
    public void All_nodes_for_one_reason()
    {
        for (int i = 0; i < 3; i++)
        {
            Node($"n{i}", cpuMillis: 500);
        }

        Scheduler();
        Pod("p", "1");
        Run(1);
        Assert.Equal("0/3 nodes are available: 3 Insufficient cpu.", Scheduled("p")!.Message);
    }

    [Fact]
    public void Nothing_to_schedule_onto()
    {
        Scheduler();
        Pod("p");
        Run(1);
        Assert.Equal("no nodes available to schedule pods", Scheduled("p")!.Message);
        Node("n0");
        Run(3);
        Assert.Equal("n0", NodeOf("p"));
    }

    [Fact]
    public void Attempts_of_a_pod_that_fits_nowhere_back_off_to_ten_seconds()
    {
        Node("n0", cpuMillis: 100);
        Scheduler scheduler = Scheduler();
        Pod("p", "1");
        var attempts = new List<double>();
        long seen = 0;
        for (int tick = 0; tick < 4000; tick++)
        {
            Run(tick * 0.01);

            // Something changes all the time, and never enough.
            _server.Patch<V1Node>(ObjectKey.Cluster("n0"), n => n with { Metadata = n.Metadata with { Labels = new Dictionary<string, string> { ["tick"] = $"{tick}" } } });
            if (scheduler.Decisions > seen)
            {
                seen = scheduler.Decisions;
                attempts.Add(_loop.Now.Seconds);
            }
        }

        Assert.Equal([1.0, 2, 4, 8, 10], attempts.Zip(attempts.Skip(1), (a, b) => Math.Round(b - a)).Take(5));
    }

    [Fact]
    public void The_number_of_pods_counts()
    {
        Node("n0", pods: 2);
        Scheduler();
        for (int i = 0; i < 3; i++)
        {
            Pod($"p{i}");
        }

        Run(1);
        Assert.Equal("0/1 nodes are available: 1 Too many pods.", Scheduled("p2")!.Message);
    }

    [Fact]
    public void An_init_container_counts_only_by_what_it_asks_for_more()
    {
        V1Container With(string name, string cpu) => new()
        {
            Name = name,
            Image = "i:1",
            Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu) } },
        };
        Requests requests = Requests.Of(new V1PodSpec { Containers = [With("a", "300m"), With("b", "200m")], InitContainers = [With("i", "700m"), With("j", "100m")] });
        Assert.Equal(700, requests.CpuMillis);
        Assert.Equal(500, Requests.Of(new V1PodSpec { Containers = [With("a", "300m"), With("b", "0.2")] }).CpuMillis);
    }

    [Fact]
    public void Selectors_affinity_and_taints_decide_about_nodes()
    {
        Node("gpu", labels: [("kind", "gpu")]);
        Node("old", labels: [("kind", "old")]);
        Node("kept", spec: new V1NodeSpec { Taints = [new V1Taint { Key = "team", Value = "x", Effect = "NoSchedule" }] });
        Scheduler();
        Pod("selects", edit: s => s with { NodeSelector = new Dictionary<string, string> { ["kind"] = "gpu" } });
        V1NodeSelectorRequirement not = new() { Key = "kind", OperatorProperty = "NotIn", Values = ["gpu", "old"] };
        V1Affinity affinity = new()
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector { NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [not] }] },
            },
        };
        Pod("affine", edit: s => s with { Affinity = affinity });
        Pod("tolerant", edit: s => s with { Affinity = affinity, Tolerations = [new V1Toleration { Key = "team", OperatorProperty = "Equal", Value = "x" }] });
        Run(1);
        Assert.Equal("gpu", NodeOf("selects"));
        Assert.Null(NodeOf("affine"));
        Assert.Equal(
            "0/3 nodes are available: 1 node(s) had taint {team: x}, that the pod didn't tolerate, 2 node(s) didn't match Pod's node affinity.", Scheduled("affine")!.Message);
        Assert.Equal("kept", NodeOf("tolerant"));
    }

    [Fact]
    public void A_hard_spread_constraint_leaves_a_pod_pending_rather_than_skewed()
    {
        Node("a0", zone: "a");
        Node("a1", zone: "a");
        Node("b0", zone: "b", pods: 1);
        Scheduler();
        V1TopologySpreadConstraint constraint = new()
        {
            MaxSkew = 1,
            TopologyKey = "topology.kubernetes.io/zone",
            WhenUnsatisfiable = "DoNotSchedule",
            LabelSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "a" } },
        };
        for (int i = 0; i < 4; i++)
        {
            Pod($"p{i}", edit: s => s with { TopologySpreadConstraints = [constraint] });
        }

        Pod("other", app: "b");
        Run(1);
        Assert.Equal(3, Enumerable.Range(0, 4).Count(i => NodeOf($"p{i}") is not null));
        Assert.Equal(
            "0/3 nodes are available: 1 Too many pods, 2 node(s) didn't match pod topology spread constraints.",
            Enumerable.Range(0, 4).Select(i => Scheduled($"p{i}")).Single(c => c!.Status == "False")!.Message);
        Assert.NotNull(NodeOf("other"));
    }

    [Fact]
    public void Nodes_that_are_not_ready_take_no_pods()
    {
        V1Node node = Node("n0");
        _server.PatchStatus<V1Node>(ObjectKey.Cluster("n0"), n => NodeObjects.WithCondition(n, "Ready", "Unknown", "x", "y", SimTime.Epoch));
        Scheduler();
        Pod("p");
        Run(1);
        Assert.Equal("0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate.", Scheduled("p")!.Message);
        _server.PatchStatus<V1Node>(ObjectKey.Cluster("n0"), n => NodeObjects.WithCondition(n, "Ready", "True", "x", "y", SimTime.Epoch));
        Run(3);
        Assert.Equal(node.Metadata.Name, NodeOf("p"));
    }

    [Fact]
    public void Higher_priority_goes_first()
    {
        Node("n0", pods: 2);
        Scheduler();
        Pod("low");
        Pod("middle", edit: s => s with { Priority = 5 });
        Pod("high", edit: s => s with { Priority = 10 });
        Run(1);

        // The first to arrive was being decided about before the others were there.
        Assert.NotNull(NodeOf("low"));
        Assert.NotNull(NodeOf("high"));
        Assert.Null(NodeOf("middle"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_places()
    {
        ulong Hash()
        {
            var tests = new SchedulerTests();
            for (int i = 0; i < 150; i++)
            {
                tests.Node($"n{i}", zone: $"z{i % 3}");
            }

            tests.Scheduler(new SchedulerParameters());
            for (int i = 0; i < 300; i++)
            {
                tests.Pod($"p{i}", "100m", "64Mi", owner: "o");
            }

            tests.Run(100);
            foreach (int i in Enumerable.Range(0, 300))
            {
                tests._loop.Mix(tests.NodeOf($"p{i}")!);
            }

            return tests._loop.Hash;
        }

        Assert.Equal(Hash(), Hash());
    }

    [Fact]
    public void Ten_thousand_pods_on_a_thousand_nodes_are_spread_evenly()
    {
        for (int i = 0; i < 1000; i++)
        {
            Node($"n{i:000}", zone: $"z{i % 3}", cpuMillis: 8000);
        }

        Scheduler(new SchedulerParameters());
        for (int i = 0; i < 10_000; i++)
        {
            Pod($"p{i:00000}", "100m", "128Mi", owner: "o");
        }

        Run(1000);
        int[] counts = [.. Enumerable.Range(0, 10_000).GroupBy(i => NodeOf($"p{i:00000}")!).Select(g => g.Count())];
        Assert.Equal(1000, counts.Length);
        Assert.InRange(counts.Max(), 10, 12);
    }
}
