using System.Text.Json;
using Kruise.Sim.Cli;
using Kruise.Sim.Comparisons;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Comparisons;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Tests.Scenarios;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Comparisons;

public sealed class CompareCommandTests : IDisposable
{
    private const string Variants = Spec + "\n  variants:\n  - {name: narrow, set: {'registries[0].egress': 500Mbps}}\n  - {name: wide}\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_settings_are_compared_on_the_same_seeds()
    {
        string path = Write(_folder);
        (int code, string output, string errors) = Run("compare", path, "--set-a", Parallelism + "=1", "--set-b", Parallelism + "=8", "--seeds", "12", "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        JsonElement root = Json("out");
        Assert.Equal(("parallelism=1", "parallelism=8", 12), (root.GetProperty("a").GetProperty("label").GetString(), root.GetProperty("b").GetProperty("label").GetString(), root.GetProperty("seeds").GetInt32()));
        Assert.Equal(CompareReport.Fields.Select(field => field.Name.Replace("[]", "", StringComparison.Ordinal)), root.EnumerateObject().Select(property => property.Name));
        JsonElement seconds = Metric(root, "jobs.warm.seconds");
        Assert.Equal("better", seconds.GetProperty("verdict").GetString());
        Assert.True(seconds.GetProperty("high").GetDouble() < 0, "Every shift that is not refuted makes it faster.");
        Assert.Equal("same", Metric(root, "jobs.warm.succeeded").GetProperty("verdict").GetString());
        // One at a time, nodes wait for each other; that is where the time went.
        Assert.Equal("waiting for a slot", root.GetProperty("moved")[0].GetProperty("cause").GetString());
        Assert.True(root.GetProperty("moved")[0].GetProperty("difference").GetDouble() < 0);
        Assert.Contains("Most of the time that moved is waiting for a slot", output, StringComparison.Ordinal);
        Assert.Equal(
            [
                "compare.json", "registry-throughput.png", "registry-throughput.svg", "report.html", "report.md", "slot-by-cause.png", "slot-by-cause.svg", "time-by-cause.png", "time-by-cause.svg",
                "warmup-curve.png", "warmup-curve.svg",
            ],
            Contents(_folder["out"]).Keys);
        Assert.Equal(ExitCode.Fine, Run("compare", path, "--set-a", Parallelism + "=1", "--set-b", Parallelism + "=8", "--seeds", "12", "--workers", "1", "--out", _folder["again"]).Code);
        Assert.Equal(Contents(_folder["out"]), Contents(_folder["again"]));
    }

    [Fact]
    public void Two_variants_of_a_file_and_the_folders_of_their_runs_say_the_same()
    {
        string path = Write(_folder, Variants);
        Assert.Equal(ExitCode.Fine, Run("compare", path, "--no-plots", "--out", _folder["files"]).Code);
        Assert.Equal(ExitCode.Fine, Run("run", path, "--no-plots", "--out", _folder["run"]).Code);
        (int code, _, string errors) = Run("compare", Path.Combine(_folder["run"], "narrow"), Path.Combine(_folder["run"], "wide"), "--out", _folder["folders"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal(ExitCode.Fine, Run("compare", _folder["run"], "--variant-a", "narrow", "--variant-b", "wide", "--out", _folder["variants"]).Code);
        JsonElement files = Json("files"), folders = Json("folders");
        Assert.Equal(("narrow", "wide"), (folders.GetProperty("a").GetProperty("label").GetString(), folders.GetProperty("b").GetProperty("label").GetString()));
        JsonElement[] metrics = [.. folders.GetProperty("metrics").EnumerateArray()];
        Assert.True(metrics.Length > 30, "A summary has most of the metrics.");
        foreach (JsonElement metric in metrics)
        {
            JsonElement same = Metric(files, metric.GetProperty("metric").GetString()!);
            // A summary has bytes without their fractions.
            foreach (string side in (string[])["a", "b"]) Assert.Equal(Number(same, side), Number(metric, side), 1e-6 * Math.Max(1, Math.Abs(Number(same, side))));
            Assert.Equal(same.GetProperty("verdict").GetString(), metric.GetProperty("verdict").GetString());
        }

        Assert.Equal(folders.GetProperty("metrics").ToString(), Json("variants").GetProperty("metrics").ToString());
        Assert.Equal(["compare.json", "report.html", "report.md"], Contents(_folder["files"]).Keys);
        Assert.Contains("report.html", Contents(_folder["folders"]).Keys);
        Assert.Contains("warmup-curve.png", Contents(_folder["folders"]).Keys);
        Assert.Contains("registry-throughput.png", Contents(_folder["folders"]).Keys);

        static double Number(JsonElement metric, string name) => metric.GetProperty(name).ValueKind == JsonValueKind.Null ? -1 : metric.GetProperty(name).GetDouble();
    }

    [Fact]
    public void What_one_side_does_not_have_is_not_compared_and_its_pods_are_its_own()
    {
        const string Set = """
            - at: 0s
              apply:
                apiVersion: apps.kruise.io/v1alpha1
                kind: CloneSet
                metadata: {name: NAME}
                spec: {replicas: COUNT, selector: {matchLabels: {app: NAME}}, template: {metadata: {labels: {app: NAME}}, spec: {containers: [{name: main, image: "app:1"}]}}}
            """;
        string sets = Spec[..Spec.IndexOf("  timeline:", StringComparison.Ordinal)] + "  timeline:\n";
        string Timeline(string name, int count) => "  " + Set.ReplaceLineEndings("\n  ").Replace("NAME", name, StringComparison.Ordinal).Replace("COUNT", $"{count}", StringComparison.Ordinal) + "\n";
        Write(_folder);
        string one = Scene.Write(_folder, "one", sets + Timeline("web", 10)), two = Scene.Write(_folder, "two", sets + Timeline("web", 10) + Timeline("api", 30));
        (int code, string output, string errors) = Run("compare", one, two, "--out", _folder["out"]);
        Assert.True(code == ExitCode.Fine, errors);
        JsonElement root = Json("out");
        Assert.DoesNotContain(root.GetProperty("metrics").EnumerateArray(), metric => metric.GetProperty("metric").GetString()!.StartsWith("warmup.", StringComparison.Ordinal));
        Assert.DoesNotContain("not reached", output, StringComparison.Ordinal);
        // The seconds of all pods over all pods, on either side.
        double[] Sums(string metric) => [.. root.GetProperty("metrics").EnumerateArray().Where(m => m.GetProperty("metric").GetString() == metric).SelectMany(m => (double[])[m.GetProperty("a").GetDouble(), m.GetProperty("b").GetDouble()])];
        JsonElement moved = root.GetProperty("moved").EnumerateArray().First(m => m.GetProperty("whose").GetString() == "pod");
        string title = moved.GetProperty("cause").GetString()!;
        double[] seconds = Sums($"pods.attribution.{PodCauses.Keys[PodCauses.Titles.ToList().IndexOf(title)]}.seconds");
        Assert.Equal((seconds[0] / 10, seconds[1] / 40), (moved.GetProperty("a").GetDouble(), moved.GetProperty("b").GetDouble()));

        // The same of their folders, with a curve of the pods.
        foreach (string scenario in (string[])[one, two]) Assert.Equal(ExitCode.Fine, Run("run", scenario, "--no-plots", "--out", _folder["runs"] + "/" + Path.GetFileNameWithoutExtension(scenario)).Code);
        (code, _, errors) = Run("compare", _folder["runs/one"], _folder["runs/two"], "--out", _folder["folders"]);
        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal(moved.GetProperty("b").GetDouble(), Json("folders").GetProperty("moved").EnumerateArray().Single(m => m.GetProperty("cause").GetString() == title).GetProperty("b").GetDouble(), 1e-6);
        Assert.Contains("updated-ready.png", Contents(_folder["folders"]).Keys);
    }

    [Theory]
    [InlineData("rolling-update.yaml", "cluster.nodePools[0].count=100")]
    [InlineData("sidecar-warm-first.yaml", "seed=42")]
    public void A_summary_gives_back_the_metrics_of_its_run(string scenario, string set)
    {
        ScenarioVariant variant = ScenarioFiles.Load(Path.Combine(Fixture.Repository, "scenarios", scenario), [set], null).Variants[0];
        var simulation = new Simulation(variant);
        while (simulation.Advance(100_000))
        {
        }

        RunResult run = simulation.Finish(0);
        using var json = JsonDocument.Parse(SummaryJson.Of(run));
        IReadOnlyDictionary<string, double> read = SummaryMetrics.Of(json.RootElement);
        // All that the run has, but percentiles over several jobs or sets, which cannot be put together from theirs.
        string[] all = [.. MetricCatalog.Names(MetricScopes.Of(variant.Scenario.Spec)).Where(name => Expectations.Value(name, run) is not null)];
        Assert.All(all.Except(read.Keys, StringComparer.Ordinal), name => Assert.Matches(@"^(pods\.(update|admission)|warmup|labels)\.|^(nodes|attribution)\.", name));
        Assert.All(read, metric => Assert.Equal(Expectations.Value(metric.Key, run) ?? double.NaN, metric.Value, 1e-6 * Math.Max(1, Math.Abs(metric.Value))));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        string path = Write(_folder, Variants);
        Refused("both sides are the same", path, path, "--variant-a", "wide", "--variant-b", "wide");
        Refused("--variant-b slow: the scenario has no such variant; allowed: narrow, wide", path, "--variant-b", "slow");
        Refused("is the folder of a run and the other is not", path, _folder.Path);
        Refused("both sides are the same", _folder.Path);
        Refused("holds no run", _folder.Path, Path.GetTempPath());
        Directory.CreateDirectory(_folder["odd"]);
        File.WriteAllText(Path.Combine(_folder["odd"], "summary.json"), """{"variants":[{}]}""");
        Refused("has the runs of several variants", _folder["odd"], _folder.Path);
        Refused("has no such variant", _folder["odd"], _folder.Path, "--variant-a", "x");
        Refused("there is no file", path, _folder["absent.yaml"]);

        void Refused(string wrong, params string[] arguments)
        {
            (int code, string output, string errors) = Run(["compare", .. arguments, "--out", _folder["out"]]);
            Assert.Equal((ExitCode.BadInput, ""), (code, output));
            Assert.Contains(wrong, errors, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["out"]));
        }
    }

    private JsonElement Json(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder[folder], "compare.json")));
        return json.RootElement.Clone();
    }

    private static JsonElement Metric(JsonElement root, string name) => root.GetProperty("metrics").EnumerateArray().Single(metric => metric.GetProperty("metric").GetString() == name);
}
