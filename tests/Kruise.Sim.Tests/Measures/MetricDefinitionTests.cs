using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Measures;

public class MetricDefinitionTests
{
    private static readonly Dictionary<string, IReadOnlyList<OutputField>> _files = new(StringComparer.Ordinal)
    {
        ["nodes.csv"] = NodesCsv.Columns,
        ["pods.csv"] = PodsCsv.Columns,
        ["sidecars.csv"] = SidecarsCsv.Columns,
    };

    [Fact]
    public void Every_metric_says_how_it_is_computed_and_names_only_what_a_report_has()
    {
        var fields = SummaryJson.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(MetricCatalog.All, metric =>
        {
            MetricDefinition definition = MetricDefinition.Of(metric);
            Assert.NotEmpty(definition.Formula);
            if (definition.Summary is { } summary) Assert.Contains(summary, fields);
            if (definition.Rows is { } rows) Assert.Contains(rows.Column, _files[rows.File].Select(column => column.Name));
            Assert.True(definition.Summary is not null || definition.Rows is not null || metric.Pattern == "jobs.<job>.seconds", metric.Pattern);
        });
    }

    [Fact]
    public void Percentiles_say_which_and_causes_say_what_they_are()
    {
        Assert.Contains("99·n÷100", Of("warmup.seconds.p99").Formula, StringComparison.Ordinal);
        Assert.StartsWith("max of", Of("warmup.seconds.max").Formula, StringComparison.Ordinal);
        Assert.Equal("The image was there, and the API server had yet to store the daemon's report.", Of("attribution.reporting.seconds").Cause);
        Assert.Equal("Making the pod's sandbox.", Of("pods.attribution.sandbox.seconds").Cause);
    }

    private static MetricDefinition Of(string name) => MetricDefinition.Of(MetricCatalog.Find(name)!.Value.Metric);
}
