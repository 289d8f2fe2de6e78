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
        Assert.Matches("::error file=[^,]*warm.yaml,title=Rollout check failed::warm-up-60%3A|::error file=[^,]*warm.yaml,title=Rollout check failed::warm-up-60: warmup", output);
        XElement suite = XDocument.Load(junit).Root!.Element("testsuite")!;
        XElement[] failures = [.. suite.Descendants("failure")];
        Assert.Equal(failures.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), suite.Attribute("failures")!.Value);
        Assert.Contains(failures, failure => failure.Parent!.Attribute("name")!.Value == "baseline: warmup.seconds.p99" && failure.Value.Contains("kruise-sim run ", StringComparison.Ordinal));
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
        using var text = new StringWriter();
        Assert.Equal(ExitCode.Fine, CommandLine.Run(["run", _folder["s/warm.yaml"], rare, "--set=spec.expect[1].max=0.001", "--no-plots", "--out", _folder["r"]], text, text));
        Assert.Contains("over seeds, which check judges", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_expectation_names_its_line_and_the_seed_to_run_again()
    {
        Assert.Equal(ExitCode.ExpectationFailed, Check(out string output, "--github", "--set=spec.expect[1].max=1", "--seed", "7"));
        Assert.Matches("::error file=[^,]*warm.yaml,line=[0-9]+,title=Rollout check failed::.*%0Akruise-sim run .*warm.yaml --seed 7 --set 'spec.expect\\[1\\].max=1'", output);
    }

    [Theory]
    [InlineData("--seeds: \"0\" is not allowed; allowed: a whole number from 1 to 10000", "--seeds", "0")]
    [InlineData("--floor: \"2\" is not allowed; allowed: a percentage from 0% to below 100%, or a number from 0 to below 1", "--floor", "2")]
    [InlineData("--update-baseline needs --baseline FILE", "--update-baseline")]
    [InlineData("--baseline: there is no file \"no.json\"; allowed: a file that --update-baseline has written; give it as well to write a first one", "--baseline", "no.json")]
    [InlineData("--metric: there is no job \"warm-ngnix\"; allowed: warm-nginx; did you mean \"warm-nginx\"?", "--metric", "jobs.warm-ngnix.failed")]
    public void Bad_input_is_told_in_a_line(string message, params string[] arguments)
    {
        Assert.Equal(ExitCode.BadInput, CommandLineRun(out _, out string errors, ["check", Scenarios, .. arguments]));
        Assert.Equal(message, errors.Split('\n')[0]);
    }

    [Fact]
    public void A_folder_without_scenarios_is_no_check()
    {
        Assert.Equal(ExitCode.BadInput, CommandLineRun(out _, out string errors, ["check", _folder["s/manifests"]]));
        Assert.EndsWith("manifests: the folder has no scenario; allowed: a folder with YAML files of kind Scenario\n", errors, StringComparison.Ordinal);
    }

    private int Check(out string output, params string[] arguments)
    {
        int code = CommandLineRun(out output, out string errors, ["check", Scenarios, "--seeds", "8", .. arguments]);
        Assert.DoesNotContain("not allowed", errors, StringComparison.Ordinal);
        return code;
    }

    private static int CommandLineRun(out string output, out string errors, string[] arguments)
    {
        using var outputWriter = new StringWriter { NewLine = "\n" };
        using var errorWriter = new StringWriter { NewLine = "\n" };
        int code = CommandLine.Run(arguments, outputWriter, errorWriter);
        (output, errors) = (outputWriter.ToString(), errorWriter.ToString());
        return code;
    }
}
