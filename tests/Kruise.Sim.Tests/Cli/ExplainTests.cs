using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public class ExplainTests
{
    [Fact]
    public void Without_a_name_every_metric_is_listed_once()
    {
        (int code, string output, string errors) = InProcess.Run("explain");
        Assert.Equal((0, ""), (code, errors));
        string[] listed = [.. output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])];
        Assert.Equal(MetricCatalog.All.Select(metric => metric.Pattern).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Help_does_not_list_what_may_be_completed() =>
        Assert.All(InProcess.Run("--help").Output.Split('\n'), line => Assert.InRange(line.Length, 0, 300));

    [Fact]
    public void A_metric_of_a_scenario_is_explained_by_its_concrete_name()
    {
        (int code, string output, _) = InProcess.Run("explain", "workloads.web.maxUnavailable");
        Assert.Equal(0, code);
        Assert.StartsWith("workloads.web.maxUnavailable\n", output, StringComparison.Ordinal);
        Assert.Contains("<workload> is web", output, StringComparison.Ordinal);
        Assert.Contains("desired(t) − available(t)", output, StringComparison.Ordinal);
        Assert.Contains("summary.json: workloads[].maxUnavailable", output, StringComparison.Ordinal);
        Assert.Matches(@"better\s+lower", output);
        Assert.Contains("{metric: workloads.web.maxUnavailable, max: ...}", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 110, line));
    }

    [Theory]
    [InlineData("nodes.succeeded", @"better\s+higher")]
    [InlineData("workloads.<workload>.ready", @"summary.json: workloads\[\].ready")]
    [InlineData("attribution.unpack.seconds", "Unpacking layers")]
    [InlineData("spec.cluster.nodePools.count", @"a whole number from 0 to 1000000\s+required\s+yes")]
    [InlineData("spec.cluster.nodePools[web].runtime.preset", @"containerd-2.1\s+containerd 2.1, which may fetch")]
    [InlineData("spec.duration", @"when absent\s+24h")]
    [InlineData("spec", @"cluster +\(required\) The nodes.")]
    [InlineData("sidecarSets", "sidecarSets.<sidecarSet>.pulls")]
    public void Metrics_fields_and_groups_are_known(string name, string expected)
    {
        (int code, string output, string errors) = InProcess.Run("explain", name);
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(expected, output);
    }

    [Theory]
    [InlineData("timeline[0].apply.spec.parallelism", @"^spec.timeline\[\].apply.spec.parallelism   \(of kind ImagePullJob, apps.kruise.io/v1alpha1\)")]
    [InlineData("spec.timeline[0].apply[1].spec.updateStrategy.maxUnavailable", @"\(of kind CloneSet, apps.kruise.io/v1alpha1\)[^\0]*\n\n[^\0]*\(of kind SidecarSet, ")]
    [InlineData("timeline[2].apply.spec.template.spec.containers[0].lifecycle.preStop", @"spec.template.spec.containers\[\].lifecycle.preStop   \(of kind CloneSet")]
    [InlineData("parallelism", @"^parallelism is the last part of:\n  spec.timeline\[\].apply.spec.parallelism  Of kind ImagePullJob.")]
    [InlineData("maxUnavailable", @"\n  workloads.<workload>.maxUnavailable  The most pods")]
    [InlineData("workloads.web", @"^workloads\n  workloads.web.desired  ")]
    [InlineData("registries.docker.io", @"\n  registries.docker.io.peakBytesPerSecond ")]
    [InlineData("sidecarSets.agent.rollout", @"^sidecarSets\n  sidecarSets.agent.rollout.seconds.p50 ")]
    public void What_people_paste_is_known(string name, string expected)
    {
        (int code, string output, string errors) = InProcess.Run("explain", name);
        Assert.Equal((0, ""), (code, errors));
        Assert.Matches(expected, output);
    }

    [Theory]
    [InlineData("workload.maxUnavailble", "near it: workloads.<workload>.maxUnavailable")]
    [InlineData("workloads.maxUnavailble", "near it: workloads.<workload>.maxUnavailable")]
    [InlineData("registries.docker.io.bytesSnt", "near it: registries.docker.io.bytesSent")]
    [InlineData("registry.docker.io.peakBytesPerSecond", "near it: registries.docker.io.peakBytesPerSecond")]
    [InlineData("pods.attribution.NAME.seconds", "near it: pods.attribution.")]
    [InlineData("nodePools.coutn", "near it: spec.cluster.nodePools.count")]
    [InlineData("kindd", "near it: kind")]
    [InlineData("workloads.web.maxUnavailabel", "near it: workloads.web.maxUnavailable,")]
    [InlineData("warmup.seconds.p95", "near it: warmup.seconds.p9")]
    [InlineData("spec.cluster.nodePool", "near it: spec.cluster.nodePools,")]
    [InlineData("xyzzy", "'kruise-sim explain' lists the metrics")]
    [InlineData("", "'kruise-sim explain' lists the metrics")]
    public void A_name_that_is_none_gets_the_nearest_ones(string name, string expected)
    {
        (int code, string output, string errors) = InProcess.Run("explain", name);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("jobs.attribution", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }
}
