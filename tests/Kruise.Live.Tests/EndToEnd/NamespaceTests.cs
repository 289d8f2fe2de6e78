using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

public sealed class NamespaceTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manager_of_one_namespace_leaves_the_jobs_of_others_and_their_claims_alone()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        string other = await cluster.Plane.CreateNamespaceAsync("other", Cancellation);
        await using HollowFleet fleet = await HollowFleet.StartAsync(cluster, ["n-0"], (_, _) => (TimeSpan.FromMilliseconds(50), null), new NoEvents(), Cancellation);
        ImagePullJob elsewhere = await cluster.Admin.CreateAsync(
            new ImagePullJob
            {
                Metadata = new V1ObjectMeta { Name = "theirs", NamespaceProperty = other },
                Spec = new ImagePullJobSpec { Image = "reg.example/theirs:1", CompletionPolicy = new CompletionPolicy { Type = CompletionPolicy.Always } },
            },
            Cancellation);
        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig, arguments: "--namespace=default");
        await Until.HoldsAsync(async token => (await cluster.NodeImagesAsync(token)).Count == 1, "the node has its NodeImage", _limit, Cancellation);
        NodeImage nodeImage = await cluster.Admin.GetAsync<NodeImage>(ObjectKey.Cluster("n-0"), Cancellation);
        var owner = new V1ObjectReference
        {
            ApiVersion = elsewhere.ApiVersion,
            Kind = elsewhere.Kind,
            NamespaceProperty = other,
            Name = "theirs",
            Uid = elsewhere.Metadata.Uid,
        };
        var tag = new ImageTagSpec { Tag = "1", CreatedAt = DateTime.UtcNow, OwnerReferences = [owner], PullPolicy = new ImageTagPullPolicy { TtlSecondsAfterFinished = 300 } };
        await cluster.Admin.UpdateAsync(
            nodeImage with { Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["reg.example/theirs"] = new() { Tags = [tag] } } } }, Cancellation);

        await cluster.CreateJobAsync("ours", "reg.example/ours:1", "1", Cancellation);
        ImagePullJob ours = await cluster.CompletedAsync("ours", _limit, Cancellation);
        Assert.Equal((1, 1), (ours.Status.Desired, ours.Status.Succeeded));

        nodeImage = await cluster.Admin.GetAsync<NodeImage>(ObjectKey.Cluster("n-0"), Cancellation);
        Assert.Equal(["reg.example/ours", "reg.example/theirs"], nodeImage.Spec.Images!.Keys.Order(StringComparer.Ordinal));
        Assert.Null((await cluster.Admin.GetAsync<ImagePullJob>(new ObjectKey(other, "theirs"), Cancellation)).Status.StartTime);
    }
}
