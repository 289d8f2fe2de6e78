using System.Globalization;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Recording;
using Kruise.Sim;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>
/// One job in both worlds: the twin's first scenario with fewer nodes and a larger image, and the same job on a real API server over hollow nodes whose pulls
/// take as long as they took in the twin.
/// </summary>
public sealed class SideBySideTests(ITestOutputHelper output)
{
    private const int Nodes = 40;

    /// <summary>Where nodes.csv, the twin's and the recorder's, has warmupSeconds.</summary>
    private const int WarmupColumn = 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_twin_and_a_real_api_server_decide_the_same_in_the_same_time()
    {
        LabEnvironment.RequireControlPlane();
        string scenario = Path.Combine(RepositoryFolder(), "scenarios", "warm-up-1000.yaml");
        LoadResult loaded = ScenarioLoader.Load(
            scenario, [$"spec.cluster.nodePools[web].count={Nodes}", "spec.registries[0].images[0].layers[0]=270MB"], seed: null);
        Assert.True(loaded.Succeeded, string.Join('\n', loaded.Problems));
        var simulation = new Simulation(loaded.Variants[0]);
        var twinDecisions = new NodeDecisions();
        simulation.Server.Watch(typeof(NodeImage), null, simulation.Server.Revision, static () => SimTime.FromMilliseconds(0), twinDecisions, out _);
        while (simulation.Advance(100_000))
        {
        }

        RunResult twin = simulation.Finish(wallSeconds: 0);
        var pullTimes = twin.Nodes.ToDictionary(row => row.Node, row => TimeSpan.FromSeconds((row.Unpacked!.Value - row.Started!.Value).Seconds));
        var twinJob = simulation.Server.Peek<ImagePullJob>(new ObjectKey("default", "warm-nginx"))!;

        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await manager.LeadsAsync(TimeSpan.FromMinutes(1), Cancellation);
        var liveDecisions = new NodeDecisions();
        using var stop = new CancellationTokenSource();
        Task watch = new Reflector<NodeImage>(cluster.Admin, ListScope.Everything, liveDecisions, ReflectorOptions.Default, NullLogger.Instance).RunAsync(stop.Token);
        await using HollowFleet fleet = await HollowFleet.StartAsync(
            cluster, pullTimes.Keys, (node, _) => (pullTimes[node], null), new NoEvents(), Cancellation,
            new Dictionary<string, string> { ["node-type"] = "web" });
        await Until.HoldsAsync(
            async token => (await cluster.NodeImagesAsync(token)).Count == Nodes, "every node has its NodeImage", TimeSpan.FromMinutes(1), Cancellation);

        string folder = Directory.CreateTempSubdirectory("kruise-side-by-side-").FullName;
        string file = Path.Combine(folder, "live.csv");
        var errors = new SharedText();
        Task<int> record = CommandLine.RunAsync(["record", "warm-nginx", "--out", file, "--kubeconfig", cluster.Plane.AdminKubeconfig], TextWriter.Null, errors);
        await errors.UntilAsync("waiting for", Cancellation);
        long begin = TimeProvider.System.GetTimestamp();
        await cluster.Admin.CreateAsync(twinJob with { Metadata = new() { Name = "warm-nginx", NamespaceProperty = "default" }, Status = new() }, Cancellation);
        ImagePullJob liveJob = await cluster.CompletedAsync("warm-nginx", TimeSpan.FromMinutes(3), Cancellation);
        double liveSeconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        IReadOnlyList<NodeImage> liveNodeImages = await cluster.NodeImagesAsync(Cancellation);
        await stop.CancelAsync();
        await watch;
        Assert.Equal(ExitCode.Fine, await record.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        double[] liveWarmups = Sorted((await File.ReadAllLinesAsync(file, Cancellation)).Skip(1).Select(line => double.Parse(line.Split(',')[WarmupColumn], CultureInfo.InvariantCulture)));
        double[] twinWarmups = Sorted(twin.Nodes.Select(row => row.WarmupSeconds!.Value));
        Directory.Delete(folder, recursive: true);

        double twinSeconds = (twin.Jobs[0].Completion!.Value - twin.Jobs[0].Start).Seconds;
        output.WriteLine($"twin {twinSeconds:F2} s, live {liveSeconds:F2} s, ratio {liveSeconds / twinSeconds:F3}; a pull took {pullTimes.Values.Min().TotalSeconds:F2} to {pullTimes.Values.Max().TotalSeconds:F2} s");
        foreach ((string name, int rank) in new[] { ("p50", Nodes / 2), ("p90", Nodes * 9 / 10), ("max", Nodes) })
        {
            output.WriteLine($"warm-up {name}: twin {twinWarmups[rank - 1]:F2} s, live {liveWarmups[rank - 1]:F2} s");
            Assert.InRange(liveWarmups[rank - 1] / twinWarmups[rank - 1], 0.9, 1.1);
        }

        Assert.Equal(Comparable(twinJob.Status), Comparable(liveJob.Status));
        foreach (NodeImage live in liveNodeImages)
        {
            NodeImage simulated = simulation.Server.Peek<NodeImage>(ObjectKey.Cluster(live.Metadata.Name))!;
            Assert.Equal(Comparable(simulated), Comparable(live));
            Assert.Equal(twinDecisions.Of(live.Metadata.Name), liveDecisions.Of(live.Metadata.Name));
        }

        Assert.InRange(liveSeconds / twinSeconds, 0.9, 1.1);
    }

    private static double[] Sorted(IEnumerable<double> seconds) => [.. seconds.Order()];

    private static string Comparable(ImagePullJobStatus status) =>
        $"desired {status.Desired} active {status.Active} succeeded {status.Succeeded} failed {status.Failed} [{string.Join(',', status.FailedNodes ?? [])}] {status.Message}";

    // All but times, ids and what is drawn at random.
    private static string Comparable(NodeImage nodeImage)
    {
        var lines = new List<string> { $"{nodeImage.Metadata.Name} {nodeImage.Metadata.Labels["node-type"]}" };
        foreach ((string image, ImageSpec spec) in nodeImage.Spec.Images!)
        {
            lines.AddRange(spec.Tags.Select(tag =>
                $"{image}:{tag.Tag} v{tag.Version} timeout {tag.PullPolicy!.TimeoutSeconds} back-off {tag.PullPolicy.BackoffLimit} deadline {tag.PullPolicy.ActiveDeadlineSeconds} for {string.Join(',', tag.OwnerReferences!.Select(o => o.Name))}"));
        }

        NodeImageStatus status = nodeImage.Status;
        lines.Add($"desired {status.Desired} succeeded {status.Succeeded} failed {status.Failed} pulling {status.Pulling}");
        foreach ((string image, ImageStatus reported) in status.ImageStatuses!)
        {
            lines.AddRange(reported.Tags.Select(tag => $"{image}:{tag.Tag} v{tag.Version} {tag.Phase} {tag.Progress} % {tag.Message}"));
        }

        return string.Join('\n', lines);
    }

    private static string RepositoryFolder()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kruise.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}
