using System.Diagnostics;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Sweeps;

/// <summary>Ctrl-C keeps what is done, and the same command goes on with it.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1,2,4", "sweep")]
    [InlineData("1..8", "tune", "--minimize", "jobs.warm.seconds")]
    public async Task What_is_done_is_kept_and_not_made_again(string values, string verb, params string[] more)
    {
        KruiseSimProcess.SkipWithoutSignals();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string path = Write(_folder), kept = _folder["out.trials.jsonl"];
        string[] command = [verb, path, "--vary", Parallelism + "=" + values, "--set", "cluster.nodePools[0].count=1500", "--seeds", "8", "--no-plots", .. more];
        using Process process = KruiseSimProcess.Start([.. command, "--workers", "1", "--out", _folder["out"]]);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        await KruiseSimProcess.WaitForLinesAsync(process, kept, 3, cancellation);
        KruiseSimProcess.Interrupt(process);
        await process.WaitForExitAsync(cancellation);
        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        int done = KruiseSimProcess.CountLines(kept) - 1;
        Assert.Matches($@"interrupted: {done}( of 24)? runs are kept in {kept}; the same command with --resume goes on", await errors);
        Assert.False(Directory.Exists(_folder["out"]));

        (int code, _, string refused) = Run([.. command, "--out", _folder["out"]]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains($"keeps {done} runs of this ", refused, StringComparison.Ordinal);

        // A hash that no run has stays where a run is not made again.
        string hash = File.ReadAllLines(kept)[1].Split("\"hash\":\"")[1][..16];
        Assert.Equal(ExitCode.Fine, Run([.. command, "--out", _folder["whole"]]).Code);
        File.WriteAllText(_folder["marked.trials.jsonl"], File.ReadAllText(kept).Replace(hash, "00000000deadbeef", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Fine, Run([.. command, "--resume", "--out", _folder["out"]]).Code);
        Assert.Equal(Contents(_folder["whole"]), Contents(_folder["out"]));
        Assert.False(File.Exists(kept));
        Assert.Equal(ExitCode.Fine, Run([.. command, "--resume", "--out", _folder["marked"]]).Code);
        Assert.Contains("00000000deadbeef", string.Concat(Directory.GetFiles(_folder["marked"], "*.csv").Select(File.ReadAllText)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_uses_no_runs_of_another_one()
    {
        string path = Write(_folder), kept = _folder["out.trials.jsonl"];
        string[] command = ["tune", path, "--vary", Parallelism + "=1,2,4", "--minimize", "jobs.warm.seconds", "--seeds", "2", "--no-plots", "--resume", "--out", _folder["out"]];
        const string Header = """{"kind":"kruise-sim tune runs, format 1","version":"0","scenario":"warm","inputs":"0","paths":["timeline[0].apply.spec.parallelism"],"metrics":["jobs.warm.seconds"]}""";
        string line = """{"values":["1"],"run":{"number":0,"seed":3,"hash":"0","values":[1],"violations":0,"violation":null}}""";
        File.WriteAllText(kept, Header + "\n" + line + "\n");
        (int code, _, string errors) = Run(command);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Matches("^--resume: '.*' keeps runs of another search: version 0, not .*; metrics .*; the scenario's files or the options that change them are others\n$", errors);
        Assert.Equal(Header + "\n" + line + "\n", File.ReadAllText(kept));

        File.WriteAllText(kept, Header + "\n" + line.Replace("[\"1\"]", "[]", StringComparison.Ordinal) + "\n");
        Assert.Equal((ExitCode.BadInput, "", $"'{kept}' holds a run that its search does not have\n"), Run(command));
        File.WriteAllText(kept, "{}\n");
        Assert.Equal((ExitCode.BadInput, "", $"'{kept}' holds no runs of a search\n"), Run(command));
        File.WriteAllText(kept, Header + "\n{\n");
        (code, _, errors) = Run(command);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith($"'{kept}' is damaged: ", errors, StringComparison.Ordinal);
    }
}
