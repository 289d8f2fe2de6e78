using System.Text.Json;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private const string Good =
        """
          seed: 3
          cluster: {nodePools: [{name: web, count: 4}]}
          registries: [{name: docker.io, egress: 1Gbps, images: [{name: "app:1", layers: [1MB]}]}]
          timeline:
          - at: 0s
            apply:
              apiVersion: apps.kruise.io/v1alpha1
              kind: ImagePullJob
              metadata: {name: warm}
              spec:
                image: app:1
                parallelism: 2
                completionPolicy: {}
          expect:
          - {metric: nodes.succeeded, min: 4}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HelpShowsExamplesAndExitCodes()
    {
        (int code, string output, string errors) = Run("--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("kruise-sim run scenarios/warm-up-1000.yaml", output, StringComparison.Ordinal);
        Assert.Contains("1 an expectation failed, a rule of the strategy was violated or a metric got worse, 2 bad input", output, StringComparison.Ordinal);
        Assert.Contains("130 interrupted", output, StringComparison.Ordinal);
        Assert.All(["run", "validate", "schema", "calibrate"], verb => Assert.Contains("\n  " + verb + " ", output, StringComparison.Ordinal));
        Assert.All(
            ["--out", "--seed", "--set", "--format", "--no-plots"],
            option => Assert.Contains(option, Run("run", "--help").Output, StringComparison.Ordinal));
    }

    [Fact]
    public void TheVersionIsPrinted()
    {
        (int code, string output, _) = Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Theory]
    [InlineData("\"--fast\" is no verb; allowed: new, run, ", "--fast")]
    [InlineData("\"validat\" is no verb; allowed: new, run, check, sweep, merge, tune, compare, validate, schema, calibrate, explain, import, completion; did you mean \"validate\"?; see 'kruise-sim --help'\n",
        "validat", "x.yaml")]
    [InlineData("there is no verb; allowed: new, run, ")]
    [InlineData("Required argument missing for command: 'run'; see 'kruise-sim run --help'\n", "run")]
    [InlineData("Required argument missing for option: '--seed'; see 'kruise-sim run --help'\n", "run", "x.yaml", "--seed")]
    [InlineData("--format: \"xml\" is not allowed; allowed: table, json\n", "run", "x.yaml", "--format", "xml")]
    [InlineData("--kind: \"roll-out\" is not allowed; allowed: warm-up, rollout, sidecar; did you mean \"rollout\"?\n", "new", "x", "--kind", "roll-out")]
    [InlineData("SHELL: \"pwsh\" is not allowed; allowed: bash, fish, zsh\n", "completion", "pwsh")]
    [InlineData("--seed: \"-1\" is out of range; allowed: 0 to ", "run", "x.yaml", "--seed", "-1")]
    [InlineData("there is no option \"--sed\"; did you mean \"--seed\"?; see 'kruise-sim run --help'\n", "run", "x.yaml", "--sed", "1")]
    [InlineData("there is no option \"--seeed\"; did you mean \"--seed\"?; see 'kruise-sim sweep --help'\n", "sweep", "x.yaml", "--vary", "seed=1,2", "--seeed")]
    [InlineData("\"b.yaml\" and 1 more: too many arguments; allowed: FILE; see 'kruise-sim sweep --help'\n", "sweep", "a.yaml", "b.yaml", "c.yaml", "--vary", "seed=1,2")]
    public void WhatIsNotUnderstoodIsSaidInOneLineWithWhatIsAllowed(string expected, params string[] arguments)
    {
        (int code, string output, string errors) = Run(arguments);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.StartsWith(expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("check", "--floor", "1%")]
    [InlineData("check", "--confidence", "95%")]
    [InlineData("sweep", "--within", "10%")]
    public void HelpHasEachDefaultOnce(string verb, string option, string value)
    {
        string help = Run(verb, "--help").Output;
        string line = help[help.IndexOf(option, StringComparison.Ordinal)..];
        line = line[..(line.IndexOf("\n  -", StringComparison.Ordinal) is var end && end < 0 ? line.Length : end)];
        Assert.Equal($"[default: {value}]", line[line.IndexOf("[default", StringComparison.Ordinal)..].TrimEnd());
    }

    [Theory]
    [InlineData("x", "is not a whole number")]
    [InlineData("1.5", "is not a whole number")]
    [InlineData("-1", "is out of range")]
    [InlineData("18446744073709551616", "is out of range")]
    public void ASeedIsAWholeNumber(string seed, string wrong)
    {
        (int code, _, string errors) = Run("run", "x.yaml", "--seed", seed);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal($"--seed: \"{seed}\" {wrong}; allowed: 0 to 18446744073709551615\n", errors);
    }

    [Fact]
    public void AnEmptyValueIsRefused()
    {
        string path = Scene.Write(_folder, "good", Good);
        Assert.Equal((ExitCode.BadInput, "", "--set spec.seed=: has no value; write null to remove it\n"), Run("validate", path, "--set", "spec.seed="));
        Assert.Equal(0, Run("validate", path, "--set", "spec.seed=null").Code);
    }

    [Fact]
    public void ValidateJudgesFiles()
    {
        string good = Scene.Write(_folder, "good", Good);
        string bad = Scene.Write(_folder, "bad", Good.Replace("count: 4", "count: -4", StringComparison.Ordinal));
        Assert.Equal((0, "valid\n", ""), Run("validate", good));
        (int code, string output, string errors) = Run("validate", good, bad);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal($"{bad}:6:44: spec.cluster.nodePools[0].count: -4 is negative; allowed: a whole number from 0 to 1000000\n", errors);
    }

    [Fact]
    public void TheSchemaIsTheCommittedOne() =>
        Assert.Equal((0, File.ReadAllText(Path.Combine(Fixture.Repository, "schema", "scenario.schema.json")), ""), Run("schema"));

    [Fact]
    public void AnExpectationThatFailsIsTheExitCode()
    {
        string path = Scene.Write(_folder, "good", Good);
        Assert.Equal(ExitCode.Fine, Run("run", path, "--no-plots", "--out", _folder["a"]).Code);
        Assert.Equal(ExitCode.ExpectationFailed, Run("run", path, "--no-plots", "--out", _folder["b"], "--set", "spec.expect[0].min=5").Code);
        Assert.True(File.Exists(_folder["b/summary.json"]));
    }

    [Fact]
    public void BadInputIsNamedWithItsPlaceAndNothingRuns()
    {
        string good = Scene.Write(_folder, "good", Good);
        string bad = Scene.Write(_folder, "bad", Good.Replace("egress: 1Gbps", "egress: 1Gb", StringComparison.Ordinal));
        (int code, string output, string errors) = Run("run", good, bad, "--no-plots", "--out", _folder["out"]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.StartsWith($"{bad}:7:42: spec.registries[0].egress: \"1Gb\" has the unknown unit \"Gb\"", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
        Assert.Equal(ExitCode.BadInput, Run("run", _folder["none.yaml"], "--out", _folder["out"]).Code);
    }

    [Theory]
    [InlineData(
        "parallelism: 2", "selector: {names: [web-0], matchLabels: {tier: web}}",
        ":16:20: spec.timeline[0].apply.spec.selector.names: \"names with matchLabels\": nodes are selected by names or by labels, not both\n")]
    [InlineData("image: app:1", "image: 'App:1'", ":15:16: spec.timeline[0].apply.spec.image: \"App:1\": ")]
    [InlineData("image: app:1", "image: app:2", ":15:16: spec.timeline[0].apply.spec.image: the image \"app:2\" is in no registry of the scenario; allowed: app:1; did you mean \"app:1\"?\n")]
    [InlineData("parallelism: 2", "parallelism: -2", ":16:22: spec.timeline[0].apply.spec.parallelism: ")]
    public void AManifestIsJudgedAsAClusterWould(string from, string to, string expected)
    {
        string path = Scene.Write(_folder, "bad", Good.Replace(from, to, StringComparison.Ordinal));
        (int code, _, string errors) = Run("validate", path);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Single(errors.TrimEnd().Split('\n'));
        if (expected.EndsWith('\n'))
        {
            Assert.Equal(path + expected, errors);
        }
        else
        {
            Assert.StartsWith(path + expected, errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnUnwritableFolderIsFoundBeforeAnythingRuns()
    {
        string path = Scene.Write(_folder, "good", Good);
        File.WriteAllText(_folder["taken"], "");
        (int code, string output, string errors) = Run("run", path, "--out", _folder["taken"]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Equal($"cannot write the report to '{_folder["taken"]}': it is a file, not a folder\n", errors);

        Assert.SkipUnless(OperatingSystem.IsLinux(), "Nothing can be created in Linux' /proc.");
        Assert.Equal("cannot write the report to '/proc/x': nothing can be created in '/proc'\n", Run("run", path, "--out", "/proc/x").Errors);

        // Of several reports the last could not be written: the first scenario is not run either.
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(_folder["out/other"], "");
        string other = Scene.Write(_folder, "other", Good);
        Assert.Equal(ExitCode.BadInput, Run("run", path, other, "--no-plots", "--out", _folder["out"]).Code);
        Assert.False(Directory.Exists(_folder["out/good"]));
    }

    [Fact]
    public void ScenariosThatRunTogetherNeedNamesOfTheirOwn()
    {
        string path = Scene.Write(_folder, "good", Good);
        string copy = _folder["copy.yaml"];
        File.Copy(path, copy);
        (int code, _, string errors) = Run("run", path, copy, "--out", _folder["out"]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal($"{copy}: the scenario is named \"good\", as that of {path} is; scenarios that run together need names of their own\n", errors);
    }

    [Fact]
    public void JsonHasTheFieldsThatProgramsReadAndFollowsSeedAndSets()
    {
        string path = Scene.Write(_folder, "good", Good);
        (int code, string output, string errors) = Run(
            "run", path, "--no-plots", "--format", "json", "--out", _folder["out"], "--seed", "18446744073709551615", "--set", "nodePools[web].count=7");
        Assert.Equal((0, ""), (code, errors));
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement run = Assert.Single(document.RootElement.EnumerateArray());
        AssertHas(run, "scenario, seed, hash, virtualSeconds, wallSeconds, events, jobs, registries, attribution, controlPlane, expectations");
        Assert.Equal(ulong.MaxValue, run.GetProperty("seed").GetUInt64());
        JsonElement job = Assert.Single(run.GetProperty("jobs").EnumerateArray());
        AssertHas(job, "namespace, name, image, desired, succeeded, failed, startSeconds, completionSeconds, warmup");
        AssertHas(job.GetProperty("warmup"), "p50, p90, p99, max");
        Assert.Equal(7, job.GetProperty("succeeded").GetInt32());
        AssertHas(Assert.Single(run.GetProperty("registries").EnumerateArray()), "name, bytesSent, peakBytesPerSecond, meanUtilisation");
        AssertHas(run.GetProperty("controlPlane"), "apiWrites, apiReads, conflicts, reconciles");
        AssertHas(Assert.Single(run.GetProperty("expectations").EnumerateArray()), "metric, value, min, max, passed");
        Assert.Contains("--seed 18446744073709551615 --set 'nodePools[web].count=7'", File.ReadAllText(_folder["out/report.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIfRunsTheChangesThatItReports()
    {
        string path = Scene.Write(_folder, "good", Good);
        (int code, string output, _) = Run("run", path, "--no-plots", "--what-if", "--format", "json", "--out", _folder["out"]);
        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement changes = document.RootElement[0].GetProperty("whatIf");
        JsonElement parallelism = changes.EnumerateArray().First(change => change.GetProperty("change").GetString() == "parallelism 2 → 4");
        string set = Assert.Single(parallelism.GetProperty("set").EnumerateArray()).GetString()!;
        string changed = Run("run", path, "--no-plots", "--format", "json", "--out", _folder["changed"], "--set", set).Output;
        using JsonDocument again = JsonDocument.Parse(changed);
        Assert.Equal(
            again.RootElement[0].GetProperty("jobs")[0].GetProperty("completionSeconds").GetDouble(),
            parallelism.GetProperty("completionSeconds").GetDouble());
    }

    [Fact]
    public void VariantsAreRunAndReportedEachForItself()
    {
        string path = Scene.Write(_folder, "good", Good + "\n  variants:\n  - {name: one, set: {'spec.timeline[0].apply.spec.parallelism': 1}}\n  - {name: four, set: {'spec.timeline[0].apply.spec.parallelism': 4}}");
        Assert.Equal(ExitCode.Fine, Run("run", path, "--no-plots", "--out", _folder["out"]).Code);
        double[] seconds = [.. new[] { "one", "four" }.Select(variant =>
        {
            using JsonDocument summary = JsonDocument.Parse(File.ReadAllText(_folder[$"out/{variant}/summary.json"]));
            return summary.RootElement.GetProperty("jobs")[0].GetProperty("completionSeconds").GetDouble();
        })];
        Assert.True(seconds[0] > seconds[1]);
    }

    private static void AssertHas(JsonElement element, string names) =>
        Assert.All(names.Split(", "), name => Assert.True(element.TryGetProperty(name, out _), name));

    private static (int Code, string Output, string Errors) Run(params string[] arguments) => InProcess.Run(arguments);
}
