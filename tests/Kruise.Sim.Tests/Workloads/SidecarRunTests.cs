using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Measures;
using Xunit;
using static Kruise.Sim.Tests.Workloads.SidecarScene;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>SidecarSets in whole runs: controller, webhooks and kubelets together.</summary>
public sealed class SidecarRunTests
{
    [Fact]
    public void Every_pod_of_a_CloneSet_has_the_sidecar_of_a_set_that_was_there_before()
    {
        (RunResult run, Simulation simulation) = Run(Spec());

        IReadOnlyList<V1Pod> pods = Pods(simulation);
        Assert.Equal(10, pods.Count);
        Assert.All(pods, pod => Assert.Equal(["agent", "app"], pod.Spec.Containers.Select(c => c.Name)));
        Assert.All(pods, pod => Assert.Equal("registry.example.com/agent:1", StatusOf(pod, "agent").Image));
        SidecarSetStatus status = SetOf(simulation).Status;
        Assert.Equal((10, 10, 10, 10), (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods));
        Assert.Empty(run.Notes);
    }

    [Fact]
    public void An_upgrade_goes_through_all_pods_and_restarts_nothing_but_the_sidecar()
    {
        (RunResult before, Simulation first) = Run(Spec());
        (RunResult run, Simulation simulation) = Run(Spec(timeline: $"  - {{at: 60s, apply: {Set(Agent2)}}}"));

        Assert.Empty(run.Notes);
        Assert.True(run.VirtualTime > before.VirtualTime);
        IReadOnlyList<V1Pod> pods = Pods(simulation);
        Assert.Equal(Pods(first).Select(pod => pod.Metadata.Name), pods.Select(pod => pod.Metadata.Name));
        string business = StatusOf(Pods(first)[0], "app").ImageID;
        Assert.All(pods, pod =>
        {
            Assert.Equal((Agent2, 1), (StatusOf(pod, "agent").Image, StatusOf(pod, "agent").RestartCount));
            Assert.Equal((business, 0), (StatusOf(pod, "app").ImageID, StatusOf(pod, "app").RestartCount));
        });
        SidecarSetStatus status = SetOf(simulation).Status;
        Assert.Equal((10, 10, 10, 10), (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods));
    }
}
