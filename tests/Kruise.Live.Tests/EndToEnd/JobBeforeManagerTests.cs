using Kruise.Core.Api;
using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

public sealed class JobBeforeManagerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_applied_together_with_the_installation_reaches_every_node_although_none_has_a_NodeImage_yet()
    {
        string[] nodes = [.. Enumerable.Range(0, 20).Select(i => $"n-{i:D2}")];
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using HollowFleet fleet = await HollowFleet.StartAsync(cluster, nodes, (_, _) => (TimeSpan.FromMilliseconds(50), null), new NoEvents(), Cancellation);
        await cluster.CreateJobAsync("early", "reg.example/app:1", "100%", Cancellation);
        Assert.Empty(await cluster.NodeImagesAsync(Cancellation));

        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);

        ImagePullJob early = await cluster.CompletedAsync("early", TimeSpan.FromMinutes(1), Cancellation);
        Assert.Equal((nodes.Length, nodes.Length), (early.Status.Desired, early.Status.Succeeded));
    }
}
