using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class MetricCatalogTests
{
    [Theory]
    [InlineData("warmup.seconds.p99", "warmup.seconds.p99", null)]
    [InlineData("jobs.nginx.failed", "jobs.<job>.failed", "nginx")]
    [InlineData("jobs.team/a.b.seconds", "jobs.<job>.seconds", "team/a.b")]
    [InlineData("registries.registry.example.com:5000.bytesSent", "registries.<registry>.bytesSent", "registry.example.com:5000")]
    [InlineData("attribution.downloadNic.seconds", "attribution.downloadNic.seconds", null)]
    public void Names_are_found_with_what_their_placeholder_stands_for(string name, string pattern, string? value)
    {
        (Metric Metric, string? Placeholder, string? Value)? found = MetricCatalog.Find(name);
        Assert.Equal((pattern, value), (found?.Metric.Pattern, found?.Value));
    }

    [Theory]
    [InlineData("warmup.seconds.p95")]
    [InlineData("jobs..failed")]
    [InlineData("jobs.failed")]
    [InlineData("attribution.<cause>.seconds")]
    [InlineData("")]
    public void Other_names_are_not_found(string name) => Assert.Null(MetricCatalog.Find(name));

    [Fact]
    public void Every_name_of_a_scenario_is_found()
    {
        var names = MetricCatalog.Names(new MetricScope { Jobs = ["a", "team/b"], Registries = ["docker.io"], Workloads = ["web"], SidecarSets = ["log"], Labels = ["zone=a"] }).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("jobs.team/b.seconds", names);
        Assert.Contains("sidecarSets.log.upgrade.seconds.p99", names);
        Assert.Contains("labels.zone=a.maxUpgrading", names);
        Assert.All(names, name => Assert.NotNull(MetricCatalog.Find(name)));
    }
}
