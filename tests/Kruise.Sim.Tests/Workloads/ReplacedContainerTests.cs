using k8s.Models;
using Xunit;
using static Kruise.Sim.Tests.Workloads.PodRig;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>What is reported of a container while it is being replaced: its successor, unless its probe failed often enough before. Seen so with kubelet 1.20.2.</summary>
public sealed class ReplacedContainerTests
{
    private const double Precision = 1e-6;

    [Fact]
    public void During_a_short_one_the_container_never_looks_unready()
    {
        PodRig rig = Probed(failureThreshold: 3);
        rig.ChangeImage("main", "app:2");

        double replaced = rig.RunUntil(() => rig.Status().RestartCount == 1 || !rig.Status().Ready);

        // It is away for 2 s, which is less than three probes.
        Assert.Equal(60 + Watch + Sync + StopTime + 1 + Create + Start + Noticed + Report, replaced, Precision);
        Assert.Equal(("app:2", true), (rig.Status().Image, rig.Status().Ready));
    }

    [Fact]
    public void During_a_long_one_the_old_container_looks_running_and_becomes_unready_when_its_probe_failed_often_enough()
    {
        PodRig rig = Probed(failureThreshold: 1);
        rig.ChangeImage("main", "app:2");

        double unready = rig.RunUntil(() => !rig.Status().Ready);

        double started = Watch + Sync + Sandbox + 1 + Create + Start;
        double probe = started + (2 * Math.Ceiling((60 + Watch + Sync + StopTime - started) / 2));
        Assert.Equal(probe + Report, unready, Precision);
        Assert.Equal(("app:1", 0, true), (rig.Status().Image, rig.Status().RestartCount, rig.Status().State.Running is not null));
    }

    private static PodRig Probed(int failureThreshold)
    {
        var rig = new PodRig();
        rig.World.AddImage("app:1", 1_000_000);
        rig.World.AddImage("app:2", 1_000_000);
        rig.Add(containers: Container() with { ReadinessProbe = new V1Probe { PeriodSeconds = 2, FailureThreshold = failureThreshold } });
        rig.Run(60);
        Assert.True(rig.IsReady());
        return rig;
    }
}
