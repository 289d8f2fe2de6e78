using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>The manager as a process of its own, under its own service account, over hollow nodes on a real API server.</summary>
public sealed class HollowJobTests
{
    private const string Image = "reg.example/app:1";
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_over_200_nodes_runs_to_its_end_and_a_clean_stop_hands_the_lease_back()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await manager.ReadyAsync(Cancellation);
        await using HollowFleet fleet = await FleetAsync(cluster, 200, (name, request) =>
            name == "hollow-013" ? (TimeSpan.FromMilliseconds(20), "manifest unknown") : (TimeSpan.FromMilliseconds(300), null));

        await NodeImagesAsync(cluster, 200);
        await cluster.CreateJobAsync("warm", Image, "25", Cancellation, spec => spec with { PullPolicy = new PullPolicy { BackoffLimit = 1 } });
        ImagePullJob job = await cluster.CompletedAsync("warm", _limit, Cancellation);

        Assert.Equal((200, 199, 1, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed, job.Status.Active));
        Assert.Equal(["hollow-013"], job.Status.FailedNodes!);
        Assert.Equal("job has completed", job.Status.Message);
        NodeImage failed = await cluster.Admin.GetAsync<NodeImage>(ObjectKey.Cluster("hollow-013"), Cancellation);
        Assert.Equal("manifest unknown", Assert.Single(failed.Status.ImageStatuses!["reg.example/app"].Tags).Message);
        AssertEachFetchedOnce(fleet, except: "hollow-013");

        Assert.Equal(0, await manager.StopAsync());
        await using ManagerProcess next = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await next.LeadsAsync(TimeSpan.FromSeconds(10), Cancellation); // below the 15 s that a lease lasts
    }

    [Fact]
    public async Task An_api_server_that_dies_in_the_middle_of_a_job_delays_it_and_no_more()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using var manager = new SupervisedManager(cluster.ManagerKubeconfig);
        await using HollowFleet fleet = await FleetAsync(cluster, 60, (_, _) => (TimeSpan.FromMilliseconds(500), null));
        await NodeImagesAsync(cluster, 60);
        await cluster.CreateJobAsync("warm", Image, "10", Cancellation);
        await cluster.DoneAtLeastAsync("warm", 15, _limit, Cancellation);

        await cluster.Plane.KillApiServerAsync();
        int before = fleet.Fetches;
        await Until.HoldsAsync(_ => Task.FromResult(fleet.Fetches > before), "daemons go on without the API server", TimeSpan.FromSeconds(10), Cancellation);
        await cluster.Plane.StartApiServerAsync(Cancellation);

        ImagePullJob job = await cluster.CompletedAsync("warm", _limit, Cancellation);
        Assert.Equal((60, 60, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed));
        AssertEachFetchedOnce(fleet);
    }

    [Fact]
    public async Task A_manager_killed_ten_times_loses_nothing_and_asks_for_nothing_twice()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using HollowFleet fleet = await FleetAsync(cluster, 110, (_, _) => (TimeSpan.FromMilliseconds(200), null));
        var random = RandomStream.Named(20210304, "kills");
        bool created = false;
        for (int kill = 0; kill < 10; kill++)
        {
            // Without a lease, so that the next one begins at once.
            await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig, arguments: "--enable-leader-election=false");
            await manager.ReadyAsync(Cancellation);
            if (!created)
            {
                await NodeImagesAsync(cluster, 110);
                await cluster.CreateJobAsync("warm", Image, "5", Cancellation);
                created = true;
            }

            int done = (await cluster.JobAsync("warm", Cancellation)).Status.Succeeded;
            await cluster.DoneAtLeastAsync("warm", done + 2 + (int)random.Next(7), _limit, Cancellation);
            await manager.KillAsync();
        }

        await using ManagerProcess last = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig, arguments: "--enable-leader-election=false");
        ImagePullJob job = await cluster.CompletedAsync("warm", _limit, Cancellation);

        Assert.Equal((110, 110, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed));
        AssertEachFetchedOnce(fleet);
        foreach (HollowNode node in fleet.Nodes)
        {
            NodeImage nodeImage = await cluster.Admin.GetAsync<NodeImage>(ObjectKey.Cluster(node.Name), Cancellation);
            Assert.Equal(0, Assert.Single(nodeImage.Spec.Images!["reg.example/app"].Tags).Version); // a second asking would have raised it
        }
    }

    [Fact]
    public async Task When_the_leader_dies_the_other_manager_goes_on_within_the_lease_time()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using ManagerProcess first = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await first.LeadsAsync(_limit, Cancellation);
        await using ManagerProcess second = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await second.ReadyAsync(Cancellation);
        await using HollowFleet fleet = await FleetAsync(cluster, 60, (_, _) => (TimeSpan.FromMilliseconds(300), null));
        await NodeImagesAsync(cluster, 60);
        await cluster.CreateJobAsync("warm", Image, "5", Cancellation);
        await cluster.DoneAtLeastAsync("warm", 10, _limit, Cancellation);
        Assert.DoesNotContain("this process leads", second.Log, StringComparison.Ordinal);

        await first.KillAsync();

        // 15 s of lease, and the longest pause between two tries: 2 s and 1.2 times that.
        await second.LeadsAsync(TimeSpan.FromSeconds(15 + 2 + 2.4 + 1), Cancellation);
        ImagePullJob job = await cluster.CompletedAsync("warm", _limit, Cancellation);
        Assert.Equal((60, 60, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed));
        AssertEachFetchedOnce(fleet);
    }

    private static Task<HollowFleet> FleetAsync(
        KruiseCluster cluster, int nodes, Func<string, Kruise.Live.Daemon.Pulling.PullRequest, (TimeSpan Takes, string? Error)> script) =>
        HollowFleet.StartAsync(cluster, Enumerable.Range(0, nodes).Select(i => $"hollow-{i:D3}"), script, new NoEvents(), Cancellation);

    private static Task NodeImagesAsync(KruiseCluster cluster, int nodes) => Until.HoldsAsync(
        async token => (await cluster.NodeImagesAsync(token)).Count == nodes, "every node has its NodeImage", _limit, Cancellation);

    private static void AssertEachFetchedOnce(HollowFleet fleet, string? except = null) =>
        Assert.All(fleet.Nodes.Where(node => node.Name != except), node => Assert.Equal(1, node.Runtime.Fetches.GetValueOrDefault(Image)));
}
