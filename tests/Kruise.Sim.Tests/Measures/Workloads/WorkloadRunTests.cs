using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Workloads;

/// <summary>What is measured of whole runs.</summary>
public sealed class WorkloadRunTests
{
    private const string InPlace = "type: InPlaceIfPossible, maxUnavailable: 2";
    private const string ReCreate = "type: ReCreate, maxUnavailable: 2";

    [Theory]
    [InlineData(InPlace)]
    [InlineData(ReCreate)]
    [InlineData("type: ReCreate, maxUnavailable: 0, maxSurge: 3")]
    [InlineData("type: InPlaceIfPossible, maxUnavailable: 3, inPlaceUpdateStrategy: {gracePeriodSeconds: 4}")]
    [InlineData("type: InPlaceIfPossible, maxUnavailable: 3, partition: 4")]
    public void Causes_sum_to_the_nanosecond_and_every_pod_to_be_updated_has_a_row(string strategy)
    {
        RunResult run = WorkloadScene.Run(strategy);
        Assert.Empty(run.Violations);
        WorkloadResult set = Assert.Single(run.Workloads);
        RolloutResult update = set.Rollouts[^1];
        PodRow[] rows = [.. run.Pods.Where(row => row.Rollout == 1)];
        Assert.True(set.IsSettled);
        Assert.Equal(update.ToUpdate, rows.Length);
        Assert.All(run.Pods, row =>
        {
            Assert.Equal(PodOutcome.Updated, row.Outcome);
            Assert.Equal((row.Done!.Value - row.Asked).Nanoseconds, row.CauseNanoseconds.Sum());
            Assert.All(row.CauseNanoseconds, nanoseconds => Assert.True(nanoseconds >= 0));
            Assert.Equal(row.Asked, row.Steps[0].At);
            Assert.True(row.Steps.Zip(row.Steps.Skip(1)).All(pair => pair.First.At <= pair.Second.At));
        });

        // The last of them ends the rollout, and the half is there when the k-th is.
        double[] done = [.. rows.Select(row => row.UpdateSeconds!.Value).Order()];
        Assert.Equal(done[^1], update.SecondsTo100);
        Assert.Equal(done[NearestRank.Index(done.Length, 50)], update.SecondsTo50);
    }

    [Fact]
    public void The_time_of_pods_on_a_lost_node_is_booked_to_it()
    {
        // One of five nodes dies while its pods are being updated; they are evicted after 40 s, a look, and a minute.
        RunResult run = WorkloadScene.Run(
            "type: InPlaceIfPossible, maxUnavailable: 10",
            end: "  - {at: 61s, fault: {kind: nodeOutage, pool: web, count: 1}}\n  controlPlane: {nodeLifecycle: {evictionAfter: 1m}}",
            duration: "20m");
        Assert.Empty(run.Violations);
        PodRow[] lost = [.. run.Pods.Where(row => row.CauseNanoseconds[(int)PodCause.NodeLost] > 0)];
        Assert.NotEmpty(lost);
        Assert.All(lost, row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.NodeLost] / 1e9, 90, 130));
        Assert.All(run.Pods, row => Assert.Equal(0, row.CauseNanoseconds[(int)PodCause.CrashBackOff]));
        Assert.All(run.Pods, row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.KubeletSync] / 1e9, 0, 5));
        Assert.Contains(run.Series.Workloads[0][PodStage.NodeLost], count => count > 0);
    }

    [Fact]
    public void In_place_no_pod_is_made_or_goes_and_every_container_is_started_once_more()
    {
        WorkloadResult set = WorkloadScene.Run(InPlace).Workloads[0];
        Assert.Equal((10, 0, 10), (set.PodsCreated, set.PodsDeleted, set.Restarts));
        Assert.Equal((10, 10, 10, 2), (set.Updated, set.Ready, set.Available, set.MaxUnavailable.Value));
        Assert.Equal(set.MaxUnavailable, set.Rollouts[1].MaxUnavailable);
        Assert.True(set.MaxUnavailable.At >= SimTime.FromSeconds(60));
    }

    [Fact]
    public void A_replacement_follows_the_pod_whose_place_it_takes()
    {
        RunResult run = WorkloadScene.Run(ReCreate);
        WorkloadResult set = run.Workloads[0];
        PodRow[] rows = [.. run.Pods.Where(row => row.Rollout == 1)];
        Assert.Equal((20, 10), (set.PodsCreated, set.PodsDeleted));
        Assert.All(rows, row => Assert.Equal(PodUpdateWay.ReCreated, row.Way));
        Assert.Equal(10, rows.Select(row => row.Replaces).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(rows.Select(row => row.Pod).Intersect(rows.Select(row => row.Replaces!), StringComparer.Ordinal));
        Assert.All(rows, row =>
        {
            Assert.True(row.Asked < row.Begun && row.Begun < row.Created && row.Created < row.Bound && row.Bound < row.Started && row.Started < row.Done);
            Assert.True(row.CauseNanoseconds[(int)PodCause.Scheduling] > 0);
            Assert.True(row.CauseNanoseconds[(int)PodCause.Sandbox] > 0);
        });

        // Out of service from the deletion of the old pod to the readiness of the new one, and not from the rollout's beginning.
        double slowest = rows.Max(row => (row.Done!.Value - row.Created!.Value).Seconds);
        Assert.InRange(set.LongestUnavailability!.Length.Seconds, slowest, slowest + 2);
    }

    [Fact]
    public void With_a_surge_nobody_is_missing()
    {
        WorkloadResult set = WorkloadScene.Run("type: ReCreate, maxUnavailable: 0, maxSurge: 3").Workloads[0];
        Assert.Equal(0, set.MaxUnavailable.Value);
        Assert.Null(set.MaxUnavailable.At);
        Assert.Equal(20, set.PodsCreated);
    }

    [Fact]
    public void Grace_is_a_cause_of_its_own_and_belongs_to_the_unavailability()
    {
        RunResult run = WorkloadScene.Run("type: InPlaceIfPossible, maxUnavailable: 3, inPlaceUpdateStrategy: {gracePeriodSeconds: 4}");
        Assert.All(run.Pods.Where(row => row.Rollout == 1), row => Assert.InRange(row.CauseNanoseconds[(int)PodCause.Grace] / 1e9, 3, 5.5));
        Assert.True(run.Workloads[0].LongestUnavailability!.Length.Seconds > 4);
    }

    [Fact]
    public void Partition_keeps_pods_without_a_row_and_the_run_settles()
    {
        RunResult run = WorkloadScene.Run("type: InPlaceIfPossible, maxUnavailable: 3, partition: 4");
        WorkloadResult set = run.Workloads[0];
        Assert.Equal((6, 10, 6), (set.Updated, set.Ready, set.Rollouts[1].ToUpdate));
        Assert.Equal(10, set.Rollouts[0].ToUpdate);
        Assert.True(set.Rollouts[1].IsComplete);
        Assert.Empty(run.Notes);
    }

    [Fact]
    public void An_update_that_comes_before_the_last_is_through_begins_another_rollout()
    {
        RunResult run = WorkloadScene.Run(
            "type: InPlaceIfPossible, maxUnavailable: 1", end: "  - {at: 64s, setImage: {cloneSet: web, container: app, image: \"registry.example.com/app:3\"}}");
        RolloutResult[] rollouts = [.. run.Workloads[0].Rollouts];
        Assert.Equal([0, 1, 2], rollouts.Select(r => r.Number));
        Assert.Equal(SimTime.FromSeconds(64), rollouts[1].Superseded);
        Assert.False(rollouts[1].IsComplete);
        Assert.True(rollouts[2].IsComplete);
        Assert.NotEqual(rollouts[1].Revision, rollouts[2].Revision);
        Assert.Contains(run.Pods, row => row is { Rollout: 1, Outcome: PodOutcome.Unfinished });
        Assert.All(run.Pods.Where(row => row is { Rollout: 1, Outcome: PodOutcome.Unfinished }), row =>
            Assert.Equal(4_000_000_000, row.CauseNanoseconds.Sum()));
        Assert.Equal(10, run.Pods.Count(row => row is { Rollout: 2, Outcome: PodOutcome.Updated }));
    }

    [Fact]
    public void A_version_that_never_gets_ready_leaves_the_run_unsettled_and_says_so()
    {
        RunResult run = WorkloadScene.Run(InPlace, duration: "3m", more: "", end: "  containers:\n  - {image: \"registry.example.com/app:2\", neverReady: 1}");
        WorkloadResult set = run.Workloads[0];
        Assert.False(set.IsSettled);
        Assert.False(set.Rollouts[1].IsComplete);
        Assert.Contains("CloneSet default/web had not settled", Assert.Single(run.Notes), StringComparison.Ordinal);
        Assert.Equal(2, set.MaxUnavailable.Value);
        Assert.True(set.LongestUnavailability!.Length > SimTime.FromSeconds(110));
        Assert.All(run.Pods.Where(row => row.Rollout == 1), row => Assert.True(row.CauseNanoseconds[(int)PodCause.ReadinessDelay] > 100_000_000_000));
    }

    // Pods without a node are changed as they stand; no kubelet has anything to do with it.
    [Fact]
    public void Pods_without_a_node_say_why_and_wait_for_one_after_their_update()
    {
        RunResult run = WorkloadScene.Run(InPlace, duration: "3m", more: "  - {at: 30s, patch: {cloneSet: web, spec: {replicas: 600}}}");
        Assert.Matches("; 50 without a node: 0/5 nodes are available: .+", Assert.Single(run.Notes));
        PodRow[] waiting = [.. run.Pods.Where(row => row is { Rollout: 1, Node: null or "" })];
        Assert.NotEmpty(waiting);
        Assert.All(waiting, row => Assert.Equal(0, row.CauseNanoseconds[(int)PodCause.KubeletSync]));
        Assert.All(waiting, row => Assert.True(row.CauseNanoseconds[(int)PodCause.Unschedulable] > 60_000_000_000));
    }

    [Fact]
    public void Every_sample_counts_every_pod_in_one_stage()
    {
        RunResult run = WorkloadScene.Run(ReCreate);
        WorkloadSeries series = Assert.Single(run.Series.Workloads);
        for (int i = 0; i < run.Series.Seconds.Length; i++)
        {
            int all = Enum.GetValues<PodStage>().Sum(stage => series[stage][i]);
            Assert.Equal(series[WorkloadGauge.Pods][i] + series[PodStage.Terminating][i], all);
            Assert.Equal(series[WorkloadGauge.Ready][i], series[PodStage.ReadyOld][i] + series[PodStage.ReadyUpdated][i]);
            Assert.Equal(Math.Max(0, series[WorkloadGauge.Desired][i] - series[WorkloadGauge.Available][i]), series[WorkloadGauge.Unavailable][i]);
        }

        Assert.Equal(10, series[WorkloadGauge.UpdatedReady][^1]);
    }

    [Fact]
    public void The_same_seed_measures_the_same() => Assert.Equal(
        WorkloadScene.Run(ReCreate).Pods.Select(row => (row.Pod, row.Done)), WorkloadScene.Run(ReCreate).Pods.Select(row => (row.Pod, row.Done)));
}
