using k8s.Models;
using Kruise.Live.Cli;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Planning;
using Xunit;

namespace Kruise.Live.Tests.Snapshots;

/// <summary><c>kruise snapshot</c> of a real API server, and what the simulator makes of it.</summary>
[Collection(QuietCluster.Name)]
public sealed class SnapshotOnClusterTests(QuietCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_is_written_as_the_part_of_a_scenario_that_then_runs()
    {
        await cluster.BeginAsync(Cancellation);
        var pool = new Dictionary<string, string>(StringComparer.Ordinal) { ["cloud.google.com/gke-nodepool"] = "web", ["disk"] = "ssd" };
        for (int i = 0; i < 5; i++)
        {
            await cluster.Client.CreateAsync(SnapshotNodes.Make($"gke-web-{i}", zone: $"eu-1{"ab"[i % 2]}", labels: pool, images: ["nginx:1.9.1", "registry.example/own:" + i]), Cancellation);
        }

        await cluster.Client.CreateAsync(SnapshotNodes.Make("gpu-0", cpu: "32", memory: "128Gi", taint: "nvidia.com/gpu", architecture: "arm64"), Cancellation);

        string reader = await cluster.UserAsync("snapshot-reader", [new V1PolicyRule { ApiGroups = [""], Resources = ["nodes"], Verbs = ["list"] }], Cancellation);
        (int code, string output, string errors) = await KruiseCommand.RunAsync("snapshot", "--kubeconfig", reader);
        Assert.Equal((ExitCode.Fine, ""), (code, errors));
        Assert.Contains("6 nodes in 3 pools", output, StringComparison.Ordinal);
        Assert.Contains("# gke-web-0 to gke-web-4, amd64\n    - name: \"web\"\n      count: 3\n", output, StringComparison.Ordinal);
        Assert.Contains("zones: [\"eu-1b\"]", output, StringComparison.Ordinal);
        Assert.Contains("# - \"nginx:1.9.1\"\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("registry.example/own", output, StringComparison.Ordinal);

        string folder = Directory.CreateTempSubdirectory("kruise-snapshot-").FullName;
        try
        {
            string scenario = Path.Combine(folder, "s.yaml");
            await File.WriteAllTextAsync(
                scenario,
                $$"""
                apiVersion: sim.kruise.io/v1alpha1
                kind: Scenario
                metadata: {name: snapshot}
                spec:
                {{output}}
                  registries:
                  - {name: docker.io, images: [{name: "nginx:1.9.1", layers: [27MB, 22MB]}]}
                  timeline:
                  - at: 0s
                    apply: {apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {name: warm}, spec: {image: "nginx:1.9.1", completionPolicy: {}, selector: {matchLabels: {disk: ssd} } } }
                  expect:
                  - {metric: nodes.desired, min: 5, max: 5}
                  - {metric: nodes.succeeded, min: 5}
                """,
                Cancellation);
            using var said = new StringWriter();
            Assert.True(Kruise.Sim.Cli.CommandLine.Run(["validate", scenario], said, said) == 0, said.ToString());
            Assert.True(Kruise.Sim.Cli.CommandLine.Run(["run", scenario, "--no-plots", "--out", Path.Combine(folder, "report")], said, said) == 0, said.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Without_nodes_or_permission_it_says_so_in_a_line()
    {
        await cluster.BeginAsync(Cancellation);
        (int code, string output, string errors) = await KruiseCommand.RunAsync("snapshot", "--kubeconfig", cluster.Kubeconfig);
        Assert.Equal((ExitCode.Failed, "", "kruise: the cluster has no nodes: there is nothing to write\n"), (code, output, errors));

        string nobody = await cluster.UserAsync("snapshot-nobody", [], Cancellation);
        (code, output, errors) = await KruiseCommand.RunAsync("snapshot", "--kubeconfig", nobody);
        Assert.Equal((ExitCode.ClusterNotReady, ""), (code, output));
        Assert.Matches("^kruise: .*list nodes.*\n$", errors);
    }
}
