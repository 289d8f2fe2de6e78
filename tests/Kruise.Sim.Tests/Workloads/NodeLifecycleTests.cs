using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Workloads;
using Xunit;
using static Kruise.Sim.Tests.Workloads.PodRig;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Nodes that are lost, return, are removed or drained.</summary>
public sealed class NodeLifecycleTests
{
    private const double Precision = 1e-6;

    private static NodeLifecycleParameters AtOnce { get; } = new() { HeartbeatInterval = SimTime.Zero, MonitorPeriod = SimTime.Zero };

    private static (PodRig Rig, NodeLifecycle Lifecycle) Rig(int nodes = 1, NodeLifecycleParameters? parameters = null)
    {
        var rig = new PodRig(nodes: nodes);
        rig.World.AddImage("app:1", 1000);
        var lifecycle = new NodeLifecycle(rig.World.Loop, rig.Server, parameters ?? AtOnce, RandomStream.Named(5, "lifecycle"));
        foreach (Kubelet kubelet in rig.Nodes)
        {
            kubelet.Restarted = () => lifecycle.Recovered(kubelet.Node);
        }

        return (rig, lifecycle);
    }

    private static V1Node Node(PodRig rig, int i = 0) => rig.Server.Peek<V1Node>(ObjectKey.Cluster($"n{i}"))!;

    [Fact]
    public void A_lost_node_is_found_after_40_s_and_its_pods_are_deleted_300_s_later()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig();
        rig.Add();
        rig.Add("patient", s => s with { Tolerations = [new V1Toleration { Key = LostNodes.UnreachableTaint, OperatorProperty = "Exists", Effect = "NoExecute" }] });
        rig.Run(100);
        rig.Nodes[0].Stop();
        lifecycle.Lost("n0");
        Assert.Equal(140, rig.RunUntil(() => !NodeObjects.IsReady(Node(rig))), Precision);
        Assert.Equal("Unknown", NodeObjects.Find(Node(rig), "Ready")!.Status);
        Assert.Equal(140, rig.RunUntil(() => !rig.IsReady() && !rig.IsReady("patient")), Precision);
        Assert.Equal(440, rig.RunUntil(() => rig.Pod().Metadata.DeletionTimestamp is not null), Precision);
        Assert.Equal(1, lifecycle.EvictedPods);
        rig.Run(2000);
        Assert.NotNull(rig.Find());
        Assert.Null(rig.Pod("patient").Metadata.DeletionTimestamp);
        rig.Nodes[0].RestartLater();
        rig.Run(2100);
        Assert.Null(rig.Find());
        Assert.True(rig.IsReady("patient"));
        Assert.True(NodeObjects.IsReady(Node(rig)));
        Assert.Empty(Node(rig).Spec.Taints);
    }

    [Fact]
    public void A_pod_that_was_on_its_way_to_a_node_when_it_was_lost_is_evicted_too()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig();
        var scheduler = new Scheduler(
            rig.World.Loop,
            rig.Server,
            new SchedulerParameters { DecisionLatency = Constant(0.1), BindingLatency = Constant(2) },
            Constant(Watch),
            RandomStream.Named(5, "scheduler"))
        {
            Bound = lifecycle.Bound,
        };
        rig.Run(100);
        rig.Nodes[0].Stop();
        lifecycle.Lost("n0");
        rig.Run(139.5);
        rig.Add("late", s => s with { NodeName = null });
        Assert.Equal(140.61, rig.RunUntil(() => rig.Pod("late").Spec.NodeName == "n0"), Precision);
        Assert.False(NodeObjects.IsReady(Node(rig)));
        Assert.Equal(440.61, rig.RunUntil(() => rig.Pod("late").Metadata.DeletionTimestamp is not null), Precision);
        Assert.Equal((1, 1L), (lifecycle.EvictedPods, scheduler.Decisions));
    }

    [Fact]
    public void Silence_is_noticed_at_a_look_of_the_monitor_after_the_last_heartbeat()
    {
        for (int i = 0; i < 20; i++)
        {
            (PodRig rig, NodeLifecycle lifecycle) = Rig(parameters: new NodeLifecycleParameters());
            rig.Run(101 + i);
            rig.Nodes[0].Stop();
            lifecycle.Lost("n0");
            double found = rig.RunUntil(() => !NodeObjects.IsReady(Node(rig)));
            Assert.InRange(found - 101 - i, 30, 45);
            Assert.Equal(0, found % 5, Precision);
        }
    }

    [Fact]
    public void A_node_that_returns_in_time_loses_no_pod()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig();
        rig.Add();
        rig.Run(100);
        rig.Nodes[0].Stop();
        lifecycle.Lost("n0");
        rig.Run(110);
        rig.Nodes[0].RestartLater();
        rig.Run(139);
        Assert.True(NodeObjects.IsReady(Node(rig)));
        rig.Run(1000);
        Assert.Equal(0, lifecycle.EvictedPods);
        Assert.True(rig.IsReady());
        Assert.Equal(1, rig.Status().RestartCount);

        rig.Nodes[0].Stop();
        lifecycle.Lost("n0");
        rig.Run(1200);
        rig.Nodes[0].RestartLater();
        rig.Run(2000);
        Assert.Equal(0, lifecycle.EvictedPods);
        Assert.Equal(2, rig.Status().RestartCount);
    }

    [Fact]
    public void Nodes_of_a_zone_are_evicted_one_in_ten_seconds()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig(nodes: 3);
        for (int i = 0; i < 3; i++)
        {
            string node = $"n{i}";
            rig.Add($"p{i}", s => s with { NodeName = node });
        }

        rig.Run(100);
        foreach (Kubelet kubelet in rig.Nodes)
        {
            kubelet.Stop();
            lifecycle.Lost(kubelet.Node);
        }

        double[] deleted = [.. Enumerable.Range(0, 3).Select(i => rig.RunUntil(() => rig.Pod($"p{i}").Metadata.DeletionTimestamp is not null))];
        Assert.Equal([440, 450, 460], deleted.Select(d => Math.Round(d, 6)));
    }

    [Fact]
    public void Pods_of_a_removed_node_are_collected()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig();
        rig.Add();
        rig.Run(105);
        rig.Nodes[0].Stop();
        rig.Server.Delete(typeof(V1Node), ObjectKey.Cluster("n0"));
        lifecycle.Removed("n0");

        // 40 s of quarantine, then the next round of 20 s.
        Assert.Equal(160, rig.RunUntil(() => rig.Find() is null), Precision);
    }

    [Fact]
    public void A_drained_node_loses_its_pods_one_after_another_and_gets_no_new_ones()
    {
        (PodRig rig, NodeLifecycle lifecycle) = Rig();
        rig.Add("a");
        rig.Add("b");
        rig.Run(100);
        var drain = new NodeDrain(rig.Server, lifecycle, "n0", () => SimTime.FromSeconds(Watch));
        rig.RunUntil(() => rig.Pod("a").Metadata.DeletionTimestamp is not null);
        Assert.Null(rig.Pod("b").Metadata.DeletionTimestamp);
        Assert.True(NodeObjects.HasTaint(Node(rig), NodeObjects.UnschedulableTaint, "NoSchedule"));
        double first = rig.RunUntil(() => rig.Find("a") is null);
        Assert.Equal(first + Watch, rig.RunUntil(() => rig.Pod("b").Metadata.DeletionTimestamp is not null), Precision);
        rig.RunUntil(() => drain.IsDone);
        Assert.Null(rig.Find("b"));
    }
}
