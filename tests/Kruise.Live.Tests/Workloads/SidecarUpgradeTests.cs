using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>Sidecars brought to new images in pods that run, on a real API server over hollow kubelets. What else is in the pods proves that it was left alone.</summary>
[Collection(typeof(RunningSidecarSets))]
public sealed class SidecarUpgradeTests(RunningCloneSets running)
{
    private const string Set = "agents";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_keeps_the_old_and_the_pods_own_containers_never_notice()
    {
        (SidecarNamespace home, string[] before) = await RunningAsync(6);

        await home.EditAsync(Set, spec => WithImage(SidecarNamespace.Strategy(spec, strategy => strategy with { Partition = "70%" }), "agent:2"));
        SidecarSet kept = await home.SettledAsync(Set, status => status.UpdatedReadyPods == 2);
        Assert.Equal((6, 2, 6), (kept.Status.MatchedPods, kept.Status.UpdatedPods, kept.Status.ReadyPods));
        string kubectl = await Kubectl.RunAsync(home.Cluster.Cluster.Plane.AdminKubeconfig, ["get", "sidecarset", kept.Metadata.Name], null, Cancellation);
        Assert.Matches(@"^NAME +MATCHED +UPDATED +READY +AGE\n\S+ +6 +2 +6 +\S+", kubectl);
        Assert.Equal(["agent:1 0", "agent:1 0", "agent:1 0", "agent:1 0", "agent:2 1", "agent:2 1"], (await AgentsAsync(home)).Order());

        await home.EditAsync(Set, spec => SidecarNamespace.Strategy(spec, strategy => strategy with { Partition = 0 }));
        int most = 0;
        await Until.HoldsAsync(
            async _ =>
            {
                most = Math.Max(most, (await home.PodsAsync()).Count(pod => !PodState.IsReady(pod)));
                return (await home.SetAsync(Set)).Status is { UpdatedReadyPods: 6 };
            },
            "all are updated", s_limit, Cancellation);
        Assert.InRange(most, 0, 1);
        Assert.All(await AgentsAsync(home), agent => Assert.Equal("agent:2 1", agent));

        await home.SetImageAsync(Set, "agent", "agent:1");
        await home.UpdatedAsync(Set, 6);
        Assert.All(await AgentsAsync(home), agent => Assert.Equal("agent:1 2", agent));
        Assert.Equal(before, await OthersAsync(home));
    }

    [Fact]
    public async Task A_bad_image_stops_at_as_many_pods_as_may_be_unavailable_and_the_way_back_heals_them()
    {
        (SidecarNamespace home, string[] before) = await RunningAsync(5, strategy => strategy with { MaxUnavailable = "40%" });

        await home.SetImageAsync(Set, "agent", "bad:1");
        SidecarSet stuck = await home.SettledAsync(Set, status => status.UpdatedPods == 2 && status.ReadyPods == 3);
        Assert.Equal((5, 2, 3, 0), (stuck.Status.MatchedPods, stuck.Status.UpdatedPods, stuck.Status.ReadyPods, stuck.Status.UpdatedReadyPods));
        Assert.Equal(3, (await home.PodsAsync()).Count(PodState.IsReady));

        // Counted are pods at the newest image: another bad one takes as many again, beside those that are out of service as it is, as in v0.8.0.
        await home.SetImageAsync(Set, "agent", "bad:2");
        await home.SettledAsync(Set, status => status.UpdatedPods == 4 && status.ReadyPods == 1);
        Assert.Equal(["agent:1 0", "bad:2 1", "bad:2 1", "bad:2 2", "bad:2 2"], (await AgentsAsync(home)).Order());

        await home.SetImageAsync(Set, "agent", "agent:3");
        await home.UpdatedAsync(Set, 5);
        Assert.Equal(["agent:3 1", "agent:3 2", "agent:3 2", "agent:3 3", "agent:3 3"], (await AgentsAsync(home)).Order());
        Assert.Equal(before, await OthersAsync(home));
    }

    [Fact]
    public async Task A_canary_goes_to_the_pods_that_are_selected_and_the_rest_follow_when_the_selector_goes()
    {
        (SidecarNamespace home, string[] before) = await RunningAsync(
            5, strategy => strategy with { Selector = SidecarNamespace.Select("canary", "yes") }, i => i is 1 or 3 ? new() { ["canary"] = "yes" } : []);

        await home.SetImageAsync(Set, "agent", "agent:2");
        await home.SettledAsync(Set, status => status is { UpdatedReadyPods: 2, ReadyPods: 5 });
        Assert.Equal(["agent:1 0", "agent:2 1", "agent:1 0", "agent:2 1", "agent:1 0"], await AgentsAsync(home));

        await home.EditAsync(Set, spec => SidecarNamespace.Strategy(spec, strategy => strategy with { Selector = null }));
        await home.UpdatedAsync(Set, 5);
        Assert.All(await AgentsAsync(home), agent => Assert.Equal("agent:2 1", agent));
        Assert.Equal(before, await OthersAsync(home));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Paused_or_not_to_be_updated_running_pods_stay_and_new_ones_have_the_new_image(bool paused)
    {
        (SidecarNamespace home, string[] before) = await RunningAsync(3);

        await home.EditAsync(Set, spec => WithImage(
            SidecarNamespace.Strategy(spec, strategy => paused ? strategy with { Paused = true } : strategy with { Type = SidecarSetUpdateStrategy.NotUpdate }), "agent:2"));
        await home.SettledAsync(Set, status => status is { MatchedPods: 3, UpdatedPods: 0, ReadyPods: 3 });
        await home.KnownAsync(Set);
        await home.CreatePodAsync(SidecarNamespace.Pod("web-9", SidecarNamespace.Containers("web")));
        await home.SettledAsync(Set, status => status is { MatchedPods: 4, UpdatedReadyPods: 1, ReadyPods: 4 });
        Assert.Equal(["agent:1 0", "agent:1 0", "agent:1 0", "agent:2 0"], await AgentsAsync(home));

        await home.EditAsync(Set, spec => SidecarNamespace.Strategy(spec, strategy => strategy with { Paused = false, Type = SidecarSetUpdateStrategy.RollingUpdate }));
        await home.UpdatedAsync(Set, 4);
        Assert.Equal(["agent:2 1", "agent:2 1", "agent:2 1", "agent:2 0"], await AgentsAsync(home));
        Assert.Equal(before, (await OthersAsync(home))[..3]);
    }

    [Fact]
    public async Task What_is_changed_beside_images_waits_for_new_pods_and_an_event_says_so()
    {
        (SidecarNamespace home, string[] before) = await RunningAsync(2);

        await home.EditAsync(Set, spec => SidecarNamespace.WithContainer(spec, "agent", agent => agent with { Image = "agent:2", Args = ["--more"] }));
        await home.SettledAsync(Set, status => status is { MatchedPods: 2, UpdatedPods: 0, ReadyPods: 2 });
        await Until.HoldsAsync(
            async _ => (await home.EventsAsync(Set)).Any(told => told.StartsWith("Warning PodsNotUpgradable x1 by ", StringComparison.Ordinal)
                && told.Contains(": 2 of 2 pods differ from the set in more than images", StringComparison.Ordinal)),
            "the event is there", s_limit, Cancellation);

        await home.KnownAsync(Set);
        await home.CreatePodAsync(SidecarNamespace.Pod("web-9", SidecarNamespace.Containers("web")));
        await home.SettledAsync(Set, status => status is { MatchedPods: 3, UpdatedReadyPods: 1, ReadyPods: 3 });
        await home.SetImageAsync(Set, "agent", "agent:3");
        await home.SettledAsync(Set, status => status is { MatchedPods: 3, UpdatedReadyPods: 1, ReadyPods: 3 });
        Assert.Equal(["agent:1 0", "agent:1 0", "agent:3 1"], await AgentsAsync(home));
        Assert.Equal(before, (await OthersAsync(home))[..2]);
    }

    private static SidecarSetSpec WithImage(SidecarSetSpec spec, string image) => SidecarNamespace.WithContainer(spec, "agent", agent => agent with { Image = image });

    private static async Task<string[]> AgentsAsync(SidecarNamespace home) =>
        [.. (await home.PodsAsync()).Select(pod => $"{pod.Spec.Containers.Single(c => c.Name == "agent").Image} {StatusOf(pod, "agent").RestartCount}")];

    // Who the pods are, and what has become of every container but the one that was upgraded.
    private static async Task<string[]> OthersAsync(SidecarNamespace home) =>
    [
        .. (await home.PodsAsync()).Select(pod => $"{pod.Metadata.Uid} {pod.Spec.NodeName}: " + string.Join(", ", pod.Spec.Containers.Where(c => c.Name != "agent").Select(c =>
            $"{c.Name} {c.Image} {StatusOf(pod, c.Name).ImageID} restarted {StatusOf(pod, c.Name).RestartCount}, runs since {StatusOf(pod, c.Name).State.Running.StartedAt:O}"))),
    ];

    private static V1ContainerStatus StatusOf(V1Pod pod, string container) => pod.Status.ContainerStatuses.Single(status => status.Name == container);

    // Pods of one container with an agent and a tail, all running.
    private async Task<(SidecarNamespace Home, string[] Others)> RunningAsync(
        int pods, Func<SidecarSetUpdateStrategy, SidecarSetUpdateStrategy>? strategy = null, Func<int, Dictionary<string, string>>? labels = null)
    {
        SidecarNamespace home = await SidecarNamespace.MakeAsync(await running.ClusterAsync());
        SidecarSetUpdateStrategy usual = new();
        await home.CreateSetAsync(Set, new SidecarSetSpec
        {
            Containers = [new SidecarContainer { Name = "agent", Image = "agent:1" }, new SidecarContainer { Name = "tail", Image = "tail:1", PodInjectPolicy = SidecarContainer.AfterAppContainer }],
            UpdateStrategy = strategy?.Invoke(usual) ?? usual,
        });
        await home.KnownAsync(Set);
        await home.CreatePodsAsync(pods, labels);
        await home.UpdatedAsync(Set, pods);
        return (home, await OthersAsync(home));
    }
}
