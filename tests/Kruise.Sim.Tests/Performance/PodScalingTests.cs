using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Performance;

/// <summary>
/// Four times the pods, on four times the nodes, cost at most four times the work through creation and a full update, control plane, scheduler and kubelets included;
/// counted, so that no load of the machine disturbs. A controller that looked at every pod for each change of one would show as sixteen times.
/// </summary>
public sealed class PodScalingTests
{
    private const int Small = 400;
    private const int Large = 4 * Small;
    private const double Slack = 1.2;

    [Theory]
    [InlineData("InPlaceIfPossible")]
    [InlineData("ReCreate")]
    public void Four_times_the_pods_cost_at_most_four_times_the_work(string type)
    {
        Measure(40, type);
        Dictionary<string, long> small = Measure(Small, type);
        Dictionary<string, long> large = Measure(Large, type);
        Assert.All(small, work => Assert.True(
            large[work.Key] <= work.Value * Slack * Large / Small,
            FormattableString.Invariant($"{work.Key}: {work.Value} for {Small} pods, {large[work.Key]} for {Large}")));
    }

    private static Dictionary<string, long> Measure(int pods, string type)
    {
        ScenarioVariant variant = WholeRun.Load(
            Path.Combine(Fixture.Repository, "scenarios", "fleet-10000-pods.yaml"),
            FormattableString.Invariant($"spec.cluster.nodePools[0].count={pods / 10}"),
            FormattableString.Invariant($"spec.timeline[0].apply.spec.replicas={pods}"),
            "spec.timeline[0].apply.spec.updateStrategy.type=" + type,
            "spec.expect=[]",
            "spec.variants=[]",
            FormattableString.Invariant($"spec.registries[0].egress={pods * 4}Mbps"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunResult result = WholeRun.Of(variant);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((pods, 0), (result.Workloads[0].UpdatedReady, result.ViolationCount));
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
