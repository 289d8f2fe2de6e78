using System.Xml.Linq;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public sealed class CheckCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CheckCommandTests()
    {
        string scenarios = Path.Combine(Fixture.Repository, "scenarios");
        Directory.CreateDirectory(_folder["s/manifests"]);
        File.Copy(Path.Combine(scenarios, "manifests/job-nginx.yaml"), _folder["s/manifests/job-nginx.yaml"]);
        File.WriteAllText(_folder["s/warm.yaml"], File.ReadAllText(Path.Combine(scenarios, "warm-up-1000.yaml")).Replace("1000", "60", StringComparison.Ordinal));
        File.WriteAllText(_folder["s/notes.yaml"], "kind: ConfigMap\n");
    }

    private string Scenarios => _folder["s"];

    private string Baseline => _folder["base.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_passes_and_its_figures_become_a_baseline_that_it_equals()
    {
        Assert.Equal(ExitCode.Fine, Check(out string first, "--baseline", Baseline, "--update-baseline"));
        Assert.Contains("1 passed, 0 failed, 0 inconclusive", first, StringComparison.Ordinal);
        byte[] written = File.ReadAllBytes(Baseline);
        Assert.Equal(ExitCode.Fine, Check(out string second, "--baseline", Baseline, "--update-baseline", "--workers", "3"));
        Assert.Matches("│ +[0-9]+ same +│", second);
        Assert.Equal(written, File.ReadAllBytes(Baseline));
    }

    [Fact]
    public void A_slower_manifest_fails_the_build_and_says_why()
    {
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        string manifest = _folder["s/manifests/job-nginx.yaml"];
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("parallelism: 10", "parallelism: 5", StringComparison.Ordinal));
        string junit = _folder["junit.xml"];
        Assert.Equal(ExitCode.ExpectationFailed, Check(out string output, "--baseline", Baseline, "--junit", junit, "--github"));
        Assert.Matches(@"FAILED +warm-up-60: warmup\.seconds\.p99 got worse: .* s → .* s \(\+\d+.*%\) in 8 of 8 seeds, p = 0\.0\d+", output);
        Assert.Contains("::error file=s/warm.yaml,title=Rollout check failed::warm-up-60: warmup.seconds.p99 got worse: ", output, StringComparison.Ordinal);
        XElement suite = XDocument.Load(junit).Root!.Element("testsuite")!;
        XElement[] failures = [.. suite.Descendants("failure")];
        Assert.Equal(failures.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), suite.Attribute("failures")!.Value);
        XElement p99 = failures.Single(failure => failure.Parent!.Attribute("name")!.Value == "baseline: warmup.seconds.p99");
        Assert.Contains($"\ncompare again: kruise-sim check {_folder["s/warm.yaml"]} --seeds 8 --baseline {Baseline}\n", p99.Value, StringComparison.Ordinal);
        Assert.Matches("\nrun the seed that it shows most in: kruise-sim run .* --seed 4[2-9]$", p99.Value);
        // Who takes it on purpose updates the baseline with it.
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline));
    }

    [Fact]
    public void Too_few_seeds_are_told_from_failure()
    {
        const string rare = "--set=spec.expect[1].share=99%";
        Assert.Equal(ExitCode.Inconclusive, Check(out string open, rare));
        Assert.Contains("8 of 8 seeds hold", open, StringComparison.Ordinal);
        Assert.Contains("about 299 seeds would decide at 95 %", open, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fine, Check(out _, rare, "--allow-inconclusive"));
        Assert.Equal(ExitCode.ExpectationFailed, Check(out _, rare, "--allow-inconclusive", "--set=spec.expect[1].max=0.001"));
        // A single run does not judge what is of many seeds.
        (int code, string text, _) = InProcess.Run("run", _folder["s/warm.yaml"], rare, "--set=spec.expect[1].max=0.001", "--no-plots", "--out", _folder["r"]);
        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("over seeds, which check judges", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_expectation_names_its_line_and_the_seed_to_run_again()
    {
        Assert.Equal(ExitCode.ExpectationFailed, Check(out string output, "--github", "--set=spec.expect[1].max=1", "--seed", "7"));
        Assert.Matches("::error file=s/warm.yaml,line=[0-9]+,title=Rollout check failed::.*%0Akruise-sim run .*warm.yaml --seed 7 --set 'spec.expect\\[1\\].max=1'", output);
    }

    [Theory]
    [InlineData("--seeds: \"0\" is not allowed; allowed: a whole number from 1 to 10000", "--seeds", "0")]
    [InlineData("--floor: \"2\" is not allowed; allowed: a percentage from 0% to below 100%, or a number from 0 to below 1", "--floor", "2")]
    [InlineData("--update-baseline needs --baseline FILE", "--update-baseline")]
    [InlineData("--baseline: there is no file \"no.json\"; allowed: a file that --update-baseline has written; give it as well to write a first one", "--baseline", "no.json")]
    [InlineData("--metric: there is no job \"warm-ngnix\"; allowed: warm-nginx; did you mean \"warm-nginx\"?", "--metric", "jobs.warm-ngnix.failed")]
    public void Bad_input_is_told_in_a_line(string message, params string[] arguments)
    {
        (int code, _, string errors) = InProcess.Run(["check", Scenarios, .. arguments]);
        Assert.Equal((ExitCode.BadInput, message), (code, errors.Split('\n')[0]));
    }

    [Fact]
    public void A_folder_without_scenarios_is_no_check()
    {
        (int code, _, string errors) = InProcess.Run("check", _folder["s/manifests"]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.EndsWith("manifests: the folder has no scenario; allowed: a folder with YAML files of kind Scenario\n", errors, StringComparison.Ordinal);
    }

    // Folders of manifests and of values, which have no kind, are none; hidden ones are nobody's.
    [Fact]
    public void A_folder_whose_sub_folders_have_scenarios_names_them()
    {
        foreach (string team in new[] { "e", "a", "b/web", ".git", "c" })
        {
            Directory.CreateDirectory(_folder[$"s/teams/{team}"]);
            File.Copy(_folder["s/warm.yaml"], _folder[$"s/teams/{team}/warm.yaml"]);
        }

        File.WriteAllText(_folder["s/teams/b/values.yaml"], "replicas: 3\n");
        (int code, _, string errors) = InProcess.Run("check", _folder["s/teams"]);
        Assert.Equal(ExitCode.BadInput, code);
        string expected = "allowed: a folder with YAML files of kind Scenario; sub-folders are not looked into: name "
            + string.Join(", ", new[] { "a", "b/web", "c" }.Select(team => _folder["s/teams/" + team])) + " and 1 more\n";
        Assert.EndsWith(expected, errors, StringComparison.Ordinal);
    }

    // Neither another seed nor another name may turn the gate off.
    [Fact]
    public void A_gate_that_compares_nothing_is_not_open()
    {
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        string junit = _folder["junit.xml"];
        Assert.Equal(ExitCode.Inconclusive, Check(out string seeds, "--baseline", Baseline, "--seed", "900", "--junit", junit, "--github"));
        const string nothing = "warm-up-60: nothing is compared: none of the baseline's seeds was run; --update-baseline takes it in";
        Assert.Contains("inconclusive " + nothing, seeds, StringComparison.Ordinal);
        Assert.Contains("::warning file=s/warm.yaml,title=Rollout check does not compare everything::" + nothing, seeds, StringComparison.Ordinal);
        XElement error = XDocument.Load(junit).Descendants("error").Single();
        Assert.Equal("baseline: all of it is compared", error.Parent!.Attribute("name")!.Value);
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--seed", "900", "--allow-inconclusive"));

        File.WriteAllText(_folder["s/warm.yaml"], File.ReadAllText(_folder["s/warm.yaml"]).Replace("name: warm-up-60", "name: renamed", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Inconclusive, Check(out string renamed, "--baseline", Baseline));
        Assert.Contains("renamed: nothing is compared: it is not in the baseline", renamed, StringComparison.Ordinal);
        Assert.Contains("in the baseline and not run: warm-up-60", renamed, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline));
    }

    [Fact]
    public void What_the_baseline_has_is_measured_or_missed()
    {
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline", "--metric", "events"));
        string whole = File.ReadAllText(Baseline);
        // No headline metric, and read because the baseline has it.
        File.WriteAllText(Baseline, WithFirst(whole, "events", "1"));
        Assert.Equal(ExitCode.Fine, Check(out string other, "--baseline", Baseline));
        Assert.Contains("events changed: ", other, StringComparison.Ordinal);
        File.WriteAllText(Baseline, whole.Replace("jobs.warm-nginx.seconds", "jobs.warm-redis.seconds", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Inconclusive, Check(out string gone, "--baseline", Baseline));
        Assert.Contains("warm-up-60: the baseline has what is no longer measured: jobs.warm-redis.seconds; ", gone, StringComparison.Ordinal);
        Assert.Contains("note         warm-up-60: not in the baseline: jobs.warm-nginx.seconds\n", gone, StringComparison.Ordinal);
        (int code, string fewer, _) = InProcess.Run("check", Scenarios, "--seeds", "3", "--baseline", Baseline, "--metric", "warmup.seconds.p99");
        Assert.Equal(ExitCode.Fine, code);
        Assert.Contains("note         warm-up-60: 3 of the baseline's 8 seeds were run\n", fewer, StringComparison.Ordinal);
        Assert.Matches("│ +1 same +│", fewer);
    }

    [Fact]
    public void One_metric_is_renewed_and_the_others_stay()
    {
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline"));
        string whole = File.ReadAllText(Baseline);
        File.WriteAllText(Baseline, WithFirst(whole, "warmup.seconds.p50", "1"));
        Assert.Equal(ExitCode.Fine, Check(out _, "--baseline", Baseline, "--update-baseline", "--metric", "warmup.seconds.p50"));
        Assert.Equal(whole, File.ReadAllText(Baseline));
        (int code, _, string errors) = InProcess.Run("check", Scenarios, "--seeds", "9", "--baseline", Baseline, "--update-baseline", "--metric", "warmup.seconds.p50");
        Assert.Equal(
            (ExitCode.BadInput, "--metric: the baseline has other seeds of \"warm-up-60\"; allowed: with --update-baseline: the seeds that it has, or no --metric, which renews all metrics\n"),
            (code, errors));
        Assert.Equal(whole, File.ReadAllText(Baseline));
    }

    // What cannot be written is told before the runs; what fails after them hides nothing and keeps nothing else from being written.
    [Fact]
    public void Output_that_cannot_be_written_is_told_first()
    {
        foreach ((string path, string why) in new[] { ("", "has no name"), ("/", "is a folder"), (_folder["s/warm.yaml/x"], $"'{_folder["s/warm.yaml"]}' is a file, not a folder") })
        {
            string line = $"\"{path}\" cannot be written: {why}; allowed: a file, there or not, in a folder that can be written\n";
            Assert.Equal((ExitCode.BadInput, "--junit: " + line), Failed("--junit", path));
            Assert.Equal((ExitCode.BadInput, "--baseline: " + line), Failed("--baseline", path, "--update-baseline"));
        }

        string summary = _folder["none/summary.md"], junit = _folder["junit.xml"];
        (int code, string output, string errors) = InProcess.RunWith(
            name => name == "GITHUB_STEP_SUMMARY" ? summary : null, "check", Scenarios, "--seeds", "2", "--github", "--junit", junit, "--set=spec.expect[1].max=1");
        Assert.Equal(ExitCode.ExpectationFailed, code);
        Assert.Contains("0 passed, 1 failed", output, StringComparison.Ordinal);
        Assert.StartsWith($"\"{summary}\" cannot be written: ", errors, StringComparison.Ordinal);
        Assert.True(File.Exists(junit));

        (int Code, string Errors) Failed(params string[] arguments)
        {
            (int code, _, string errors) = InProcess.Run(["check", Scenarios, .. arguments]);
            return (code, errors);
        }
    }

    // A baseline whose first seed has another value of a metric.
    private static string WithFirst(string baseline, string metric, string value)
    {
        string list = $"\"{metric}\": [";
        int from = baseline.IndexOf(list, StringComparison.Ordinal) + list.Length;
        return baseline[..from] + value + baseline[baseline.IndexOf(',', from)..];
    }

    private int Check(out string output, params string[] arguments)
    {
        (int code, output, string errors) = InProcess.RunWith(name => name == "GITHUB_WORKSPACE" ? _folder["."] : null, ["check", Scenarios, "--seeds", "8", .. arguments]);
        Assert.DoesNotContain("not allowed", errors, StringComparison.Ordinal);
        return code;
    }
}
