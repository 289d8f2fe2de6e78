using System.Text.Json;
using Kruise.Sim.Cli;
using Kruise.Sim.Reports.Tuning;
using Kruise.Sim.Tests.Reports;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Tuning;

public sealed class TuneCommandTests : IDisposable
{
    // A registry that never limits: each node that pulls fills its own gigabit, so that the bound on the peak is one on parallelism.
    private static readonly string Wide = Spec.Replace("egress: 2Gbps", "egress: 100Gbps", StringComparison.Ordinal);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_finds_what_every_combination_finds_with_far_fewer_runs()
    {
        string path = Write(_folder, Wide);
        string values = string.Join(',', Enumerable.Range(1, 40));
        const string Bounded = "\n  expect:\n  - {metric: registries.docker.io.peakBytesPerSecond, max: 875e6}\n";
        string grid = Write(_folder, Wide + Bounded);
        Assert.Equal(ExitCode.Fine, Run("sweep", grid, "--vary", Parallelism + "=" + values, "--seeds", "6", "--minimize", "jobs.warm.seconds", "--within", "0", "--no-plots", "--out", _folder["grid"]).Code);
        using var swept = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["grid"], "sweep.json")));
        string best = swept.RootElement.GetProperty("points")[swept.RootElement.GetProperty("recommended").GetInt32() - 1].GetProperty("values")[0].GetString()!;

        path = Write(_folder, Wide);
        (int code, string output, string errors) = Run(
            "tune", path, "--vary", Parallelism + "=1..40", "--minimize", "jobs.warm.seconds", "--subject-to", "registries.docker.io.peakBytesPerSecond<=7Gbps", "--seeds", "6", "--out", _folder["tuned"]);
        Assert.True(code == ExitCode.Fine, errors + output);
        using var tuned = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["tuned"], "tune.json")));
        JsonElement root = tuned.RootElement;
        Assert.Equal(best, root.GetProperty("best").GetProperty("values")[0].GetString());
        Assert.Equal(TuneReport.Fields.Select(field => field.Name.Replace("[]", "", StringComparison.Ordinal)), root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(240, root.GetProperty("gridRuns").GetDouble());
        Assert.InRange(root.GetProperty("runs").GetInt32(), 12, 240 / 3);
        Assert.Equal(File.ReadAllLines(Path.Combine(_folder["tuned"], "runs.csv")).Length - 1, root.GetProperty("runs").GetInt32());
        Assert.Equal(12, root.GetProperty("best").GetProperty("seeds").GetInt32());
        Assert.Equal((6, 6, 1), (root.GetProperty("fresh").GetProperty("seeds").GetInt32(), root.GetProperty("fresh").GetProperty("kept").GetInt32(), root.GetProperty("fresh").GetProperty("tried").GetInt32()));
        Assert.Contains($"-parallelism: 4\n+parallelism: {best}\n", output, StringComparison.Ordinal);
        Assert.Contains("What is asked is kept in all 6 seeds of which the search had seen nothing: so (at 95 %) in at least 60.7 % of all seeds.", output, StringComparison.Ordinal);
        Assert.Matches(@"in 6 of 6 seeds|none keeps what is asked", output);
        Assert.Contains("tried-parallelism.png", Contents(_folder["tuned"]).Keys);
    }

    [Fact]
    public void Two_values_are_bettered_one_after_the_other()
    {
        string path = Write(_folder);
        // Against a fixed egress one connection's limit and parallelism make up for each other until the egress is full.
        (int code, string output, string errors) = Run(
            "tune", path, "--vary", Parallelism + "=1..40", "--vary", "registries[0].perConnection=10Mbps..1000Mbps", "--minimize", "jobs.warm.seconds", "--seeds", "4", "--budget", "200",
            "--no-plots", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        using var tuned = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["out"], "tune.json")));
        Assert.InRange(tuned.RootElement.GetProperty("runs").GetInt32(), 50, 200);
        // Forty nodes fetch about 43 MB each at 2 Gbit/s: 6.9 s, whatever else is set.
        Assert.InRange(tuned.RootElement.GetProperty("best").GetProperty("metrics").GetProperty("jobs.warm.seconds").GetDouble(), 6.8, 8.5);
        Assert.Contains("not written today", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        string path = Write(_folder);
        string[] arguments = ["tune", path, "--vary", Parallelism + "=1..20", "--vary", "registries[0].egress=1Gbps,2Gbps", "--minimize", "warmup.seconds.p50", "--seeds", "4"];
        Assert.Equal(ExitCode.Fine, Run([.. arguments, "--workers", "1", "--out", _folder["one"]]).Code);
        Assert.Equal(ExitCode.Fine, Run([.. arguments, "--workers", "4", "--out", _folder["four"]]).Code);
        Assert.Contains("report.html", Contents(_folder["one"]).Keys);
        Assert.Equal(Contents(_folder["one"]), Contents(_folder["four"]));
    }

    [Fact]
    public void Where_nothing_keeps_the_bounds_nothing_is_recommended()
    {
        string path = Write(_folder);
        (int code, string output, _) = Run("tune", path, "--vary", Parallelism + "=1,2,4", "--minimize", "jobs.warm.seconds", "--subject-to", "jobs.warm.seconds<=1s",
            "--seeds", "3", "--no-plots", "--out", _folder["out"]);
        Assert.Equal(ExitCode.ExpectationFailed, code);
        Assert.Contains("No setting was found that keeps every bound in every seed; the nearest to it is parallelism 4.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("+parallelism", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_the_scenario_may_not_have_together_are_left_out()
    {
        string path = Write(_folder, Spec.Replace("p99: 50ms", "p99: 100ms", StringComparison.Ordinal));
        const string Latency = "cluster.nodePools[0].runtime.callLatency.";
        (int code, string output, string errors) = Run(
            "tune", path, "--vary", Latency + "p50=5ms,80ms", "--vary", Latency + "p99=50ms,100ms", "--minimize", "jobs.warm.seconds", "--seeds", "3", "--no-plots", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Contains("50ms is less than the median", errors, StringComparison.Ordinal);
        Assert.Contains("1 settings were left out: the scenario may not have their values together.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget: \"5\" is too small; allowed: at least 14", "--budget", "5")]
    [InlineData("--subject-to jobs.warm.seconds: there is no bound", "--subject-to", "jobs.warm.seconds")]
    [InlineData("--subject-to jobs.warm.seconds<=1Gbps: \"1Gbps\" is no bound of jobs.warm.seconds; allowed: seconds, or a duration", "--subject-to", "jobs.warm.seconds<=1Gbps")]
    [InlineData("--subject-to controlPlane.apiWrites<=10%: \"10%\" is no bound of controlPlane.apiWrites; allowed: a number", "--subject-to", "controlPlane.apiWrites<=10%")]
    [InlineData("--subject-to jobs.cold.seconds<=1s: there is no job \"cold\"; allowed: ", "--subject-to", "jobs.cold.seconds<=1s")]
    public void A_bad_question_is_refused_before_anything_runs(string wrong, params string[] more)
    {
        string path = Write(_folder);
        (int code, string output, string errors) = Run(["tune", path, "--vary", Parallelism + "=1..40", "--minimize", "jobs.warm.seconds", "--out", _folder["out"], .. more]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(wrong, errors, StringComparison.Ordinal);
        Assert.Equal(["job.yaml", "warm.yaml"], _folder.Entries);
    }
}
