using Kruise.Sim.Measures;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Tests.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Performance;

/// <summary>
/// Four times the pods, on four times the nodes, cost at most four times the work through injection and an upgrade of every sidecar; counted, so that no load of the
/// machine disturbs.
/// </summary>
public sealed class SidecarScalingTests
{
    private const int Small = 400;
    private const int Large = 4 * Small;
    private const double Slack = 1.2;

    [Theory]
    [InlineData("maxUnavailable: 20%")]
    [InlineData("maxUnavailable: 20%, partition: 25%, scatterStrategy: [{key: app, value: \"*\"}]")]
    public void Four_times_the_pods_cost_at_most_four_times_the_work(string strategy)
    {
        Measure(40, strategy);
        Dictionary<string, long> small = Measure(Small, strategy);
        Dictionary<string, long> large = Measure(Large, strategy);
        Assert.All(small, work => Assert.True(
            large[work.Key] <= work.Value * Slack * Large / Small,
            FormattableString.Invariant($"{work.Key}: {work.Value} for {Small} pods, {large[work.Key]} for {Large}")));
    }

    private static Dictionary<string, long> Measure(int pods, string strategy)
    {
        string spec = SidecarScene.Spec(
            SidecarScene.Set(strategy: strategy),
            "  - {at: 300s, setImage: {sidecarSet: log, container: agent, image: \"registry.example.com/agent:2\"}}",
            replicas: pods,
            duration: "2h");
        Simulation simulation = new(Scene.Load(
            spec, FormattableString.Invariant($"spec.cluster.nodePools[0].count={pods / 10}"), FormattableString.Invariant($"spec.registries[0].egress={pods * 4}Mbps")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunResult result = Scene.Run(simulation);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        int kept = strategy.Contains("partition", StringComparison.Ordinal) ? pods / 4 : 0;
        Assert.Equal((pods - kept, 0), (SidecarScene.SetOf(simulation).Status.UpdatedReadyPods, result.ViolationCount));
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
