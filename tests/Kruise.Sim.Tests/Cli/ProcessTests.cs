using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Runs;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The command as users start it: a process with redirected output, ended by itself or by a signal.</summary>
public sealed class ProcessTests
{

    private const string Small =
        """
          seed: 3
          cluster: {nodePools: [{name: web, count: 40, runtime: {callLatency: {p50: 5ms, p99: 50ms}}, daemon: {absent: 10%}}]}
          registries: [{name: docker.io, egress: 1Gbps, latency: {p50: 2ms, p99: 90ms}, errorRate: 0.05, images: [{name: "app:1", layers: [9MB, 3MB]}]}]
          timeline:
          - {at: 0s, apply: {apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {name: warm}, spec: {image: "app:1", parallelism: 20%, completionPolicy: {}}}}
          - {at: 2s, fault: {registry: docker.io, kind: outage, for: 5s}}
          - {at: 4s, fault: {pool: web, kind: daemonDown, count: 10%, for: 9s}}
        """;

    private static readonly string Long = Small.Replace("count: 40", "count: 20000", StringComparison.Ordinal).Replace("20%, completion", "5, completion", StringComparison.Ordinal);

    [Fact]
    public async Task ProcessesOfTheirOwnWriteTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        string path = Scene.Write(folder, "small", Small);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        (int Code, string Output, string Errors)[] ends = await Task.WhenAll(new[] { "one", "two" }.Select(
            name => KruiseSimProcess.RunAsync(["run", path, "--no-plots", "--out", folder[name]], cancellation)));
        Assert.All(ends, end => Assert.True(end.Code == 0, end.Errors));
        string[] files = [.. Directory.GetFiles(folder["one"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["nodes.csv", "report.html", "report.md", "series.csv", "summary.json"], files);
        Assert.All(files.Where(file => !file.StartsWith("report.", StringComparison.Ordinal)), file => Assert.Equal(Read("one", file), Read("two", file)));

        string Read(string name, string file) =>
            Regex.Replace(File.ReadAllText(Path.Combine(folder[name], file)), @"""wallSeconds"": [\d.E+-]+", "", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task RedirectedOutputIsPlainEvenInTheLogsOfCiSystems()
    {
        using var folder = new TemporaryFolder();
        string path = Scene.Write(folder, "small", Small);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GITHUB_ACTIONS"] = "true", ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor" };
        (int code, string output, string errors) = await KruiseSimProcess.RunAsync(
            ["run", path, "--no-plots", "--out", folder["report"]], TestContext.Current.CancellationToken, environment);
        Assert.Equal(0, code);
        Assert.DoesNotContain('\e', output + errors);
        Assert.Contains("warm", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInterruptLeavesWhatWasFinishedAndNothingElse()
    {
        KruiseSimProcess.SkipWithoutSignals();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string[] paths = [Scene.Write(folder, "small", Small), Scene.Write(folder, "long", Long), Scene.Write(folder, "never", Small)];
        using Process process = KruiseSimProcess.Start(["run", .. paths, "--no-plots", "--out", folder["out"]]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync(cancellation);
            Assert.NotNull(line);
        }
        while (!line.StartsWith("long: ", StringComparison.Ordinal));

        Assert.Matches(@"^long: \d\d:\d\d:\d\d virtual, [\d,]+ of 20,000 nodes, [\d,]+ events/s$", line);
        KruiseSimProcess.Interrupt(process);
        string rest = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("stopping\n", rest, StringComparison.Ordinal);
        Assert.Contains("interrupted: long was not finished and left no report", rest, StringComparison.Ordinal);
        Assert.Contains("warm", await output, StringComparison.Ordinal);
        Assert.Equal(["small"], Directory.EnumerateFileSystemEntries(folder["out"]).Select(entry => Path.GetFileName(entry)));
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder["out"], "small", "summary.json")));
        Assert.Equal("small", summary.RootElement.GetProperty("scenario").GetString());
    }

    [Fact]
    public async Task ASecondInterruptEndsAtOnce()
    {
        KruiseSimProcess.SkipWithoutSignals();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        // A world this large takes seconds to build, and nothing looks at the first interrupt until it stands.
        string[] paths = [Scene.Write(folder, "small", Small), Scene.Write(folder, "large", Small.Replace("count: 40", "count: 300000", StringComparison.Ordinal))];
        using Process process = KruiseSimProcess.Start(["run", .. paths, "--no-plots", "--out", folder["out"]]);
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(cancellation);
            Assert.NotNull(line);
        }
        while (!line.StartsWith("report ", StringComparison.Ordinal));

        KruiseSimProcess.Interrupt(process);

        // On a busy machine the small run lasts long enough to tell of its progress.
        do
        {
            line = await process.StandardError.ReadLineAsync(cancellation);
        }
        while (line?.StartsWith("small: ", StringComparison.Ordinal) == true);

        Assert.Equal("stopping", line);
        KruiseSimProcess.Interrupt(process);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal(["small"], Directory.EnumerateFileSystemEntries(folder["out"]).Select(entry => Path.GetFileName(entry)));
    }
}
