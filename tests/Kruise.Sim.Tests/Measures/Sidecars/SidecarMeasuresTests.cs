using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Tests.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Sidecars;

/// <summary>What is measured of SidecarSets and of admission in whole runs.</summary>
public sealed class SidecarMeasuresTests
{
    private static readonly RunResult s_run = SidecarScene.Run(Upgrade("maxUnavailable: 2")).Result;

    [Fact]
    public void Every_pod_was_injected_and_upgraded_once()
    {
        SidecarSetResult set = Assert.Single(s_run.SidecarSets);
        Assert.Equal((10, 10, 0, 0), (set.Matched, set.Injected, set.Missed, set.Without));
        Assert.Equal((10, 10, 10, 0), (set.Upgraded, set.Ready, set.UpgradedReady, set.OutOfReach));
        Assert.Equal((10, 0, 2, 2), (set.Restarts, set.BusinessRestarts, set.MaxUnavailable.Value, set.AllowedUnavailable));
        SidecarRolloutResult version = set.Rollouts[^1];
        Assert.Equal((1, 10, 10, 10, 0), (version.Number, version.ToUpgrade, version.UpgradedReady, version.Upgrades, version.Failed));
        Assert.Equal(SimTime.FromSeconds(60), version.Begin);

        // Five nodes with two pods each: the first of a node pulls 10 MB and then 12 MB.
        Assert.Equal(5 * (10_000_000L + 12_000_000L), set.BytesFetched);
        Assert.Empty(s_run.Violations);
    }

    [Fact]
    public void Causes_of_an_upgrade_sum_to_the_nanosecond()
    {
        Assert.Equal(10, s_run.Upgrades.Count);
        Assert.All(s_run.Upgrades, row =>
        {
            Assert.Equal(SidecarOutcome.Upgraded, row.Outcome);
            Assert.Equal((row.Done!.Value - row.Asked).Nanoseconds, row.CauseNanoseconds.Sum());
            Assert.All(row.CauseNanoseconds, nanoseconds => Assert.True(nanoseconds >= 0));
            Assert.True(row.Steps.Zip(row.Steps.Skip(1)).All(pair => pair.First.At <= pair.Second.At));
            Assert.Equal((row.Begun - row.Asked).Nanoseconds, row.CauseNanoseconds[(int)PodCause.WaitingForTurn]);
            Assert.True(row.CauseNanoseconds[(int)PodCause.ContainerStop] > 0 && row.CauseNanoseconds[(int)PodCause.ContainerStart] > 0 && row.CauseNanoseconds[(int)PodCause.ReadinessDelay] >= 2_000_000_000);
        });
        double[] done = [.. s_run.Upgrades.Select(row => (row.Done!.Value - row.Asked).Seconds).Order()];
        Assert.Equal(done[^1], s_run.SidecarSets[0].Rollouts[^1].SecondsTo100);
        Assert.Equal(done[NearestRank.Index(done.Length, 50)], s_run.SidecarSets[0].Rollouts[^1].SecondsTo50);
    }

    [Fact]
    public void Partition_and_selector_keep_pods_out_of_what_is_to_be_upgraded()
    {
        RunResult partition = SidecarScene.Run(Upgrade("maxUnavailable: 100%, partition: 30%")).Result;
        Assert.Equal((7, 7), (partition.SidecarSets[0].Rollouts[^1].ToUpgrade, partition.Upgrades.Count));
        Assert.NotNull(partition.SidecarSets[0].Rollouts[^1].SecondsTo100);
        RunResult canary = SidecarScene.Run(Upgrade("maxUnavailable: 100%, selector: {matchLabels: {canary: \"true\"}}", "  - {at: 50s, labelPods: {cloneSet: web, count: 2, labels: {canary: \"true\"}}}")).Result;
        Assert.Equal((2, 2), (canary.SidecarSets[0].Rollouts[^1].ToUpgrade, canary.Upgrades.Count));
        Assert.All(canary.Upgrades, row => Assert.Contains("canary=true", row.Labels));
        Assert.Equal(2, Expectations.Value("labels.canary=true.maxUpgrading", canary));
        Assert.Equal(0, Expectations.Value("labels.canary=true.maxUpgrading", s_run));
    }

    [Fact]
    public void A_version_that_never_gets_ready_fails_on_as_many_pods_as_it_may()
    {
        RunResult run = SidecarScene.Run(Upgrade(
            "maxUnavailable: 3", $"  - {{at: 200s, apply: {SidecarScene.Set("registry.example.com/agent:1", "maxUnavailable: 3")}}}", "  - {image: \"registry.example.com/agent:2\", neverReady: 1}")).Result;
        SidecarSetResult set = run.SidecarSets[0];
        Assert.Equal((3, 3, false), (set.Rollouts[1].Upgrades, set.Rollouts[1].Failed, set.Rollouts[1].IsComplete));
        Assert.Equal((3, 0, true), (set.Rollouts[2].Upgrades, set.Rollouts[2].Failed, set.Rollouts[2].IsComplete));
        Assert.Equal((3, 10), (set.MaxUnavailable.Value, set.UpgradedReady));
        Assert.Equal(3, run.Upgrades.Count(row => row.Outcome == SidecarOutcome.Failed));
        Assert.Equal(3.0, Expectations.Value("sidecarSets.log.failed", run));
        Assert.Empty(run.Violations);
    }

    [Fact]
    public void Admission_is_part_of_start_up_and_a_cause_of_its_own()
    {
        AdmissionResult admission = s_run.Admission!;
        Assert.Equal((10, 0, 0, 0), (admission.Calls, admission.Refused, admission.Failed, admission.Passed));
        PodRow[] created = [.. s_run.Pods.Where(row => row.Rollout == 0)];
        Assert.Equal(10, created.Length);
        Assert.All(created, row =>
        {
            Assert.Equal((row.Created!.Value - row.Requested!.Value).Nanoseconds, row.CauseNanoseconds[(int)PodCause.Admission]);
            Assert.True(row.Created > row.Requested);
            Assert.Equal((row.Done!.Value - row.Asked).Nanoseconds, row.CauseNanoseconds.Sum());
        });
        Assert.Equal(admission.Wait!.Max, created.Max(row => (row.Created!.Value - row.Requested!.Value).Seconds));
        Assert.Equal(s_run.PodStartup!.Max, created.Max(row => (row.Done!.Value - row.Requested!.Value).Seconds));
    }

    [Fact]
    public void Every_metric_of_a_set_and_of_admission_has_a_value() => Assert.All(
        MetricCatalog.Names(new MetricScope { SidecarSets = ["log"] })
            .Where(name => name.StartsWith("sidecarSets.", StringComparison.Ordinal) || name.StartsWith("pods.admission.", StringComparison.Ordinal)),
        name => Assert.NotNull(Expectations.Value(name, s_run)));

    [Fact]
    public void Samples_count_what_is_there()
    {
        SidecarSeries series = Assert.Single(s_run.Series.SidecarSets);
        Assert.Equal(10, series[SidecarGauge.Matched][^1]);
        Assert.Equal(10, series[SidecarGauge.UpgradedReady][^1]);
        Assert.Equal(2, series[SidecarGauge.Unavailable].Max());
        Assert.All(Enumerable.Range(0, s_run.Series.Seconds.Length), i => Assert.InRange(series[SidecarGauge.Unavailable][i], 0, series[SidecarGauge.AllowedUnavailable][i]));
    }

    [Fact]
    public void Pods_that_were_there_before_the_set_are_without_it_and_missed_by_nobody()
    {
        RunResult run = SidecarScene.Run(SidecarScene.Spec(timeline: $"  - {{at: 60s, scale: {{cloneSet: web, replicas: 12}}}}")
            .Replace("- {at: 0s, apply: {apiVersion", "- {at: 50s, apply: {apiVersion", StringComparison.Ordinal)).Result;
        SidecarSetResult set = run.SidecarSets[0];
        Assert.Equal((2, 2, 0, 10), (set.Matched, set.Injected, set.Missed, set.Without));
        Assert.Empty(run.Violations);
    }

    private static string Upgrade(string strategy, string more = "", string containers = "") => SidecarScene.Spec(
        timeline: more.Contains("labelPods", StringComparison.Ordinal) ? more + "\n" + Apply(strategy) : Apply(strategy) + "\n" + more,
        spec: "  containers:\n  - {container: agent, ready: 2s}\n" + containers);

    private static string Apply(string strategy) => $"  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2, strategy)}}}";
}
