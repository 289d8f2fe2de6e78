using System.Text.Json;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Reports;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Sweeps;

public sealed class SweepCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sweep_says_what_to_take_by_what_margin_and_which_line_to_change()
    {
        string path = Write(_folder);
        (int code, string output, string errors) = Run("sweep", path, "--vary", Parallelism + "=1,4,8", "--seeds", "3", "--minimize", "jobs.warm.seconds", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Contains("parallelism 8: jobs.warm.seconds", output, StringComparison.Ordinal);
        Assert.Contains("as fast as now (4: ", output, StringComparison.Ordinal);
        Assert.Contains("# job.yaml:7  spec.parallelism\n-parallelism: 4\n+parallelism: 8\n", output, StringComparison.Ordinal);
        Assert.Contains("lower in 3 of 3 seeds", output, StringComparison.Ordinal);
        Assert.Equal(["job.yaml", "out", "warm.yaml"], _folder.Entries);
        Assert.Equal(
            ["curve-jobs.warm.seconds.png", "curve-jobs.warm.seconds.svg", "points.csv", "report.html", "report.md", "sweep.csv", "sweep.json"],
            Contents(_folder["out"]).Keys);
        string[] rows = File.ReadAllLines(Path.Combine(_folder["out"], "sweep.csv"));
        Assert.Equal(1 + (3 * 3), rows.Length);
        // The same seeds for each.
        Assert.Equal(["3", "4", "5", "3", "4", "5", "3", "4", "5"], rows[1..].Select(row => row.Split(',')[1]));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["out"], "sweep.json")));
        Assert.Equal((3, 2), (json.RootElement.GetProperty("recommended").GetInt32(), json.RootElement.GetProperty("present").GetInt32()));
        JsonElement change = json.RootElement.GetProperty("changes")[0];
        Assert.Equal(("job.yaml", 7, "4", "8"), (change.GetProperty("file").GetString(), change.GetProperty("line").GetInt32(), change.GetProperty("from").GetString(), change.GetProperty("to").GetString()));
        Assert.Equal(Kruise.Sim.Reports.Sweeps.SweepJson.Fields.Select(field => field.Name.Replace("[]", "", StringComparison.Ordinal)), json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Contains("```diff\n# job.yaml:7", File.ReadAllText(Path.Combine(_folder["out"], "report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_set_today_is_run_beside_what_is_asked_for()
    {
        string path = Write(_folder);
        (int code, _, string errors) = Run("sweep", path, "--vary", Parallelism + "=2,8", "--vary", "registries[0].perConnection=100Mbps,1Gbps", "--seeds", "2", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder["out"], "sweep.json")));
        JsonElement points = json.RootElement.GetProperty("points");
        Assert.Equal(5, points.GetArrayLength());
        Assert.Equal("[\"4\",null]", JsonSerializer.Serialize(points[0].GetProperty("values")));
        Assert.True(points[0].GetProperty("present").GetBoolean());
        Assert.Contains("# not written today\n+perConnection: ", File.ReadAllText(Path.Combine(_folder["out"], "report.md")), StringComparison.Ordinal);
        Assert.Contains("map-jobs.warm.seconds.png", Contents(_folder["out"]).Keys);
        Assert.Contains("front-registries.docker.io.peakBytesPerSecond.png", Contents(_folder["out"]).Keys);
    }

    [Fact]
    public void What_misses_an_expectation_is_marked_and_not_recommended()
    {
        string path = Write(_folder, Spec + "\n  expect:\n  - {metric: registries.docker.io.peakBytesPerSecond, max: 150e6}\n");
        (int code, string output, _) = Run("sweep", path, "--vary", Parallelism + "=1,4", "--seeds", "2", "--no-plots", "--out", _folder["out"]);
        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("parallelism 1: ", output, StringComparison.Ordinal);
        Assert.Contains("not admissible  4: registries.docker.io.peakBytesPerSecond is not at most 1.20 Gbit/s in 2 of 2 seeds (2.00 Gbit/s)", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.ExpectationFailed, Run("sweep", path, "--vary", Parallelism + "=4,8", "--seeds", "2", "--no-plots", "--out", _folder["none"]).Code);
        (code, output, _) = Run("sweep", path, "--vary", Parallelism + "=4,8", "--seeds", "2", "--no-expect", "--no-plots", "--out", _folder["unjudged"]);
        Assert.Equal(ExitCode.Fine, code);
        Assert.DoesNotContain("not admissible", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        string path = Write(_folder);
        string[] arguments = ["sweep", path, "--vary", Parallelism + "=1,3", "--seeds", "3"];
        Assert.Equal(ExitCode.Fine, Run([.. arguments, "--workers", "1", "--out", _folder["one"]]).Code);
        Assert.Equal(ExitCode.Fine, Run([.. arguments, "--workers", "4", "--out", _folder["four"]]).Code);
        Assert.Equal(Contents(_folder["one"]), Contents(_folder["four"]));
    }

    [Fact]
    public void A_sample_is_spread_over_ranges()
    {
        string path = Write(_folder);
        (int code, _, string errors) = Run("sweep", path, "--vary", Parallelism + "=1..40", "--vary", "registries[0].egress=500Mbps..2Gbps", "--sample", "6", "--seeds", "2", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal(1 + 7, File.ReadAllLines(Path.Combine(_folder["out"], "points.csv")).Length);
        Assert.Contains("points-jobs.warm.seconds-by-egress.png", Contents(_folder["out"]).Keys);
    }

    [Theory]
    [InlineData("--vary timeline[0].apply.spec.parallelism=ten: ", "=4,ten")]
    [InlineData("has no field \"parallel\"", null, "timeline[0].apply.spec.parallel=1")]
    [InlineData("unknown field \"paralelism\"", null, "paralelism=1")]
    [InlineData("there is no path and values; allowed: path=v1,v2", null, "parallelism")]
    [InlineData("a range has too many values for every combination", "=1..40")]
    [InlineData("--minimize jobs.warm.second: unknown metric \"jobs.warm.second\"", "=1,2", null, "--minimize", "jobs.warm.second")]
    [InlineData("--variant fast: the scenario has no such variant", "=1,2", null, "--variant", "fast")]
    [InlineData("--seeds: \"0\" is not allowed", "=1,2", null, "--seeds", "0")]
    [InlineData("--shard: \"3/2\" is not allowed", "=1,2", null, "--shard", "3/2")]
    [InlineData("--emit-job needs --image IMAGE", "=1,2", null, "--emit-job", "3")]
    [InlineData("--image: only --emit-job makes a Job", "=1,2", null, "--image", "a:1")]
    [InlineData("--claim: only --emit-job makes a Job", "=1,2", null, "--claim", "results")]
    [InlineData("--image \"A B\": ", "=1,2", null, "--emit-job", "3", "--image", "A B")]
    [InlineData("--claim: \"X Y\" is not a name", "=1,2", null, "--emit-job", "3", "--image", "a:1", "--claim", "X Y")]
    [InlineData("--vary seed=1,2: all settings have the same seeds", null, "seed=1,2")]
    [InlineData("--vary spec.timeline[0].at: it is the same value as \"timeline[0].at\"", null, "timeline[0].at=1s,2s", "--vary", "spec.timeline[0].at=3s,4s")]
    [InlineData("one is within the other, with \"cluster.nodePools[0].network\"", null, "cluster.nodePools[0].network={bandwidth: 1Gbps},{bandwidth: 2Gbps}", "--vary", "cluster.nodePools[0].network.bandwidth=3Gbps,4Gbps")]
    public void A_bad_question_is_refused_before_anything_runs(string wrong, string? values, string? vary = null, params string[] more)
    {
        string path = Write(_folder);
        (int code, string output, string errors) = Run(["sweep", path, "--vary", vary ?? (Parallelism + values), "--out", _folder["out"], .. more]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(wrong, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.Contains(wrong, StringComparison.Ordinal));
        Assert.Equal(["job.yaml", "warm.yaml"], _folder.Entries);
    }
}
