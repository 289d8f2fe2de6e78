using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>What a scenario says of workloads, from the file to the parameters of the models.</summary>
public sealed class WorkloadScenarioTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    private static ScenarioSpec Load(string fixture)
    {
        LoadResult result = ScenarioLoader.Load(Fixture.PathOf(fixture), [], null);
        Assert.Empty(result.Problems);
        return result.Variants[0].Scenario.Spec;
    }

    [Fact]
    public void What_nobody_says_is_as_the_models_have_it()
    {
        ScenarioSpec spec = Load("warm-up-1000.yaml");
        NodePoolSpec pool = spec.Cluster.NodePools[0];
        Assert.Equal(new KubeletParameters(), WorkloadBuilder.Kubelet(pool));
        Assert.Equal(NodeCapacity.Default, WorkloadBuilder.Capacity(pool));
        Assert.Equal(new SchedulerParameters(), WorkloadBuilder.Scheduler(spec.ControlPlane));
        Assert.Equal(new NodeLifecycleParameters(), WorkloadBuilder.NodeLifecycle(spec.ControlPlane));
        Assert.Empty(WorkloadBuilder.Taints(pool));
        Assert.Empty(WorkloadBuilder.Behaviours(spec));

        // An entry that says nothing but for whom it is changes nothing.
        LoadResult silent = _workspace.Load(Fixture.TextOf("warm-up-1000.yaml") + "  containers: [{container: app}]\n");
        Assert.Equal([ContainerBehaviour.Default with { Container = "app" }], WorkloadBuilder.Behaviours(silent.Variants[0].Scenario.Spec));
    }

    [Fact]
    public void Every_value_reaches_the_models()
    {
        static LatencyDistribution Always(double milliseconds) => LatencyDistribution.Constant(SimTime.FromMilliseconds(milliseconds));
        ScenarioSpec spec = Load("workloads.yaml");
        NodePoolSpec pool = spec.Cluster.NodePools[0];
        Assert.Equal(
            new KubeletParameters
            {
                SyncLatency = Always(21),
                StatusLatency = Always(22),
                SandboxLatency = Always(23),
                CreateLatency = Always(24),
                StartLatency = Always(25),
                CleanupLatency = Always(26),
                RestartLatency = Always(27_000),
                ApiQps = 50,
                ApiBurst = 100,
                SerializeImagePulls = false,
                MaxParallelImagePulls = 3,
                RegistryPullQps = 10,
                RegistryBurst = 20,
                BackOffInitial = SimTime.FromSeconds(5),
                BackOffMax = SimTime.FromSeconds(60),
                ImageGcHighPercent = 90,
                ImageGcLowPercent = 70,
                ImageGcMinAge = SimTime.FromSeconds(60),
                ImageGcPeriod = SimTime.FromSeconds(120),
                EvictionAvailablePercent = 5,
                ImageFileSystemBytes = 100_000_000_000,
            },
            WorkloadBuilder.Kubelet(pool));
        Assert.Equal(new NodeCapacity(7500, 30L << 30, 60), WorkloadBuilder.Capacity(pool));
        Assert.Equal((true, CountOrPercent.OfPercent(20)), (pool.Unschedulable, pool.Slow!.Count));
        Assert.Equal(3, pool.Slow.Factor);
        Assert.Equal(
            [("dedicated", "web", "NoSchedule"), ("example.com/new", null, "NoExecute")],
            WorkloadBuilder.Taints(pool).Select(t => (t.Key, (string?)t.Value, t.Effect)));
        Assert.Equal(
            new SchedulerParameters
            {
                DecisionLatency = Always(4),
                BindingLatency = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(11), SimTime.FromMilliseconds(90)),
                BackOffInitial = SimTime.FromSeconds(2),
                BackOffMax = SimTime.FromSeconds(20),
                PercentageOfNodesToScore = 30,
            },
            WorkloadBuilder.Scheduler(spec.ControlPlane));
        Assert.Equal(
            new NodeLifecycleParameters
            {
                HeartbeatInterval = SimTime.FromSeconds(5),
                MonitorGrace = SimTime.FromSeconds(20),
                MonitorPeriod = SimTime.FromSeconds(1),
                EvictionNodesPerSecond = 1,
            },
            WorkloadBuilder.NodeLifecycle(spec.ControlPlane));
        Assert.Equal(SimTime.FromSeconds(60), spec.ControlPlane.NodeLifecycle.EvictionAfter);
        Assert.Equal(4, spec.ControlPlane.Workers.CloneSet);
    }

    [Fact]
    public void Of_behaviours_the_most_specific_comes_first_and_a_repository_stands_for_its_images()
    {
        static LatencyDistribution Spread(double p50, double p99) => LatencyDistribution.LogNormal(SimTime.FromSeconds(p50), SimTime.FromSeconds(p99));
        static LatencyDistribution Always(double seconds) => Spread(seconds, seconds);
        Assert.Equal(
            [
                new ContainerBehaviour
                {
                    Image = "app:2",
                    NeverReadyProbability = 0.1,
                    Crash = new CrashBehaviour(0.5, Always(5)),
                    Flaps = new ReadinessFlaps(0.01, Always(60), Spread(5, 9)),
                    StopTime = Always(1),
                    PreStopTime = Always(6),
                },
                new ContainerBehaviour { Image = "app:1", Container = "migrate", ExitAfter = Spread(2, 8) },
                new ContainerBehaviour { Image = "app:2", Container = "migrate", ExitAfter = Spread(2, 8) },
                new ContainerBehaviour { Image = "app:1", ReadyAfter = Spread(1, 4) },
                new ContainerBehaviour { Image = "app:2", ReadyAfter = Spread(1, 4) },
                new ContainerBehaviour { Container = "app", ReadyAfter = Always(2), StopTime = Always(3) },
            ],
            WorkloadBuilder.Behaviours(Load("workloads.yaml")));
    }

    [Fact]
    public void A_manifest_is_read_whole()
    {
        IReadOnlyList<TimelineEntry> timeline = Load("workloads.yaml").Timeline;
        var claim = (V1PersistentVolumeClaim)timeline[0].Apply!.Objects[0];
        Assert.Equal("10Gi", claim.Spec.Resources.Requests["storage"].ToString());
        CloneSetSpec spec = ((CloneSet)timeline[0].Apply!.Objects[1]).Spec;
        Assert.Equal((50, 5, 2, "web"), (spec.Replicas, spec.RevisionHistoryLimit, spec.MinReadySeconds, spec.Selector!.MatchLabels["app"]));
        Assert.Equal("data", Assert.Single(spec.VolumeClaimTemplates!).Metadata.Name);
        Assert.Equal(["web-xxxxx"], spec.ScaleStrategy.PodsToDelete);
        Assert.Equal("true", spec.Lifecycle!.PreDelete!.LabelsHandler!["example.com/in-use"]);
        CloneSetUpdateStrategy strategy = spec.UpdateStrategy;
        Assert.Equal(("InPlaceIfPossible", "20%", "5", "2"), (strategy.Type, (string?)strategy.Partition, (string?)strategy.MaxUnavailable, (string?)strategy.MaxSurge));
        Assert.Equal(("priority", "app", 3), (strategy.PriorityStrategy!.OrderPriority![0].OrderedKey, strategy.ScatterStrategy![0].Key, strategy.InPlaceUpdateStrategy!.GracePeriodSeconds));

        V1PodTemplateSpec template = spec.Template!;
        Assert.Equal(["example.com/let-go"], template.Metadata.Finalizers);
        V1PodSpec pod = template.Spec;
        Assert.Equal((60L, "ssd", "InPlaceUpdateReady"), (pod.TerminationGracePeriodSeconds, pod.NodeSelector["disk"], pod.ReadinessGates[0].ConditionType));
        Assert.Equal(["ssd"], pod.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchExpressions[0].Values);
        Assert.Equal(("dedicated", 1, "shared"), (pod.Tolerations[0].Key, pod.TopologySpreadConstraints[0].MaxSkew, pod.Volumes[0].PersistentVolumeClaim.ClaimName));
        V1Container container = Assert.Single(pod.Containers);
        Assert.Equal(("250m", "1", 2, "sleep 5"), (container.Resources.Requests["cpu"].ToString(), container.Resources.Limits["cpu"].ToString(), container.ReadinessProbe.PeriodSeconds, container.Lifecycle.PreStop.Exec.Command[2]));
        Assert.Equal(("spec.nodeName", 1000L, "app:1"), (container.Env[0].ValueFrom.FieldRef.FieldPath, container.SecurityContext.RunAsUser, pod.InitContainers[0].Image));
    }

    [Fact]
    public void Every_action_is_read()
    {
        IReadOnlyList<TimelineEntry> timeline = Load("workloads.yaml").Timeline;
        Assert.Equal(new ScaleAction { CloneSet = "web", Namespace = "team", Replicas = 60 }, timeline[1].Scale);
        Assert.Equal(new CloneSetImage { CloneSet = "web", Namespace = "team", Container = "app", Image = "app:2" }, timeline[2].SetImage);
        var set = (CloneSet)timeline[0].Apply!.Objects[1];
        CloneSetUpdateStrategy patched = ((CloneSetPatch)timeline[3].Patch!).Spec.Apply(set.Spec).UpdateStrategy;
        Assert.Equal((null, "10%", "2"), ((string?)patched.Partition, (string?)patched.MaxUnavailable, (string?)patched.MaxSurge));
        Assert.Equal(("web", "team", CountOrPercent.OfPercent(10)), (timeline[4].DeletePods!.CloneSet, timeline[4].DeletePods!.Namespace, timeline[4].DeletePods!.Count));
        Assert.Equal(["web-aaaaa", "web-bbbbb"], timeline[5].KillPods!.Names);
        Assert.Equal(new NodesAction { Pool = "web", Count = CountOrPercent.OfCount(2) }, timeline[6].Cordon);
        Assert.Equal(new NodesAction { Pool = "web", Count = CountOrPercent.OfPercent(10) }, timeline[7].Drain);
        Assert.Equal(new NodesAction { Pool = "web", Count = CountOrPercent.OfPercent(100) }, timeline[8].Uncordon);
        Assert.Equal(new NodeOutage { Pool = "web", Count = CountOrPercent.OfCount(1), For = SimTime.FromSeconds(300) }, timeline[9].Fault);
        Assert.Equal(new NodeSlowdown { Pool = "web", Count = CountOrPercent.OfPercent(50), Factor = 4, For = SimTime.FromSeconds(300) }, timeline[10].Fault);

        CloneSet changed = CloneSetActions.WithImage(set, "migrate", "app:2");
        Assert.Equal(("app:2", "app:1"), (changed.Spec.Template!.Spec.InitContainers[0].Image, changed.Spec.Template.Spec.Containers[0].Image));
        Assert.Equal("app:1", set.Spec.Template!.Spec.InitContainers[0].Image);
    }
}
