using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Recording;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Planning;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Recording;

/// <summary><c>kruise record</c> against a real API server; the test is manager and daemon.</summary>
[Collection(QuietCluster.Name)]
public sealed class RecordOnClusterTests(QuietCluster cluster) : IDisposable
{
    private const string Image = "reg.example/app";
    private readonly string _folder = Directory.CreateTempSubdirectory("kruise-record-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Out => Path.Combine(_folder, "live.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_is_recorded_from_before_it_is_applied_to_its_end()
    {
        string home = await StartAsync("a", "b", "c");
        await AddNodeAsync("a", sizeBytes: 4711);
        var errors = new SharedText();
        var output = new SharedText();
        string reader = await cluster.UserAsync("recorder", [
            new() { ApiGroups = [KruiseGroup.Name], Resources = ["imagepulljobs", "nodeimages"], Verbs = ["list", "watch"] },
            new() { ApiGroups = [""], Resources = ["nodes", "events"], Verbs = ["list"] },
        ], Cancellation);
        Task<int> record = CommandLine.RunAsync(["record", "warm", "-n", home, "--out", Out, "--kubeconfig", reader], output, errors);
        await errors.UntilAsync("waiting for ImagePullJob", Cancellation);
        Assert.False(File.Exists(Out));

        var clock = Stopwatch.StartNew();
        ImagePullJob job = await CreateJobAsync(home);
        TimeSpan asked = clock.Elapsed;
        await ClaimAsync("a", job);
        await ClaimAsync("b", job);
        await ReportAsync("a", ImagePullPhase.Pulling);
        TimeSpan started = clock.Elapsed;
        await ReportAsync("a", ImagePullPhase.Succeeded);
        await ReportAsync("b", ImagePullPhase.Failed, "503 Service Unavailable");
        TimeSpan reported = clock.Elapsed;
        await ClaimAsync("c", job);
        await ReportAsync("c", ImagePullPhase.Succeeded);
        await SayAsync("a", $"Image {Image}:1 was pulled in 1.0 s (attempts: 2)", PullEvents.Succeeded);
        await SayAsync("b", $"Image {Image}:1 could not be pulled on node b (attempts: 4): 503 Service Unavailable", PullEvents.Failed);
        await SayAsync("c", $"Image {Image}:1 was on the node already", PullEvents.Succeeded);
        await CompleteAsync(job, succeeded: 2, failed: 1);

        Assert.Equal(ExitCode.Fine, await record.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        Assert.StartsWith($"{home}/warm: 2 of 3 nodes warm, 1 failed, 0 unfinished; completed after ", output.ToString(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
        string[][] rows = await ReadAsync();
        Assert.Equal(["a", "b", "c"], rows.Select(row => row[4]));
        Assert.Equal(["succeeded", "failed", "succeeded"], rows.Select(row => row[15]));
        Assert.Equal(["2", "4", "1"], rows.Select(row => row[13]));
        Assert.Equal(["4711", "", "0"], rows.Select(row => row[14]));
        Assert.Equal(["", "503 Service Unavailable", ""], rows.Select(row => row[16]));
        Assert.All(rows, row => Assert.Equal((home, "warm", $"{Image}:1", "0.000000000"), (row[0], row[1], row[2], row[5])));

        // What is written is when the watch delivered: not before it was done, and not much later.
        double longest = clock.Elapsed.TotalSeconds;
        Assert.All(rows, row => Assert.InRange(Number(row[6]), 0, longest));
        Assert.InRange(Number(rows[0][7]), Number(rows[0][6]), longest);
        Assert.Equal(["", ""], rows[1..].Select(row => row[7]));
        Assert.InRange(Number(rows[0][11]), (started - asked).TotalSeconds, longest);
        Assert.InRange(Number(rows[2][6]), (reported - asked).TotalSeconds, longest);

        // Two slots: the third node waited for the first report.
        Assert.Equal(["0.000000000", "0.000000000"], rows[..2].Select(row => row[17]));
        Assert.Equal(Number(rows[0][11]), Number(rows[2][17]));
        Assert.All(rows, row => Assert.Equal(Decimal(row[6]) - Decimal(row[5]), Decimal(row[17]) + Decimal(row[18])));
        Assert.All(rows, row => Assert.Equal(Decimal(row[12]), Decimal(row[11]) - Decimal(row[5])));
    }

    [Fact]
    public async Task A_job_that_does_not_end_is_written_when_the_time_is_over_and_when_it_is_deleted()
    {
        string home = await StartAsync("a", "b");
        ImagePullJob job = await CreateJobAsync(home);
        await ClaimAsync("a", job);
        await ReportAsync("a", ImagePullPhase.Succeeded);

        (int code, string output, string errors) = await KruiseCommand.RunAsync(
            "record", "warm", "-n", home, "--out", Out, "--kubeconfig", cluster.Kubeconfig, "--timeout", "2s", "--format", "json");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("was there before", errors, StringComparison.Ordinal);
        JsonNode summary = JsonNode.Parse(output)!;
        Assert.Equal(("timedOut", 1, 1), ((string)summary["end"]!, (int)summary["succeeded"]!, (int)summary["unfinished"]!));
        Assert.False((bool)summary["sawBeginning"]!);
        string[][] rows = await ReadAsync();
        Assert.Equal(["succeeded", "unfinished"], rows.Select(row => row[15]));
        Assert.EndsWith(".000000000", rows[0][11], StringComparison.Ordinal);

        var said = new SharedText();
        Task<int> record = CommandLine.RunAsync(["record", "warm", "-n", home, "--out", Out, "--kubeconfig", cluster.Kubeconfig], said, said);
        await said.UntilAsync("was there before", Cancellation);
        await cluster.Client.DeleteAsync(ResourceKind.Of<ImagePullJob>(), ObjectKey.Of(job), null, Cancellation);
        Assert.Equal(ExitCode.Failed, await record.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        Assert.Contains("1 of 2 nodes warm, 0 failed, 1 unfinished; deleted before it completed", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_that_is_stopped_has_what_there_was()
    {
        string home = await StartAsync("a");
        using ClusterConnection connection = ClusterConnection.Open(cluster.Kubeconfig, readOnly: true);
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);
        var errors = new SharedText();
        using var stop = new CancellationTokenSource();
        var recorder = new JobRecorder(client, new ObjectKey(home, "warm"), errors, NullLogger.Instance);
        Task<JobRecording> run = recorder.RunAsync(TimeSpan.FromHours(1), stop.Token);
        await errors.UntilAsync("waiting for", Cancellation);
        ImagePullJob job = await CreateJobAsync(home);
        await ClaimAsync("a", job);
        await errors.UntilAsync("0 of 1 warm", Cancellation);

        await stop.CancelAsync();
        JobRecording recording = await run.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal((RecordingEnd.Interrupted, true, null), (recording.End, recording.SawBeginning, recording.Completed));
        Assert.Equal(RecordedOutcome.Unfinished, recording.Rows.Single().Outcome);
        Assert.NotNull(recording.Rows.Single().Dispatched);
    }

    [Fact]
    public async Task Ctrl_C_writes_the_file_and_says_130()
    {
        string home = await StartAsync("a");
        var start = new ProcessStartInfo(Cli.KruiseCommand.Executable, ["record", "warm", "-n", home, "--out", Out, "--kubeconfig", cluster.Kubeconfig])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            Assert.Contains("waiting for", await process.StandardError.ReadLineAsync(Cancellation), StringComparison.Ordinal);
            ImagePullJob job = await CreateJobAsync(home);
            await ClaimAsync("a", job);
            Assert.Equal("kruise: 0 of 1 warm", await process.StandardError.ReadLineAsync(Cancellation));

            await Tool.RunAsync("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)], Cancellation);
            await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

            Assert.Equal((ExitCode.Interrupted, ""), (process.ExitCode, await process.StandardError.ReadToEndAsync(Cancellation)));
            Assert.Equal("unfinished", (await ReadAsync()).Single()[15]);
            Assert.Contains("not completed when the recording was stopped", await process.StandardOutput.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_is_refused_at_the_start()
    {
        foreach (string path in new[] { _folder, Path.Combine(_folder, "missing", "live.csv") })
        {
            (int code, _, string errors) = await KruiseCommand.RunAsync("record", "warm", "--out", path, "--kubeconfig", "/nowhere");
            Assert.Equal(ExitCode.BadInput, code);
            Assert.StartsWith($"kruise: --out {path}: ", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_job_that_never_comes_leaves_a_former_file_as_it_was()
    {
        string home = await StartAsync();
        await File.WriteAllTextAsync(Out, "former", Cancellation);

        (int code, _, string errors) = await KruiseCommand.RunAsync(
            "record", "warm", "-n", home, "--out", Out, "--kubeconfig", cluster.Kubeconfig, "--timeout", "1s");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("was never applied", errors, StringComparison.Ordinal);
        Assert.Equal("former", await File.ReadAllTextAsync(Out, Cancellation));
        Assert.Single(Directory.GetFiles(_folder));
    }

    // Whole seconds, as controllers and daemons write them.
    private static DateTime Now() => DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).UtcDateTime;

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static decimal Decimal(string cell) => decimal.Parse(cell, CultureInfo.InvariantCulture);

    private async Task<string> StartAsync(params string[] nodes)
    {
        await cluster.BeginAsync(Cancellation);
        foreach (string node in nodes)
        {
            await cluster.Client.CreateAsync(Objects.NodeImage(node), Cancellation);
        }

        return await cluster.Plane.CreateNamespaceAsync("record", Cancellation);
    }

    private async Task AddNodeAsync(string name, long sizeBytes)
    {
        V1Node made = await cluster.Client.CreateAsync(Objects.Node(name), Cancellation);
        V1ContainerImage[] images =
        [
            new() { Names = ["reg.example/other:1"], SizeBytes = 1 },
            new() { Names = [$"{Image}@sha256:{new string('a', 64)}", $"{Image}:1"], SizeBytes = sizeBytes },
        ];
        await cluster.Client.UpdateStatusAsync(made with { Status = new V1NodeStatus { Images = images } }, Cancellation);
    }

    private Task<ImagePullJob> CreateJobAsync(string home) =>
        cluster.Client.CreateAsync(Objects.Job(home, "warm", parallelism: 2, image: $"{Image}:1"), Cancellation);

    private async Task ClaimAsync(string node, ImagePullJob job) =>
        await cluster.Client.UpdateAsync((await NodeImageAsync(node)).Claimed(job, Now()), Cancellation);

    private async Task ReportAsync(string node, string phase, string? message = null)
    {
        DateTime now = Now();
        await cluster.Client.UpdateStatusAsync(
            (await NodeImageAsync(node)).Reporting(phase, now, phase == ImagePullPhase.Pulling ? null : now, message), Cancellation);
    }

    private Task<NodeImage> NodeImageAsync(string node) => cluster.Client.GetAsync<NodeImage>(ObjectKey.Cluster(node), Cancellation);

    private async Task CompleteAsync(ImagePullJob job, int succeeded, int failed)
    {
        ImagePullJob newest = await cluster.Client.GetAsync<ImagePullJob>(ObjectKey.Of(job), Cancellation);
        var status = new ImagePullJobStatus { StartTime = DateTime.UtcNow, CompletionTime = DateTime.UtcNow, Succeeded = succeeded, Failed = failed };
        await cluster.Client.UpdateStatusAsync(newest with { Status = status }, Cancellation);
    }

    private async Task SayAsync(string node, string message, string reason)
    {
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var said = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = $"{node}.{Guid.NewGuid():n}", ["namespace"] = "default" },
            ["involvedObject"] = new JsonObject { ["apiVersion"] = KruiseGroup.V1Alpha1, ["kind"] = NodeImage.KindName, ["name"] = node },
            ["reason"] = reason,
            ["message"] = message,
            ["type"] = "Normal",
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
        await cluster.Client.SendJsonAsync(HttpMethod.Post, "api/v1/namespaces/default/events", said, Cancellation);
    }

    private async Task<string[][]> ReadAsync()
    {
        string[] lines = await File.ReadAllLinesAsync(Out, Cancellation);
        Assert.Equal(string.Join(',', TimelineCsv.Columns), lines[0]);
        return [.. lines[1..].Select(line => line.Split(','))];
    }
}
