using System.Text;
using System.Text.RegularExpressions;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public sealed class NewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("warm-up", "--parallelism", "25%", "passed  nodes.succeeded is 40")]
    [InlineData("rollout", "--pods", "60", "passed  workloads.app.updatedReady is 60")]
    [InlineData("sidecar", "--max-unavailable", "7", "passed  sidecarSets.agent.upgradedReady is 80")]
    public void What_is_written_names_its_schema_is_valid_and_passes_its_own_expectations(string kind, string option, string value, string verdict)
    {
        string file = _folder["a/mine.yaml"];
        (int code, string output, string errors) = InProcess.Run(
            "new", "mine", "--out", file, "--kind", kind, "--nodes", "40", option, value, "--image", "ghcr.io/team/app@sha256:" + new string('a', 64), "--image-size", "50MiB");
        Assert.Equal(0, code);
        Assert.Contains($"kruise-sim run {file}", output, StringComparison.Ordinal);
        Assert.StartsWith("assumed: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("--nodes", errors, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(file);
        Assert.Equal("# yaml-language-server: $schema=scenario.schema.json", lines[0]);
        Assert.Equal(ScenarioSchema.Generate(), File.ReadAllText(_folder["a/scenario.schema.json"]));
        Assert.True(lines.Count(line => line.TrimStart().StartsWith('#')) >= 8);

        Assert.Equal((0, "valid\n", ""), InProcess.Run("validate", file));
        (code, output, errors) = InProcess.Run("run", file, "--no-plots", "--out", _folder["report"]);
        Assert.True(code == 0, output + errors);
        Assert.Contains(verdict, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("warm-up")]
    [InlineData("rollout")]
    [InlineData("sidecar")]
    public void Lines_that_are_commented_out_work_when_they_are_not(string kind)
    {
        Assert.Equal(0, InProcess.Run("new", _folder["x.yaml"], "--kind", kind, "--nodes", "20").Code);
        string text = Regex.Replace(File.ReadAllText(_folder["x.yaml"]), @"(?m)^(?<indent>\s*)# (?<rest>variants:|- \{|- name:|  set:)", "${indent}${rest}", RegexOptions.None, TimeSpan.FromSeconds(5));
        File.WriteAllText(_folder["x.yaml"], text);
        (int code, string output, string errors) = InProcess.Run("run", _folder["x.yaml"], "--no-plots", "--out", _folder["report"]);
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public void A_file_that_is_there_stays_unless_it_is_to_go()
    {
        string file = _folder["x.yaml"];
        File.WriteAllText(file, "mine");
        (int code, _, string errors) = InProcess.Run("new", file, "--defaults");
        Assert.Equal(2, code);
        Assert.Contains($"{file}: is there already; allowed: another name, or --force to replace it", errors, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));

        File.WriteAllText(_folder["scenario.schema.json"], "{}");
        (code, _, errors) = InProcess.Run("new", _folder["y.yaml"], "--defaults");
        Assert.Equal(0, code);
        Assert.Contains("it stays", errors, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(_folder["scenario.schema.json"]));

        Assert.Equal(0, InProcess.Run("new", file, "--force").Code);
        Assert.Contains("kind: Scenario", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(["scenario.schema.json", "x.yaml", "y.yaml"], _folder.Entries);
    }

    [Fact]
    public void Standard_output_gets_the_scenario_alone_and_a_schema_of_ones_own_is_named()
    {
        (int code, string output, _) = InProcess.Run("new", "mine", "--out", "-", "--schema", "../schema/scenario.schema.json");
        Assert.Equal(0, code);
        Assert.StartsWith("# yaml-language-server: $schema=../schema/scenario.schema.json\n", output, StringComparison.Ordinal);
        Assert.Contains("metadata: {name: \"mine\"}", output, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    [Theory]
    [InlineData("--nodes: \"0\" is not one; allowed: a whole number from 1 to 1000000", "--nodes", "0")]
    [InlineData("--image: \"A B\" is not an image reference: ", "--image", "A B")]
    [InlineData("--image: \"A B\" is not an image reference: repository \"A B\" must be components of lower-case letters and digits", "--image", "A B")]
    [InlineData("--image: \"Ab\" is not an image reference: repository \"Ab\" must be lower case", "--image", "Ab")]
    [InlineData("--image-size: \"3QB\" has the unknown unit \"QB\"; allowed: a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, or a Kubernetes quantity (k, M, G, T, Ki, Mi, Gi, Ti)\n", "--image-size", "3QB")]
    [InlineData("--image-size: \"27\" ", "--image-size", "27")]
    [InlineData("--bandwidth: \"0bps\" is out of range; allowed: ", "--bandwidth", "0bps")]
    [InlineData("--egress: \"fast\" ", "--egress", "fast")]
    [InlineData("--parallelism: \"0%\" is none at all", "--parallelism", "0%")]
    [InlineData("--parallelism: a scenario of the kind rollout has none; allowed with --kind warm-up", "--kind", "rollout", "--parallelism", "3")]
    [InlineData("--pods: a scenario of the kind warm-up has none; allowed with --kind rollout or sidecar", "--pods", "3")]
    [InlineData("--pods: 500 pods have no room on 2 nodes of 110 pods each; allowed: 1 to 220", "--kind", "sidecar", "--nodes", "2", "--pods", "500")]
    [InlineData("NAME: \"Bad_Name\" is not a name; allowed: ", "Bad_Name")]
    [InlineData("--kind: \"cluster\" is not allowed; allowed: warm-up, rollout, sidecar\n", "--kind", "cluster")]
    public void What_is_wrong_is_said_by_option_and_nothing_is_written(string expected, params string[] arguments)
    {
        string[] place = arguments[0] == "Bad_Name" ? [] : ["--out", _folder["x.yaml"]];
        (int code, string output, string errors) = InProcess.Run(["new", .. arguments, .. place]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Empty(_folder.Entries);
    }

    [Fact]
    public void A_sidecars_image_may_be_named_as_the_pods_own_would_be()
    {
        string file = _folder["x.yaml"];
        (int code, _, string errors) = InProcess.Run("new", file, "--kind", "sidecar", "--image", "registry.example.com/my/app:1.0.0", "--defaults");
        Assert.True(code == 0, errors);
        Assert.Equal((0, "valid\n", ""), InProcess.Run("validate", file));
    }

    [Fact]
    public void What_could_not_be_written_is_named_and_what_comes_next_can_be_pasted()
    {
        Directory.CreateDirectory(_folder["scenario.schema.json"]);
        (int code, string output, string errors) = InProcess.Run("new", _folder["x.yaml"], "--defaults");
        Assert.Equal((2, $"wrote {_folder["x.yaml"]}\n"), (code, output));
        Assert.Contains($"\n{_folder["scenario.schema.json"]}: cannot be written: it is a folder\n", errors, StringComparison.Ordinal);

        (code, output, _) = InProcess.Run("new", _folder["of mine/x.yaml"], "--defaults");
        Assert.Equal((0, $"next: kruise-sim run '{_folder["of mine/x.yaml"]}'"), (code, output.TrimEnd('\n').Split('\n')[^1]));
        Assert.Equal(["of mine", "scenario.schema.json", "x.yaml"], _folder.Entries);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said_in_a_line()
    {
        File.WriteAllText(_folder["file"], "");
        (int code, _, string errors) = InProcess.Run("new", "--out", _folder["file/x.yaml"], "--defaults");
        Assert.Equal(2, code);
        Assert.Contains("file/x.yaml: cannot be written: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_it_asks_says_what_is_wrong_and_asks_again()
    {
        Assert.SkipWhen(Shell.Find("script") is null, "script (util-linux) is not installed: it gives the command a terminal.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string typed = _folder["typed"];
        // kind, name, nodes (wrong, then right), image, size, pods (too many, then right), share, bandwidth, egress: an empty line takes what is offered.
        await File.WriteAllTextAsync(typed, "rollout\nweb-update\nmany\n5\n\n120MB\n9999\n12\n50%\n\n2Gbps\n", cancellation);
        string command = $"{Shell.Dotnet} {Path.Combine(AppContext.BaseDirectory, "kruise-sim.dll")} new";
        (int code, string output, string errors) = await Shell.RunAsync(
            "bash", ["-c", $"script -qec '{command}' /dev/null < '{typed}'"], cancellation, _folder.Path, new Dictionary<string, string>(StringComparer.Ordinal) { ["TERM"] = "dumb" });
        Assert.True(code == 0, output + errors);
        Assert.Contains("\"many\" is not one; allowed: a whole number from 1 to 1000000", Flat(output), StringComparison.Ordinal);
        Assert.Contains("9999 pods have no room on 5 nodes", Flat(output), StringComparison.Ordinal);
        string scenario = await File.ReadAllTextAsync(_folder["web-update.yaml"], cancellation);
        Assert.Contains("metadata: {name: \"web-update\"}", scenario, StringComparison.Ordinal);
        Assert.Contains("replicas: 12\n", scenario, StringComparison.Ordinal);
        Assert.Contains("maxUnavailable: 50%\n", scenario, StringComparison.Ordinal);
        Assert.Contains("egress: 2Gbps\n", scenario, StringComparison.Ordinal);
        Assert.Contains("layers: [{size: 84MB, id: base}, 36MB]", scenario, StringComparison.Ordinal);
        Assert.Equal((0, "valid\n", ""), InProcess.Run("validate", _folder["web-update.yaml"]));
    }

    // Terminals break lines where they end, and colour them.
    private static string Flat(string output) =>
        new StringBuilder(Regex.Replace(output, @"\e\[[0-9;?]*[A-Za-z]", "", RegexOptions.None, TimeSpan.FromSeconds(5))).Replace("\r", "").Replace("\n", " ").Replace("  ", " ").ToString();
}
