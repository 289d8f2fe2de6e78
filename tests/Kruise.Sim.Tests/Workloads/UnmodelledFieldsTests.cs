using k8s.Models;
using Kruise.Sim.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Workloads;

public sealed class UnmodelledFieldsTests
{
    private static readonly V1Container Main = new() { Name = "main", Image = "app:1" };

    [Fact]
    public void An_ordinary_pod_asks_for_nothing_unknown() => Assert.Empty(UnmodelledFields.Of(new V1PodSpec
    {
        Containers =
        [
            Main with
            {
                Command = ["x"],
                Ports = [new V1ContainerPort { ContainerPort = 80 }],
                ReadinessProbe = new V1Probe(),
                Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler() },
                Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1") } },
            },
        ],
        Affinity = new V1Affinity { NodeAffinity = new V1NodeAffinity() },
        SchedulerName = "default-scheduler",
    }));

    [Fact]
    public void What_would_be_ignored_is_named()
    {
        var spec = new V1PodSpec
        {
            Affinity = new V1Affinity { PodAffinity = new V1PodAffinity(), PodAntiAffinity = new V1PodAntiAffinity() },
            SchedulerName = "mine",
            InitContainers = [Main with { RestartPolicy = "Always" }],
            TopologySpreadConstraints = [new V1TopologySpreadConstraint { MinDomains = 2 }],
            Containers =
            [
                Main,
                Main with
                {
                    LivenessProbe = new V1Probe(),
                    StartupProbe = new V1Probe(),
                    Lifecycle = new V1Lifecycle { PostStart = new V1LifecycleHandler() },
                    Ports = [new V1ContainerPort { ContainerPort = 80, HostPort = 80 }],
                    Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["nvidia.com/gpu"] = new("1") } },
                },
            ],
        };
        Assert.Equal(
            [
                "affinity.podAffinity", "affinity.podAntiAffinity", "schedulerName", "topologySpreadConstraints[0]", "initContainers[0].restartPolicy", "containers[1].livenessProbe",
                "containers[1].startupProbe", "containers[1].lifecycle.postStart", "containers[1].ports.hostPort", "containers[1].resources",
            ],
            UnmodelledFields.Of(spec).Select(p => p.Field));
    }
}
