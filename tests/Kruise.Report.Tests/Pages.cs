using System.Runtime.CompilerServices;
using Kruise.Sim;
using Kruise.Sim.Cli;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Sweeps;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>One browser and one set of reports for all tests.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<Chromium>, ICollectionFixture<ReportSet>
{
    public const string Name = "pages";
}

/// <summary>Reports of every kind, written once.</summary>
public sealed class ReportSet : IDisposable
{
    public const string Markup = "<img src=x onerror=\"document.title='broken'\"><b>bold</b> &amp; </script><!-- \u2028";

    private readonly TemporaryFolder _folder = new();

    public ReportSet()
    {
        Nodes = new SyntheticRun { Nodes = 240, Parallelism = 8, FailEvery = 40, Outage = (30, 50), Question = "How long, and <b>why</b>?" }.Build();
        Nodes = Nodes with
        {
            Expectations = [.. Nodes.Expectations, new ExpectationResult("attribution.unpack.seconds", 100, null, 200, true)],
            Jobs = [Nodes.Jobs[0] with { Message = Markup }],
            Nodes = [.. Nodes.Nodes.Select((row, i) => i == 3 ? row with { Message = Markup, Pool = "<i>web</i>" } : row)],
            Notes = [Markup],
            Marks = [.. Nodes.Marks, new TimelineMark(default, null, Markup)],
        };
        NodesPage = Write("nodes", SyntheticRun.Report(Nodes));
        Many = new SyntheticRun { Nodes = 5000, Parallelism = 200, FailEvery = 400 }.Build();
        ManyPage = Write("many", SyntheticRun.Report(Many));
        Fleet = new SyntheticRun { Nodes = 25_000, Parallelism = 2000, FailEvery = 1000 }.Build();
        FleetPage = Write("fleet", SyntheticRun.Report(Fleet));
        CrowdPage = Write("crowd", SyntheticRun.Report(new SyntheticRun { Nodes = 3, Jobs = 60 }.Build()));
        Rollout = Run("warm-before-update.yaml");
        RolloutPage = Write("rollout", Rollout);
        Sidecars = Run("sidecar-bad-version.yaml");
        SidecarsPage = Write("sidecars", Sidecars);
        ScenarioReport held = Run("rolling-update.yaml", "timeline[0].apply.spec.updateStrategy.partition=100%");
        HeldPage = Write("held", held with { Runs = [held.Runs.Single(run => run.Variant == "max-unavailable-10") with { Variant = null }] });
        string scenario = SweepScene.Write(_folder), own = SweepScene.Parallelism;
        RunsPage = Command("runs", "compare", scenario, "--set-a", own + "=1", "--set-b", own + "=8", "--seeds", "6");
        CurvesPage = Command("curves", "sweep", scenario, "--vary", own + "=1,4,8", "--seeds", "3", "--minimize", "jobs.warm.seconds");
        TunePage = Command("tune", "tune", scenario, "--vary", own + "=1..20", "--vary", "registries[0].egress=1Gbps,2Gbps", "--minimize", "jobs.warm.seconds", "--seeds", "4");
        scenario = SweepScene.Write(_folder, SweepScene.Spec + "\n  expect:\n  - {metric: registries.docker.io.peakBytesPerSecond, max: 150e6}\n");
        MapPage = Command("map", "sweep", scenario, "--vary", own + "=1,4,8", "--vary", "registries[0].egress=500Mbps,2Gbps", "--seeds", "2");
        FoldersPage = Command("folders", "compare", _folder["rollout"], "--variant-a", Rollout.Runs[0].Variant!, "--variant-b", Rollout.Runs[1].Variant!);
    }

    internal RunResult Nodes { get; }

    internal RunResult Many { get; }

    internal RunResult Fleet { get; }

    internal ScenarioReport Rollout { get; }

    internal ScenarioReport Sidecars { get; }

    /// <summary>Of a warm-up; some nodes failed, and texts are full of markup.</summary>
    public string NodesPage { get; }

    /// <summary>Of 5,000 nodes.</summary>
    public string ManyPage { get; }

    /// <summary>Of more nodes than a page holds.</summary>
    public string FleetPage { get; }

    /// <summary>Of sixty jobs.</summary>
    public string CrowdPage { get; }

    /// <summary>Of an update that began no pod: of two rollouts only the first has rows.</summary>
    public string HeldPage { get; }

    /// <summary>Of a comparison.</summary>
    public string RolloutPage { get; }

    /// <summary>Of one of its variants.</summary>
    public string VariantPage => Path.Combine(Path.GetDirectoryName(RolloutPage)!, Rollout.Runs[0].Variant!, "report.html");

    /// <summary>Of a scenario with SidecarSets: of itself or of its first variant.</summary>
    public string SidecarsPage { get; }

    /// <summary>Of a sweep over one value.</summary>
    public string CurvesPage { get; }

    /// <summary>Of a sweep over two; some settings are not admissible.</summary>
    public string MapPage { get; }

    /// <summary>Of a search over two.</summary>
    public string TunePage { get; }

    /// <summary>Of two runs, compared by their files.</summary>
    public string RunsPage { get; }

    /// <summary>Of two runs of which there are only the folders.</summary>
    public string FoldersPage { get; }

    internal string SidecarsRunPage => Sidecars.HasVariants ? Path.Combine(Path.GetDirectoryName(SidecarsPage)!, Sidecars.Runs[0].Variant!, "report.html") : SidecarsPage;

    /// <summary>Every kind of page.</summary>
    internal IEnumerable<string> All => new[]
    {
        NodesPage, ManyPage, FleetPage, RolloutPage, VariantPage, SidecarsPage, SidecarsRunPage, HeldPage, CrowdPage, RunsPage, FoldersPage, CurvesPage, MapPage, TunePage,
    }.Distinct(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    internal string Write(string name, ScenarioReport report)
    {
        ReportWriter.Write(report, _folder[name], new ReportOptions(Plots: false));
        return Path.Combine(_folder[name], "report.html");
    }

    private string Command(string name, params string[] arguments)
    {
        (int code, _, string errors) = InProcess.Run([.. arguments, "--no-plots", "--out", _folder[name]]);
        Assert.True(code == ExitCode.Fine, errors);
        return Path.Combine(_folder[name], "report.html");
    }

    private static ScenarioReport Run(string scenario, params string[] sets)
    {
        LoadResult loaded = ScenarioFiles.Load(Path.Combine(Repository(), "scenarios", scenario), sets, seed: null);
        Assert.True(loaded.Succeeded);
        return new ScenarioReport
        {
            Scenario = loaded.Variants[0].Scenario.Metadata.Name,
            Question = loaded.Variants[0].Scenario.Spec.Question,
            ReproduceCommand = "kruise-sim run scenarios/" + scenario,
            Runs = [.. loaded.Variants.Select(variant =>
            {
                Simulation simulation = new(variant);
                while (simulation.Advance(int.MaxValue)) { }
                return simulation.Finish(0);
            })],
        };
    }

    internal static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../.."));
}
