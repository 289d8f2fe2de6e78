using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>A cluster whose CRDs are of a later version than the manager and the daemons: what they do not know they leave as it is.</summary>
public sealed class UnknownFieldsOnClusterTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fields_of_a_later_version_survive_claims_and_reports()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        string kubeconfig = cluster.Plane.AdminKubeconfig;
        foreach (string crd in new[] { "nodeimages", "imagepulljobs" })
        {
            const string keep = """{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/PART/x-kubernetes-preserve-unknown-fields","value":true}""";
            string patch = $"[{keep.Replace("PART", "spec", StringComparison.Ordinal)},{keep.Replace("PART", "status", StringComparison.Ordinal)}]";
            await Kubectl.RunAsync(kubeconfig, ["patch", "crd", crd + ".apps.kruise.io", "--type=json", "-p", patch], null, Cancellation);
        }

        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await using HollowFleet fleet = await HollowFleet.StartAsync(cluster, ["n-0"], (_, _) => (TimeSpan.FromMilliseconds(50), null), new NoEvents(), Cancellation);
        await Until.HoldsAsync(async token => (await cluster.NodeImagesAsync(token)).Count == 1, "the node has its NodeImage", _limit, Cancellation);
        await Until.HoldsAsync(
            async token =>
            {
                await Kubectl.RunAsync(kubeconfig, ["patch", "nodeimage", "n-0", "--type=merge", "-p", """{"spec":{"sandbox":{"a":[1,2]}}}"""], null, token);
                return (await NodeImageAsync(cluster, token))["spec"]?["sandbox"] is not null;
            },
            "the API server keeps the field",
            _limit,
            Cancellation);

        await Kubectl.ApplyAsync(
            kubeconfig,
            """
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"warm","namespace":"default"},
             "spec":{"image":"reg.example/app:1","completionPolicy":{"type":"Always"},"later":"x"}}
            """,
            Cancellation);
        await cluster.CompletedAsync("warm", _limit, Cancellation);

        JsonNode nodeImage = await NodeImageAsync(cluster, Cancellation);
        Assert.Equal("[1,2]", nodeImage["spec"]!["sandbox"]!["a"]!.ToJsonString());
        Assert.Equal("Succeeded", (string?)nodeImage["status"]!["imageStatuses"]!["reg.example/app"]!["tags"]![0]!["phase"]);
        ImagePullJob job = await cluster.JobAsync("warm", Cancellation);
        Assert.Equal("x", job.Spec.Unknown!["later"].GetString());
    }

    private static async Task<JsonNode> NodeImageAsync(KruiseCluster cluster, CancellationToken cancellation) =>
        (await cluster.Admin.TryGetJsonAsync("apis/apps.kruise.io/v1alpha1/nodeimages/n-0", cancellation))!;
}
