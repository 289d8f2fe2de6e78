using System.Globalization;
using Kruise.Core.Api;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>A job over 1,000 hollow nodes. What is asserted is work, not time; the figures go to docs/performance.md.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Nodes = 1000;
    private static readonly string[] _writing = ["POST", "PUT", "PATCH", "DELETE"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_nodes_cost_the_manager_at_most_three_writes_each()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        string? native = Environment.GetEnvironmentVariable("KRUISE_NATIVE");
        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig, executable: File.Exists(native) ? native : null);
        await manager.LeadsAsync(TimeSpan.FromMinutes(1), Cancellation);
        await using HollowFleet fleet = await HollowFleet.StartAsync(
            cluster, Enumerable.Range(0, Nodes).Select(i => $"hollow-{i:D4}"), (_, _) => (TimeSpan.FromMilliseconds(400), null), new NoEvents(), Cancellation);
        await Until.HoldsAsync(
            async token => (await cluster.NodeImagesAsync(token)).Count == Nodes, "every node has its NodeImage", TimeSpan.FromMinutes(3), Cancellation);

        double writesBefore = await WritesAsync(manager);
        TimeSpan cpuBefore = manager.CpuTime;
        long begin = TimeProvider.System.GetTimestamp();
        await cluster.CreateJobAsync("warm", "reg.example/app:1", "50", Cancellation);
        ImagePullJob job = await cluster.CompletedAsync("warm", TimeSpan.FromMinutes(5), Cancellation);
        double seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        double writes = (await WritesAsync(manager) - writesBefore) / Nodes;

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Nodes} nodes, parallelism 50, 0.4 s a pull: {seconds:F1} s, manager {(manager.CpuTime - cpuBefore).TotalSeconds:F1} CPU seconds, {manager.PeakResidentBytes / 1e6:F0} MB at most, {writes:F2} writes a node{(File.Exists(native) ? ", native binary" : "")}"));
        Assert.Equal((Nodes, Nodes, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed));
        Assert.All(fleet.Nodes, node => Assert.Equal(1, node.Runtime.Fetches["reg.example/app:1"]));
        Assert.InRange(writes, 1, 3);
    }

    // All requests that write: of the controllers, their events and the lease.
    private static async Task<double> WritesAsync(ManagerProcess manager)
    {
        using var http = new HttpClient();
        string metrics = await http.GetStringAsync(manager.Metrics, Cancellation);
        return metrics.Split('\n')
            .Where(line => line.StartsWith("rest_client_requests_total{", StringComparison.Ordinal) && Array.Exists(_writing, method => line.Contains($"method=\"{method}\"", StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
