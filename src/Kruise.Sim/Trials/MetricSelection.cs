using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Trials;

/// <summary>Which metrics of a scenario are read from its trials.</summary>
internal static class MetricSelection
{
    /// <summary>The headline metrics of what the scenario has, and those that its expectations name, in the catalog's order.</summary>
    public static IReadOnlyList<string> Of(ScenarioSpec spec)
    {
        var expected = spec.Expect.Select(expectation => expectation.Metric).ToHashSet(StringComparer.Ordinal);
        MetricScope scope = MetricScopes.Of(spec);
        return [.. MetricCatalog.Names(scope).Where(name => expected.Contains(name) || (MetricCatalog.Find(name)!.Value.Metric.IsHeadline && Concerns(name, scope)))];
    }

    /// <summary>Whether a scenario has anything of which a metric is: some are the same for every scenario.</summary>
    public static bool Concerns(string name, MetricScope scope) => name.Split('.')[0] switch
    {
        "warmup" or "nodes" or "attribution" => scope.Jobs.Count > 0,
        "pods" => scope.Workloads.Count > 0,
        _ => true,
    };
}
