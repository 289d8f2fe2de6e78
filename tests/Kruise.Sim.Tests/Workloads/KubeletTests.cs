using k8s.Models;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Workloads;
using Xunit;
using static Kruise.Sim.Tests.Workloads.PodRig;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>Start, status, change and end of pods on one node, against closed forms.</summary>
public sealed class KubeletTests
{
    private const double Precision = 1e-6;

    private static PodRig Rig(KubeletParameters? parameters = null)
    {
        var rig = new PodRig(parameters);
        rig.World.AddImage("app:1", 1_000_000);
        rig.World.AddImage("app:2", 1_000_000);
        rig.World.AddImage("side:1", 1_000_000);
        return rig;
    }

    private static PodRig Warm(KubeletParameters? parameters = null)
    {
        PodRig rig = Rig(parameters);
        foreach (string image in (ReadOnlySpan<string>)["app:1", "app:2", "side:1"])
        {
            rig.Kubelets.Image(image);
            rig.Runtimes[0].Preload(rig.Kubelets.Image(image).Image!);
        }

        return rig;
    }

    [Fact]
    public void A_cold_start_is_the_sum_of_its_parts_and_a_warm_one_lacks_the_pull()
    {
        PodRig warm = Warm();
        warm.Add();
        double warmReady = warm.RunUntil(() => warm.IsReady());
        Assert.Equal(Watch + Sync + Sandbox + Create + Start + Noticed + Report, warmReady, Precision);
        Assert.Equal(["sync", "sandbox", "image main True", "started main 0", "ready main True"], warm.Seen.Lines);

        PodRig cold = Rig();
        cold.Add();
        Assert.Equal(warmReady + 1, cold.RunUntil(() => cold.IsReady()), Precision);
        Assert.Equal(["sync", "sandbox", "image main False", "pull main", "pulled main ok", "started main 0", "ready main True"], cold.Seen.Lines);
    }

    [Fact]
    public void The_status_goes_from_pending_to_ready_in_two_writes()
    {
        PodRig rig = Rig();
        rig.Add();
        long created = rig.Server.Revision;
        rig.RunUntil(() => rig.Pod().Status.ContainerStatuses is not null);
        Assert.Equal("Pending", rig.Pod().Status.Phase);
        Assert.Equal("ContainerCreating", rig.Status().State.Waiting.Reason);
        Assert.Equal("containers with unready status: [main]", PodConditions.Find(rig.Pod().Status.Conditions, "Ready")!.Message);
        rig.Run(60);
        V1PodStatus status = rig.Pod().Status;
        Assert.Equal("Running", status.Phase);
        Assert.Equal(created + 2, rig.Server.Revision);
        Assert.Equal(["Initialized", "Ready", "ContainersReady", "PodScheduled"], status.Conditions.Select(c => c.Type));
        Assert.All(status.Conditions, c => Assert.Equal("True", c.Status));
        Assert.StartsWith("docker.io/library/app@sha256:", rig.Status().ImageID, StringComparison.Ordinal);
        Assert.Equal("BestEffort", status.QosClass);
        Assert.True(rig.Status().Ready && rig.Status().Started == true && rig.Status().RestartCount == 0);
    }

    [Fact]
    public void Always_asks_the_registry_for_an_image_that_is_there_and_fetches_nothing()
    {
        PodRig rig = Warm();
        long before = rig.World.Registry.Requests;
        rig.Add(containers: Container(policy: "Always"));
        rig.RunUntil(() => rig.IsReady());
        Assert.Equal(before + 1, rig.World.Registry.Requests);
        Assert.Contains("pulled main ok", rig.Seen.Lines);
        rig.Add("q", containers: Container());
        rig.RunUntil(() => rig.IsReady("q"));
        Assert.Equal(before + 1, rig.World.Registry.Requests);
    }

    [Fact]
    public void Never_waits_until_somebody_else_brings_the_image()
    {
        PodRig rig = Rig();
        rig.Add(containers: Container(policy: "Never"));
        rig.Run(100);
        Assert.Equal("ErrImageNeverPull", rig.Status().State.Waiting.Reason);
        rig.World.Pull(rig.Runtimes[0], "app:1");
        rig.Run(200);
        Assert.True(rig.IsReady());
    }

    [Fact]
    public void Pulls_go_one_by_one_and_the_second_pod_waits_for_the_first()
    {
        PodRig rig = Rig();
        rig.Add("a", containers: Container());
        rig.Add("b", containers: Container(image: "app:2"));
        rig.Run(60);
        Assert.Equal([SimTime.Zero, SimTime.FromSeconds(1)], rig.Seen.Pulls.Select(p => p.Waited));

        PodRig parallel = Rig(Constants with { SerializeImagePulls = false });
        parallel.Add("a", containers: Container());
        parallel.Add("b", containers: Container(image: "app:2"));
        parallel.Run(60);
        Assert.Equal([SimTime.Zero, SimTime.Zero], parallel.Seen.Pulls.Select(p => p.Waited));

        PodRig two = Rig(Constants with { SerializeImagePulls = false, MaxParallelImagePulls = 2 });
        two.Add("a", containers: Container());
        two.Add("b", containers: Container(image: "app:2"));
        two.Add("c", containers: Container(image: "side:1"));
        two.Run(60);
        Assert.Equal([SimTime.Zero, SimTime.Zero, SimTime.FromSeconds(2)], two.Seen.Pulls.Select(p => p.Waited));
    }

    [Fact]
    public void A_pull_above_the_limit_fails_and_is_repeated_after_ten_seconds()
    {
        PodRig rig = Rig(Constants with { RegistryPullQps = 0.001, RegistryBurst = 1 });
        rig.Add("a");
        rig.Add("b", containers: Container(image: "app:2"));
        rig.RunUntil(() => rig.Status(name: "b").State.Waiting?.Reason == "ErrImagePull");
        Assert.Equal("pull QPS exceeded", rig.Status(name: "b").State.Waiting.Message);
        rig.RunUntil(() => rig.Status(name: "b").State.Waiting?.Reason == "ImagePullBackOff");
        Assert.Equal("Back-off pulling image \"app:2\"", rig.Status(name: "b").State.Waiting.Message);
    }

    [Fact]
    public void Failed_pulls_are_repeated_after_10_20_40_up_to_300_s()
    {
        PodRig rig = Rig();
        rig.Add(containers: Container(image: "missing:1"));
        var at = new List<double>();
        while (at.Count < 8)
        {
            int seen = rig.Seen.Lines.Count(l => l == "pull main");
            at.Add(rig.RunUntil(() => rig.Seen.Lines.Count(l => l == "pull main") > seen));
        }

        Assert.Equal([10, 20, 40, 80, 160, 300, 300], at.Zip(at.Skip(1), (a, b) => Math.Round(b - a, 6)));
    }

    [Fact]
    public void A_crashing_container_is_restarted_at_once_and_then_after_10_20_40_up_to_300_s()
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours = [new ContainerBehaviour { Crash = new CrashBehaviour(1, Constant(2)) }];
        rig.Add();
        var waits = new List<double>();
        for (int i = 0; i < 8; i++)
        {
            double ended = rig.RunUntil(() => rig.Seen.Lines.Count(l => l == "stopped main 1") > i);
            double started = rig.RunUntil(() => rig.Seen.Lines.Contains($"started main {i + 1}"));
            waits.Add(Math.Round(started - ended - Create - Start, 6));
        }

        // The first is noticed and restarted; afterwards the wait counts from the end.
        Assert.Equal([Noticed, 10, 20, 40, 80, 160, 300, 300], waits);
        rig.RunUntil(() => rig.Status().RestartCount == 8);
        rig.RunUntil(() => rig.Status().State.Waiting?.Reason == "CrashLoopBackOff");
        Assert.Equal(1, rig.Status().LastState.Terminated.ExitCode);
        Assert.Equal(8, rig.Status().RestartCount);
        Assert.Equal("Running", rig.Pod().Status.Phase);
        Assert.False(rig.IsReady());
    }

    [Fact]
    public void The_crash_back_off_begins_anew_after_ten_minutes_of_health()
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours = [new ContainerBehaviour { Crash = new CrashBehaviour(1, Constant(700)) }];
        rig.Add();
        for (int i = 0; i < 4; i++)
        {
            double ended = rig.RunUntil(() => rig.Seen.Lines.Count(l => l == "stopped main 1") > i);
            double started = rig.RunUntil(() => rig.Seen.Lines.Contains($"started main {i + 1}"));
            Assert.Equal(Noticed + Create + Start, started - ended, Precision);
        }
    }

    [Fact]
    public void Init_containers_run_one_after_another_before_the_others()
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours = [new ContainerBehaviour { Container = "one", ExitAfter = Constant(3) }];
        rig.Add(edit: s => s with { InitContainers = [Container("one"), Container("two", "side:1")] });
        rig.RunUntil(() => rig.Pod().Status.InitContainerStatuses is { } init && init[0].State.Running is not null);
        Assert.Equal("PodInitializing", rig.Status().State.Waiting.Reason);
        Assert.Equal("Pending", rig.Pod().Status.Phase);
        Assert.Equal("containers with incomplete status: [one two]", PodConditions.Find(rig.Pod().Status.Conditions, "Initialized")!.Message);
        double ready = rig.RunUntil(() => rig.IsReady());
        Assert.Equal(Watch + Sync + Sandbox + (3 * (Create + Start)) + 3 + (3 * Noticed) + Report, ready, Precision);
        Assert.True(PodConditions.IsTrue(rig.Pod().Status.Conditions, "Initialized"));
        Assert.All(rig.Pod().Status.InitContainerStatuses, s => Assert.Equal("Completed", s.State.Terminated.Reason));
    }

    [Fact]
    public void Readiness_comes_with_the_first_probe_after_the_program_is_ready()
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours = [new ContainerBehaviour { ReadyAfter = Constant(12) }];
        rig.Add(containers: Container() with { ReadinessProbe = new V1Probe { InitialDelaySeconds = 5, PeriodSeconds = 4, SuccessThreshold = 2 } });
        rig.Add("q");
        double started = Watch + Sync + Sandbox + Create + Start;
        Assert.Equal(started + 12 + Report, rig.RunUntil(() => rig.IsReady("q")), Precision);
        Assert.Equal(started + 13 + 4 + Report, rig.RunUntil(() => rig.IsReady()), Precision);
    }

    [Fact]
    public void A_run_may_never_become_ready_or_lose_readiness_again_and_again()
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours =
        [
            new ContainerBehaviour { Image = "app:1", NeverReadyProbability = 1 },
            new ContainerBehaviour { Image = "app:2", Flaps = new ReadinessFlaps(1, Constant(20), Constant(5)) },
        ];
        rig.Add();
        rig.Add("q", containers: Container(image: "app:2"));
        double on = rig.RunUntil(() => rig.IsReady("q"));
        double off = rig.RunUntil(() => !rig.IsReady("q"));
        double back = rig.RunUntil(() => rig.IsReady("q"));
        Assert.Equal(20, off - on + Noticed, Precision);
        Assert.Equal(5, back - off, Precision);
        rig.Run(3600);
        Assert.False(rig.IsReady());
        Assert.Equal("Running", rig.Pod().Status.Phase);
    }

    [Fact]
    public void Ready_waits_for_every_readiness_gate()
    {
        PodRig rig = Warm();
        rig.Add(edit: s => s with { ReadinessGates = [new V1PodReadinessGate { ConditionType = "InPlaceUpdateReady" }] });
        rig.Run(60);
        Assert.False(rig.IsReady());
        Assert.True(PodConditions.IsTrue(rig.Pod().Status.Conditions, "ContainersReady"));
        Assert.Equal("ReadinessGatesNotReady", PodConditions.Find(rig.Pod().Status.Conditions, "Ready")!.Reason);

        void Gate(string status) => rig.Server.PatchStatus<V1Pod>(Key(), pod => pod with
        {
            Status = pod.Status with { Conditions = PodConditions.With(pod.Status.Conditions, "InPlaceUpdateReady", status, null, null, rig.Kubelets.NowInWholeSeconds()) },
        });

        Gate("True");
        double set = rig.Now;
        Assert.Equal(Watch + Sync + Report, rig.RunUntil(() => rig.IsReady()) - set, Precision);
        Gate("False");
        rig.RunUntil(() => !rig.IsReady());
        Assert.Equal("False", PodConditions.Find(rig.Pod().Status.Conditions, "InPlaceUpdateReady")!.Status);
    }

    [Fact]
    public void A_changed_image_replaces_its_container_and_no_other()
    {
        PodRig rig = Rig();
        rig.Add(containers: [Container(), Container("side", "side:1")]);
        rig.Run(60);
        V1ContainerStatus side = rig.Status("side");
        string oldId = rig.Status().ImageID;
        rig.Seen.Lines.Clear();
        rig.ChangeImage("main", "app:2");
        double changed = rig.RunUntil(() => rig.Status().ImageID != oldId);
        Assert.Equal(60 + Watch + Sync + StopTime + 1 + Create + Start + Noticed + Report, changed, Precision);
        Assert.Equal(["stopping main", "stopped main 0", "image main False", "pull main", "pulled main ok", "started main 1", "ready main True"], rig.Seen.Lines);
        Assert.Equal(("app:2", 1, true), (rig.Status().Image, rig.Status().RestartCount, rig.Status().Ready));
        Assert.Equal(0, rig.Status().LastState.Terminated.ExitCode);
        Assert.Equal(side, rig.Status("side"));
        Assert.Equal("Running", rig.Pod().Status.Phase);
    }

    [Fact]
    public void A_changed_image_that_does_not_exist_leaves_the_container_waiting()
    {
        PodRig rig = Warm();
        rig.Add();
        rig.Run(60);
        rig.ChangeImage("main", "missing:1");
        rig.RunUntil(() => rig.Status().State.Waiting?.Reason == "ImagePullBackOff");
        Assert.False(rig.IsReady());
        Assert.Equal(0, rig.Status().LastState.Terminated.ExitCode);
        rig.ChangeImage("main", "app:2");
        rig.RunUntil(() => rig.IsReady());
        Assert.Equal(("app:2", 1), (rig.Status().Image, rig.Status().RestartCount));
    }

    [Theory]
    [InlineData(3, 30, 10, 13)]
    [InlineData(100, 30, 10, 30)]
    [InlineData(100, 30, 40, 32)]
    [InlineData(100, 5, 0, 5)]
    public void Deletion_runs_the_hook_and_waits_for_the_program_within_the_grace(double stop, long grace, long hook, double length)
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours = [new ContainerBehaviour { StopTime = Constant(stop) }];
        V1Container main = Container();
        rig.Add(edit: s => s with { TerminationGracePeriodSeconds = grace }, containers: hook == 0
            ? main
            : main with { Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["sh", "-c", $"sleep {hook}"] } } } });
        rig.Run(60);
        rig.Delete();
        Assert.Equal(grace, rig.Pod().Metadata.DeletionGracePeriodSeconds);
        double gone = rig.RunUntil(() => rig.Find() is null) - 60;
        Assert.Equal(Watch + Sync + length + Noticed + Cleanup + (Api / 2), gone, 0.021);
        Assert.Equal($"stopped main {(hook + stop > grace ? 137 : 0)}", rig.Seen.Lines[^1]);
    }

    [Fact]
    public void A_deleted_pod_stays_while_a_finalizer_holds_it()
    {
        PodRig rig = Warm();
        rig.Add();
        rig.Run(60);
        rig.Server.Patch<V1Pod>(Key(), p => p with { Metadata = p.Metadata with { Finalizers = ["x/y"] } });
        rig.Delete();
        rig.Run(200);
        Assert.Equal(0, rig.Pod().Metadata.DeletionGracePeriodSeconds);
        Assert.NotNull(rig.Status().State.Terminated);
        rig.Server.Patch<V1Pod>(Key(), p => p with { Metadata = p.Metadata with { Finalizers = null } });
        Assert.Null(rig.Find());
    }

    [Fact]
    public void A_pod_that_is_removed_by_force_leaves_the_node()
    {
        PodRig rig = Warm();
        rig.Add();
        rig.Run(60);
        rig.Delete(grace: 0);
        rig.Run(100);
        Assert.Empty(rig.Nodes[0].Workers);
        Assert.Equal("stopped main 137", rig.Seen.Lines[^1]);
    }

    [Theory]
    [InlineData("Never", 0, "Succeeded", 0)]
    [InlineData("Never", 1, "Failed", 0)]
    [InlineData("OnFailure", 0, "Succeeded", 0)]
    [InlineData("OnFailure", 1, "Running", 4)]
    public void Restart_policies_decide_what_becomes_of_a_container_that_ends(string policy, int exitCode, string phase, int restarts)
    {
        PodRig rig = Warm();
        rig.Kubelets.Behaviours =
        [
            exitCode == 0 ? new ContainerBehaviour { ExitAfter = Constant(5) } : new ContainerBehaviour { Crash = new CrashBehaviour(1, Constant(5)) },
        ];
        rig.Add(edit: s => s with { RestartPolicy = policy });
        rig.Run(110);
        Assert.Equal(phase, rig.Pod().Status.Phase);
        Assert.Equal(restarts, rig.Status().RestartCount);
    }

    [Fact]
    public void A_deadline_ends_the_pod()
    {
        PodRig rig = Warm();
        rig.Add(edit: s => s with { ActiveDeadlineSeconds = 20 });
        rig.Run(60);
        Assert.Equal(("Failed", "DeadlineExceeded"), (rig.Pod().Status.Phase, rig.Pod().Status.Reason));
        Assert.Equal("stopped main 0", rig.Seen.Lines[^1]);
    }

    [Fact]
    public void Status_writes_of_a_crowded_node_wait_for_the_kubelets_own_limit()
    {
        PodRig rig = Warm(Constants with { ApiQps = 5, ApiBurst = 10 });
        for (int i = 0; i < 20; i++)
        {
            rig.Add($"p{i}");
        }

        // Two writes each of two requests: 80 requests, of which the bucket holds ten.
        double last = rig.RunUntil(() => Enumerable.Range(0, 20).All(i => rig.IsReady($"p{i}")));
        Assert.InRange(last, (40 - 10) / 5.0, 80 / 5.0);
    }

    [Fact]
    public void A_lost_node_is_silent_and_a_recovered_one_starts_its_pods_as_they_were()
    {
        PodRig rig = Warm();
        rig.Add(edit: s => s with { InitContainers = [Container("init")] });
        rig.Add("deleted");
        rig.Add("forced");
        rig.Run(60);
        rig.Nodes[0].Stop();
        long revision = rig.Server.Revision;
        rig.Run(100);
        Assert.Equal(revision, rig.Server.Revision);
        rig.Delete("deleted");
        rig.Delete("forced", grace: 0);
        rig.Run(200);
        Assert.NotNull(rig.Find("deleted"));
        rig.Nodes[0].RestartLater();
        rig.Run(300);
        Assert.Null(rig.Find("deleted"));
        Assert.True(rig.IsReady());
        Assert.Equal(1, rig.Status().RestartCount);
        Assert.Equal(255, rig.Status().LastState.Terminated.ExitCode);
        Assert.Equal(1, rig.Pod().Status.InitContainerStatuses[0].RestartCount);
        Assert.Single(rig.Nodes[0].Workers);
    }

    [Fact]
    public void A_slow_node_takes_so_many_times_as_long()
    {
        PodRig rig = Warm(Constants with { SlowFactor = 3 });
        rig.Add();
        Assert.Equal(Watch + (3 * (Sync + Sandbox + Create + Start + Noticed)) + Report, rig.RunUntil(() => rig.IsReady()), Precision);
    }
}
