using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The workflow in docs/ci.md, its checking step run as a runner does.</summary>
public sealed class CiPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_workflow_of_the_page_passes_and_fails_a_change_that_makes_it_slower()
    {
        string scenarios = Path.Combine(Fixture.Repository, "scenarios");
        Directory.CreateDirectory(_folder["rollouts/manifests"]);
        string manifest = _folder["rollouts/manifests/job-nginx.yaml"];
        File.Copy(Path.Combine(scenarios, "manifests/job-nginx.yaml"), manifest);
        await EditAsync(Path.Combine(scenarios, "warm-up-1000.yaml"), _folder["rollouts/warm.yaml"], "1000", "50");
        string step = CheckingStep();
        Assert.Equal(0, (await RunAsync(step + " --update-baseline")).Code);
        Assert.Equal(0, (await RunAsync(step)).Code);

        await EditAsync(manifest, manifest, "parallelism: 10", "parallelism: 8");
        (int code, string output) = await RunAsync(step);
        Assert.Equal(1, code);
        Assert.Contains("::error file=rollouts/warm.yaml,title=Rollout check failed::warm-up-50: warmup.seconds.p99 got worse: ", output, StringComparison.Ordinal);
        string summary = await File.ReadAllTextAsync(_folder["summary.md"], TestContext.Current.CancellationToken);
        Assert.Contains("## Rollout check: 0 passed, 1 failed, 0 inconclusive", summary, StringComparison.Ordinal);
        Assert.Contains("warmup.seconds.p99 got worse", summary, StringComparison.Ordinal);
        Assert.Contains("<failure", await File.ReadAllTextAsync(_folder["check.xml"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task EditAsync(string from, string to, string what, string with) => await File.WriteAllTextAsync(
        to, (await File.ReadAllTextAsync(from, TestContext.Current.CancellationToken)).Replace(what, with, StringComparison.Ordinal), TestContext.Current.CancellationToken);

    private static string CheckingStep()
    {
        string page = File.ReadAllText(Path.Combine(Fixture.Repository, "docs", "ci.md"));
        int from = page.IndexOf("```yaml\nname: ", StringComparison.Ordinal) + "```yaml\n".Length;
        var workflow = new YamlStream();
        workflow.Load(new StringReader(page[from..page.IndexOf("```", from, StringComparison.Ordinal)]));
        var steps = (YamlSequenceNode)workflow.Documents[0].RootNode["jobs"]["check"]["steps"];
        return steps.OfType<YamlMappingNode>().Where(step => step.Children.ContainsKey("run")).Select(step => ((YamlScalarNode)step["run"]).Value!)
            .Single(run => run.StartsWith("kruise-sim check ", StringComparison.Ordinal));
    }

    // The command is found as a runner finds it after the step that puts it on the path.
    private async Task<(int Code, string Output)> RunAsync(string step)
    {
        string command = $"kruise-sim() {{ '{Shell.Dotnet}' '{Path.Combine(AppContext.BaseDirectory, "kruise-sim.dll")}' \"$@\"; }}; {step}";
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GITHUB_STEP_SUMMARY"] = _folder["summary.md"] };
        (int code, string output, string errors) = await Shell.RunAsync("bash", ["-eo", "pipefail", "-c", command], TestContext.Current.CancellationToken, _folder["."], environment);
        return (code, output + errors);
    }
}
