using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Tests.Runs;
using Xunit;
using static Kruise.Sim.Tests.Workloads.SidecarScene;

namespace Kruise.Sim.Tests.Workloads;

/// <summary>SidecarSets in whole runs: controller, webhooks and kubelets together.</summary>
public sealed class SidecarRunTests
{
    private const string Upgrade = "  - {at: 60s, setImage: {sidecarSet: log, container: agent, image: \"registry.example.com/agent:2\"}}";

    [Fact]
    public void Every_pod_of_a_CloneSet_has_the_sidecar_of_a_set_that_was_there_before()
    {
        (RunResult run, Simulation simulation) = Run(Spec());

        IReadOnlyList<V1Pod> pods = Pods(simulation);
        Assert.Equal(10, pods.Count);
        Assert.All(pods, pod => Assert.Equal(["agent", "app"], pod.Spec.Containers.Select(c => c.Name)));
        Assert.All(pods, pod => Assert.Equal(Agent1, StatusOf(pod, "agent").Image));
        SidecarSetStatus status = SetOf(simulation).Status;
        Assert.Equal((10, 10, 10, 10), (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods));
        Assert.Empty(run.Notes);
    }

    [Fact]
    public void An_upgrade_goes_through_all_pods_and_restarts_nothing_but_the_sidecar()
    {
        (RunResult before, Simulation first) = Run(Spec());
        (RunResult run, Simulation simulation) = Run(Spec(timeline: Upgrade));

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

    [Theory]
    [InlineData("partition: 7", 3)]
    [InlineData("partition: 50%", 5)]
    [InlineData("paused: true", 0)]
    [InlineData("type: NotUpdate", 0)]
    [InlineData("maxUnavailable: 0", 0)]
    [InlineData("maxUnavailable: 3", 10)]
    public void The_strategy_decides_how_many_pods_are_upgraded(string strategy, int upgraded)
    {
        (RunResult run, Simulation simulation) = Run(Spec(Set(strategy: strategy), Upgrade));
        Assert.Equal(upgraded, Pods(simulation).Count(pod => StatusOf(pod, "agent").Image == Agent2));
        Assert.Equal((upgraded, 10), (SetOf(simulation).Status.UpdatedPods, SetOf(simulation).Status.ReadyPods));
        Assert.Empty(run.Notes);
        Assert.True(run.VirtualTime < SimTime.FromSeconds(500), $"{run.VirtualTime}");
    }

    [Fact]
    public void Canaries_go_first_and_a_patch_lets_the_others_follow()
    {
        const string Label = "  - {at: 50s, labelPods: {cloneSet: web, count: 2, labels: {canary: \"true\"}}}\n";
        string set = Set(strategy: "selector: {matchLabels: {canary: \"true\"}}");
        (_, Simulation canaries) = Run(Spec(set, Label + Upgrade));
        Assert.All(Pods(canaries), pod => Assert.Equal(
            pod.Metadata.Labels.ContainsKey("canary") ? Agent2 : Agent1, StatusOf(pod, "agent").Image));
        Assert.Equal(2, SetOf(canaries).Status.UpdatedPods);

        const string Everybody = "\n  - {at: 90s, patch: {sidecarSet: log, spec: {updateStrategy: {selector: null, maxUnavailable: 50%}}}}";
        (_, Simulation all) = Run(Spec(set, Label + Upgrade + Everybody));
        Assert.All(Pods(all), pod => Assert.Equal(Agent2, StatusOf(pod, "agent").Image));
    }

    [Fact]
    public void Pods_that_are_made_after_a_set_was_deleted_have_no_sidecars_and_those_from_before_keep_theirs()
    {
        (RunResult run, Simulation simulation) = Run(Spec(
            timeline: "  - {at: 60s, delete: {kind: SidecarSet, name: log}}\n  - {at: 70s, scale: {cloneSet: web, replicas: 12}}"));
        Assert.Equal([10, 2], Pods(simulation).CountBy(pod => pod.Spec.Containers.Count).OrderByDescending(c => c.Key).Select(c => c.Value));
        Assert.Empty(run.Notes);
    }

    // Three pods at a time, and the image never comes up: the fourth stays as it is.
    [Theory]
    [InlineData("ready: 5s, crash: {probability: 1, after: 1s}")]
    [InlineData("neverReady: 100%")]
    public void A_sidecar_that_does_not_come_up_makes_its_pod_unready_and_stops_the_upgrade(string behaviour)
    {
        (RunResult run, Simulation simulation) = Run(Spec(
            Set(strategy: "maxUnavailable: 3"), Upgrade, $"  containers: [{{image: \"registry.example.com/agent:2\", {behaviour}}}]", duration: "5m"));
        IReadOnlyList<V1Pod> upgraded = [.. Pods(simulation).Where(pod => ImageOf(pod, "agent") == Agent2)];
        Assert.Equal(3, upgraded.Count);
        Assert.DoesNotContain(upgraded, PodState.IsReady);
        Assert.All(upgraded, pod => Assert.Equal(0, StatusOf(pod, "app").RestartCount));
        Assert.Equal(7, Pods(simulation).Count(PodState.IsReady));
        Assert.Contains(run.Notes, note => note.StartsWith("SidecarSet log had not settled", StringComparison.Ordinal));
    }

    [Fact]
    public void A_namespace_with_the_label_control_plane_gets_no_sidecars()
    {
        const string Namespaces = "    namespaces: [{name: system, labels: {control-plane: manager}}, {name: team, labels: {owner: team}}]";
        Assert.Equal(2, ContainersIn("default"));
        Assert.Equal(2, ContainersIn("team"));
        Assert.Equal(1, ContainersIn("system"));
        Assert.Equal(1, ContainersIn("kube-system"));

        static int ContainersIn(string name) =>
            Assert.Single(Pods(Run(Spec(cluster: Namespaces, @namespace: name)).Simulation).Select(pod => pod.Spec.Containers.Count).Distinct());
    }

    [Fact]
    public void A_set_of_one_namespace_is_in_the_pods_of_no_other()
    {
        (_, Simulation simulation) = Run(Spec(Set(more: ", namespace: team")));
        Assert.All(Pods(simulation), pod => Assert.Single(pod.Spec.Containers));
    }

    [Fact]
    public void Without_the_pod_webhook_SidecarSets_are_refused_and_pods_are_made_without()
    {
        (RunResult run, Simulation simulation) = Run(Spec(spec: "  controlPlane: {featureGates: {PodWebhook: false}}"));
        Assert.Null(simulation.Server.Peek<SidecarSet>(Core.Reconciling.ObjectKey.Cluster("log")));
        Assert.StartsWith("at 0 s: apply SidecarSet log was refused: ", Assert.Single(run.Notes), StringComparison.Ordinal);
        Assert.Contains("PodWebhook", run.Notes[0], StringComparison.Ordinal);
        Assert.Equal(10, Pods(simulation).Count(pod => pod.Spec.Containers.Count == 1 && PodState.IsReady(pod)));
    }

    [Fact]
    public void Without_the_daemon_CloneSets_and_SidecarSets_go_on_and_images_are_not_warmed()
    {
        string job = Scene.Job("5s", "warm", "image: \"registry.example.com/agent:2\", parallelism: 5");
        (RunResult run, Simulation simulation) = Run(Spec(timeline: job + Upgrade, spec: "  controlPlane: {featureGates: {KruiseDaemon: false}}"));
        string note = Assert.Single(run.Notes, n => n.Contains("ImagePullJob", StringComparison.Ordinal));
        Assert.StartsWith("at 5 s: apply ImagePullJob default/warm was refused: ", note, StringComparison.Ordinal);
        Assert.Contains("KruiseDaemon", note, StringComparison.Ordinal);
        Assert.Equal((0, 0), (simulation.Server.CountOf<NodeImage>(), run.Nodes.Count));
        Assert.Equal((10, 10), (SetOf(simulation).Status.UpdatedPods, Pods(simulation).Count(PodState.IsReady)));
    }

    // From before the pods are made until after: what they are made without, no upgrade puts in.
    [Theory]
    [InlineData("refuse")]
    [InlineData("hang")]
    public void A_webhook_that_is_down_lets_pods_pass_without_sidecars_or_holds_them_back(string mode)
    {
        string down = $"  - {{at: 10s, fault: {{kind: webhookDown, mode: {mode}, for: 3m}}}}";
        (RunResult passed, Simulation without) = Run(Spec(timeline: down));
        Assert.All(Pods(without), pod => Assert.Equal(["app"], pod.Spec.Containers.Select(c => c.Name)));
        Assert.Equal(10, Pods(without).Count(PodState.IsReady));
        Assert.Empty(passed.Notes);
        Assert.Equal(0, SetOf(without).Status.MatchedPods);

        (RunResult held, Simulation with) = Run(Spec(timeline: down, spec: "  controlPlane: {webhook: {failurePolicy: Fail, timeout: 10s}}"));
        Assert.All(Pods(with), pod => Assert.Equal(["agent", "app"], pod.Spec.Containers.Select(c => c.Name)));
        Assert.Equal(10, Pods(with).Count(PodState.IsReady));
        Assert.InRange(held.VirtualTime.Seconds, 190, 400);
        string note = Assert.Single(held.Notes);
        Assert.Contains("event FailedCreate of CloneSet default/web: failed to create pod", note, StringComparison.Ordinal);
        Assert.Contains("failed calling webhook \"mpod.kb.io\"", note, StringComparison.Ordinal);
        Assert.EndsWith("such events)", note, StringComparison.Ordinal);

        // Four batches, each of which waits for its timeout.
        Assert.InRange(LastMade(without), mode == "hang" ? 130 : 10, mode == "hang" ? 131 : 11);
    }

    [Fact]
    public void What_people_write_while_webhooks_are_down_is_refused_and_noted_and_not_tried_again()
    {
        (RunResult run, Simulation simulation) = Run(Spec(timeline: "  - {at: 50s, fault: {kind: webhookDown, mode: hang, for: 40s}}\n" + Upgrade));
        string note = Assert.Single(run.Notes);
        Assert.StartsWith("at 90 s: ", note, StringComparison.Ordinal);
        Assert.Contains("set image of SidecarSet log was refused: Internal error occurred: failed calling webhook \"msidecarset.kb.io\"", note, StringComparison.Ordinal);
        Assert.All(Pods(simulation), pod => Assert.Equal(Agent1, StatusOf(pod, "agent").Image));
    }

    [Fact]
    public void What_has_not_been_answered_at_the_end_is_said()
    {
        const string Down = "  - {at: 590s, fault: {kind: webhookDown, mode: hang}}\n";
        (RunResult run, _) = Run(Spec(timeline: Down + Upgrade.Replace("60s", "591s", StringComparison.Ordinal)));
        Assert.Equal("set image of SidecarSet log had not been answered when the scenario's duration was over", Assert.Single(run.Notes));
    }

    // Both write the same pods; each conflict is tried again, and no container is restarted twice.
    [Fact]
    public void A_CloneSet_and_a_SidecarSet_may_update_the_same_pods_at_once()
    {
        const string Both = "\n  - {at: 60s, setImage: {cloneSet: web, container: app, image: \"registry.example.com/app:2\"}}";
        string inPlace = Spec(Set(strategy: "maxUnavailable: 5"), Upgrade + Both)
            .Replace("        replicas: 10", "        replicas: 10\n        updateStrategy: {type: InPlaceIfPossible, maxUnavailable: 5}", StringComparison.Ordinal);
        (RunResult run, Simulation simulation) = Run(inPlace);
        Assert.Empty(run.Notes);
        Assert.Equal(10, run.Workloads[0].UpdatedReady);
        Assert.All(Pods(simulation), pod =>
        {
            Assert.Equal((Agent2, 1), (StatusOf(pod, "agent").Image, StatusOf(pod, "agent").RestartCount));
            Assert.Equal(("registry.example.com/app:2", 1), (StatusOf(pod, "app").Image, StatusOf(pod, "app").RestartCount));
        });
    }

    [Fact]
    public void Init_containers_of_a_set_run_before_everything_and_their_images_do_not_change()
    {
        const string Init = ", initContainers: [{name: setup, image: \"registry.example.com/agent:1\"}]";
        const string Behaviours = "  containers: [{container: setup, runs: 7s}]";
        const string NewInit = "  - {at: 60s, setImage: {sidecarSet: log, container: setup, image: \"registry.example.com/agent:2\"}}";
        (_, Simulation simulation) = Run(Spec(Set(more: Init), NewInit, Behaviours));
        Assert.All(Pods(simulation), pod =>
        {
            V1ContainerStatus setup = Assert.Single(pod.Status.InitContainerStatuses);
            Assert.Equal(("setup", Agent1, 0), (setup.Name, setup.Image, setup.State.Terminated.ExitCode));
            Assert.True(StatusOf(pod, "app").State.Running.StartedAt - pod.Metadata.CreationTimestamp >= TimeSpan.FromSeconds(7));
        });
        Assert.Equal((10, 0), (SetOf(simulation).Status.MatchedPods, SetOf(simulation).Status.UpdatedPods));
    }

    [Fact]
    public void What_an_upgrade_cannot_bring_to_pods_that_run_is_said()
    {
        const string Edit = "  - {at: 60s, patch: {sidecarSet: log, spec: {containers: [{name: agent, image: \"registry.example.com/agent:2\", args: [--verbose]}]}}}";
        (RunResult run, Simulation simulation) = Run(Spec(timeline: Edit));
        Assert.Contains("event PodsNotUpgradable of SidecarSet log: 10 of 10 pods differ from the set in more than images", Assert.Single(run.Notes), StringComparison.Ordinal);
        Assert.All(Pods(simulation), pod => Assert.Equal(Agent1, StatusOf(pod, "agent").Image));
    }

    // The node daemon and the kubelet have one store of images.
    [Fact]
    public void A_sidecar_whose_image_was_warmed_is_not_pulled_again()
    {
        string warm = Scene.Job("30s", "warm", "image: \"registry.example.com/agent:2\", parallelism: 5");
        Assert.Equal(Sent(warm), Sent(warm + Upgrade));
        Assert.Equal(Sent(warm), Sent(Upgrade));

        static double Sent(string timeline) => Run(Spec(timeline: timeline)).Result.Registries[0].BytesSent;
    }

    // NodeImages are written by way of webhooks that may not be passed by.
    [Fact]
    public void Warm_up_stands_still_while_webhooks_are_down_and_goes_on_afterwards()
    {
        string job = Scene.Job("20s", "warm", "image: \"registry.example.com/agent:2\", parallelism: 1");
        double alone = Run(Spec(timeline: job)).Result.VirtualTime.Seconds;
        (RunResult run, _) = Run(Spec(timeline: job + "  - {at: 20s, fault: {kind: webhookDown, for: 1m}}"));
        Assert.Equal((5, 5), (run.Nodes.Count, run.Nodes.Count(node => node.Outcome == NodeOutcome.Succeeded)));
        Assert.InRange(alone, 20, 60);
        Assert.InRange(run.VirtualTime.Seconds, 80, 300);
    }

    [Fact]
    public void Slow_webhooks_make_pods_later()
    {
        const string Slow = "  - {at: 10s, fault: {kind: webhookSlow, added: 5s, for: 1m}}";
        Assert.InRange(LastMade(Run(Spec()).Simulation), 10, 11);
        Assert.InRange(LastMade(Run(Spec(timeline: Slow)).Simulation), 30, 31);
        Assert.InRange(LastMade(Run(Spec(spec: "  controlPlane: {webhook: {latency: 3s}}")).Simulation), 22, 23);
    }

    // Seconds from the start; pods are made one, two, four and three at a time.
    private static double LastMade(Simulation simulation) => Pods(simulation).Max(pod => (pod.Metadata.CreationTimestamp!.Value - SimTime.Epoch).TotalSeconds);
}
