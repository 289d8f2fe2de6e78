using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Performance;

/// <summary>
/// Four times the nodes cost at most four times the work, in counts that no load of the machine disturbs. A scan of all nodes for each of them that makes
/// events, requests or garbage would show as sixteen times.
/// </summary>
public sealed class ScalingTests
{
    private const int Small = 1_000;
    private const int Large = 4 * Small;
    private const double Slack = 1.15;

    [Theory]
    [InlineData("10", "default")]
    [InlineData("10%", "default")]
    [InlineData("10%", "openkruise-0.8")]
    public void Four_times_the_nodes_cost_at_most_four_times_the_work(string parallelism, string preset)
    {
        // What is made once, such as tables of types, is made here.
        Measure(10, parallelism, preset);
        Dictionary<string, long> small = Measure(Small, parallelism, preset);
        Dictionary<string, long> large = Measure(Large, parallelism, preset);
        Assert.All(small, work => Assert.True(
            large[work.Key] <= work.Value * Slack * Large / Small,
            FormattableString.Invariant($"{work.Key}: {work.Value} for {Small} nodes, {large[work.Key]} for {Large}")));
    }

    private static Dictionary<string, long> Measure(int nodes, string parallelism, string preset)
    {
        ScenarioVariant variant = WholeRun.Load(
            Path.Combine(Fixture.Repository, "scenarios", "slow-nics.yaml"),
            FormattableString.Invariant($"spec.cluster.nodePools[0].count={nodes}"),
            "spec.cluster.nodePools[1].count=0",
            "spec.timeline[0].apply.spec.parallelism=" + parallelism,
            "spec.controlPlane.preset=" + preset,
            FormattableString.Invariant($"spec.registries[0].egress={nodes}Mbps"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunResult result = WholeRun.Of(variant);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // Under the old preset some slow nodes are given up; that is work too.
        Assert.Equal(nodes, result.Jobs[0].Succeeded + result.Jobs[0].Failed);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["events"] = result.Events,
            ["reconciles"] = result.ControlPlane.Reconciles,
            ["API writes"] = result.ControlPlane.ApiWrites,
            ["watch events"] = result.ControlPlane.WatchEvents,
            ["bytes allocated"] = allocated,
        };
    }
}
