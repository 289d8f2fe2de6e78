using System.Collections.Concurrent;
using System.Globalization;
using Kruise.Core.Api;
using Kruise.Live.Cli;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Recording;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>What is planned is what the manager does, and what is recorded is what happened: a manager of its own process over hollow nodes.</summary>
public sealed class PlanAndRecordTests
{
    private const int Nodes = 40;
    private const int Parallelism = 8;
    private static readonly TimeSpan s_pull = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_planned_run_and_recorded()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using var events = new EventRecorder(
            new ApiEventWriter(cluster.Admin), new EventSourceName("imagepuller", null), TimeProvider.System, NullLogger.Instance);
        var failedOnce = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await using HollowFleet fleet = await HollowFleet.StartAsync(
            cluster,
            Enumerable.Range(0, Nodes).Select(i => $"hollow-{i:D3}"),
            (name, _) => name.EndsWith('7') && failedOnce.TryAdd(name, true) ? (TimeSpan.FromMilliseconds(50), "503 Service Unavailable") : (s_pull, null),
            events,
            Cancellation);
        string kubeconfig = cluster.Plane.AdminKubeconfig;
        Assert.EndsWith($"\n{Nodes} writes by 1 controller on {Nodes} objects\n", await PlanAsync(kubeconfig), StringComparison.Ordinal);

        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig);
        await Until.HoldsAsync(
            async _ => await PlanAsync(kubeconfig) == "nothing to write\n", "what was planned has been written", s_limit, Cancellation);

        string folder = Directory.CreateTempSubdirectory("kruise-record-").FullName;
        string file = Path.Combine(folder, "live.csv");
        var output = new SharedText();
        var errors = new SharedText();
        Task<int> record = CommandLine.RunAsync(["record", "warm", "--out", file, "--kubeconfig", kubeconfig], output, errors);
        await errors.UntilAsync("waiting for", Cancellation);
        await cluster.CreateJobAsync("warm", "reg.example/app:1", Parallelism.ToString(CultureInfo.InvariantCulture), Cancellation);
        ImagePullJob job = await cluster.CompletedAsync("warm", s_limit, Cancellation);
        Assert.Equal(ExitCode.Fine, await record.WaitAsync(s_limit, Cancellation));
        string[][] rows = [.. (await File.ReadAllLinesAsync(file, Cancellation)).Skip(1).Select(line => line.Split(','))];
        Directory.Delete(folder, recursive: true);
        TestContext.Current.TestOutputHelper?.WriteLine(output.ToString());

        Assert.Equal((Nodes, Nodes, 0), (rows.Length, job.Status.Succeeded, job.Status.Failed));
        Assert.All(rows, row => Assert.Equal(("succeeded", row[4].EndsWith('7') ? "2" : "1"), (row[15], row[13])));
        Assert.All(rows, row => Assert.InRange(Number(row, 6), 0, Number(row, 11) - (s_pull.TotalSeconds / 2)));
        Assert.All(rows.Where(row => row[7].Length > 0), row => Assert.InRange(Number(row, 7), Number(row, 6), Number(row, 11)));
        Assert.All(rows, row => Assert.Equal(Number(row, 6), Number(row, 17) + Number(row, 18), 9));

        // As many nodes as there are slots did not wait, and at no moment were more at work than that.
        Assert.Equal(Parallelism, rows.Count(row => Number(row, 17) == 0));
        Assert.All(rows, row => Assert.InRange(rows.Count(other => Number(other, 6) <= Number(row, 6) && Number(other, 11) > Number(row, 6)), 1, Parallelism));
    }

    private static async Task<string> PlanAsync(string kubeconfig)
    {
        var output = new StringWriter();
        Assert.Equal(ExitCode.Fine, await CommandLine.RunAsync(["plan", "--kubeconfig", kubeconfig], output, TextWriter.Null));
        return output.ToString();
    }

    private static double Number(string[] row, int column) => double.Parse(row[column], CultureInfo.InvariantCulture);
}
