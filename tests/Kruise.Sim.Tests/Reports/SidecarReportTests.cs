using System.Globalization;
using System.Text;
using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Tests.Workloads;
using Spectre.Console;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

/// <summary>What reports say of a run with a SidecarSet.</summary>
public sealed class SidecarReportTests
{
    private const string Behaviour = "  containers:\n  - {container: agent, ready: 2s}";

    private static readonly string s_spec = SidecarScene.Spec(
        timeline: $"  - {{at: 40s, labelPods: {{cloneSet: web, count: 4, labels: {{zone: a}}}}}}\n  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2, "maxUnavailable: 2, scatterStrategy: [{key: zone, value: a}]")}}}",
        spec: Behaviour);

    private static readonly RunResult s_run = SidecarScene.Run(s_spec).Result;

    [Fact]
    public void Rows_of_upgrades_have_a_cell_for_every_documented_column_and_their_causes_sum()
    {
        using MemoryStream stream = new();
        SidecarsCsv.Write(stream, s_run.Upgrades);
        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n');
        string[] names = lines[0].Split(',');
        Assert.Equal(SidecarsCsv.Columns.Select(column => column.Name), names);
        Assert.Equal(11, lines.Length);
        int first = Array.IndexOf(names, "waitingForTurnSeconds"), asked = Array.IndexOf(names, "askedSeconds"), ready = Array.IndexOf(names, "readySeconds");
        Assert.All(lines[1..], line =>
        {
            decimal[] cells = [.. line.Split(',').Select(cell => decimal.TryParse(cell, CultureInfo.InvariantCulture, out decimal number) ? number : 0)];
            Assert.Equal(names.Length, cells.Length);
            Assert.Equal(cells[ready] - cells[asked], cells[first..].Sum());
        });
    }

    [Fact]
    public void The_summary_agrees_with_the_metrics()
    {
        JsonElement json = JsonDocument.Parse(SummaryJson.Of(s_run)).RootElement, set = json.GetProperty("sidecarSets")[0];
        Assert.Equal("log", set.GetProperty("name").GetString());
        Assert.Equal(10, set.GetProperty("upgradedReady").GetInt32());
        Assert.Equal(Expectations.Value("sidecarSets.log.rollout.seconds.p100", s_run), set.GetProperty("versions")[1].GetProperty("secondsTo100").GetDouble());
        Assert.Equal(Expectations.Value("sidecarSets.log.upgrade.seconds.p99", s_run), set.GetProperty("upgrade").GetProperty("p99").GetDouble());
        Assert.Equal(s_run.Upgrades.Sum(row => (row.Done!.Value - row.Asked).Seconds), set.GetProperty("attribution").EnumerateObject().Sum(cause => cause.Value.GetDouble()), 1e-6);
        Assert.Equal(10, set.GetProperty("series").GetProperty("upgradedReady").EnumerateArray().Last().GetInt32());
        Assert.Equal(10, json.GetProperty("pods").GetProperty("admission").GetProperty("calls").GetInt32());
    }

    [Fact]
    public void The_page_and_the_console_answer_first()
    {
        string page = RunPage.Of(s_run, "cmd", plots: true);
        Assert.Contains("**Answer.** SidecarSet `log`: 10 of 10 pods upgraded and ready after ", page, StringComparison.Ordinal);
        Assert.Contains("at most 2 out of service at a time (2 allowed)", page, StringComparison.Ordinal);
        Assert.Contains("no container of the pods' own was restarted", page, StringComparison.Ordinal);
        Assert.Contains("| `log` | `zone=a` | 4 |", page, StringComparison.Ordinal);
        Assert.All(RunPlots.Sidecars, plot => Assert.Contains($"]({plot.Name}.svg)", page, StringComparison.Ordinal));
        Assert.Contains("[sidecars.csv](sidecars.csv)", page, StringComparison.Ordinal);
        Assert.Contains("10/10", Shown(s_run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_upgrades_nothing_tells_of_injection()
    {
        RunResult run = SidecarScene.Run(SidecarScene.Spec(spec: Behaviour)).Result;
        string page = RunPage.Of(run, "cmd", plots: true);
        Assert.Contains("**Answer.** SidecarSet `log`: injected into 10 pods; a pod starts within ", page, StringComparison.Ordinal);
        Assert.Contains($"]({RunPlots.SidecarUpgrade.Name}.svg)", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"]({RunPlots.SidecarRollout.Name}.svg)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("### Upgrades", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plots_hold_what_was_measured()
    {
        TimePlot upgrade = SidecarPlots.Upgrade(s_run);
        Assert.Equal(["with the sidecar (10)", "to be upgraded (10)", "at the set's version (10)", "and ready (10)"], upgrade.Lines.Select(line => line.Label));
        Assert.Equal(10, upgrade.Lines[^1].Values[^1]);
        Assert.Equal(2, SidecarPlots.Unavailable(s_run).Lines[0].Values.Max());
        PodGantt gantt = SidecarPlots.Gantt(s_run);
        Assert.Equal((10, 60.0), (gantt.Pods, gantt.BeginSeconds));
        Assert.All(Enumerable.Range(2, 8), row => Assert.Equal(PodStep.Waiting, gantt.States[row, 0]));
        Assert.All(Enumerable.Range(0, 9), row => Assert.Equal(PodStep.Updated, gantt.States[row, StateBins.MaxColumns - 1]));
    }

    [Fact]
    public void Variants_are_compared_and_everything_is_drawn()
    {
        RunResult slow = SidecarScene.Run(SidecarScene.Spec(timeline: $"  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2, "maxUnavailable: 1")}}}", spec: Behaviour)).Result with { Variant = "one" };
        ScenarioReport report = SyntheticRun.Report(s_run with { Variant = "two" }, slow);
        using TemporaryFolder folder = new();
        ReportWriter.Write(report, folder["out"], new ReportOptions(Plots: true));
        Assert.All(ComparisonPlots.Of(report), plot => Assert.True(File.Exists(Path.Combine(folder["out"], plot.Name + ".png"))));
        Assert.All(RunPlots.Sidecars, plot => Assert.True(File.Exists(Path.Combine(folder["out"], "one", plot.Name + ".svg"))));
        Assert.True(File.Exists(Path.Combine(folder["out"], "two", SidecarsCsv.FileName)));
        string page = File.ReadAllText(Path.Combine(folder["out"], "report.md"));
        Assert.Contains("two has the sidecars upgraded soonest", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Variants_of_a_bad_version_say_what_it_broke_and_only_those_that_went_back_are_ranked()
    {
        RunResult quick = Broken("quick", failed: 1, seconds: 4, unready: 0), slow = Broken("slow", failed: 3, seconds: 8, unready: 0), stuck = Broken("stuck", failed: 2, seconds: 0, unready: 2);
        ScenarioReport report = SyntheticRun.Report(quick, slow, stuck);
        Assert.Equal(
            "Pods that a version broke before it was given up: 1 of 10 upgraded in quick, 3 of 10 upgraded in slow, 2 of 10 upgraded in stuck. "
            + "quick has the next version on its pods soonest, in 4 s; slow takes longest, 8 s (2.00× as long). stuck leaves 2 pods not ready when the run ends.",
            ComparisonPage.AnswerOf(report, _ => FigureLinks.None));
        Assert.Contains("10 pods were at its version when it was asked for, and none was upgraded; 2 of 10 are not ready when the run ends.", RunPage.AnswerOf(stuck, FigureLinks.None), StringComparison.Ordinal);
    }

    [Fact]
    public void More_out_of_service_than_allowed_is_explained()
    {
        SidecarSetResult set = s_run.SidecarSets[0];
        SidecarRolloutResult version = set.Rollouts[^1];
        Peak most = new(3, version.MaxUnavailable.At);
        RunResult run = s_run with { SidecarSets = [set with { MaxUnavailable = most, Rollouts = [set.Rollouts[0], version with { MaxUnavailable = most }] }] };
        Assert.Contains("at most 3 out of service at a time (2 allowed, beside pods that were so before)", RunPage.AnswerOf(run, FigureLinks.None), StringComparison.Ordinal);
        const string Why = "maxUnavailable limits what an upgrade takes out of service";
        Assert.Contains(Why, RunPage.Of(run, "cmd", plots: false), StringComparison.Ordinal);
        Assert.Contains(Why, ComparisonPage.Of(SyntheticRun.Report(run, s_run), ["a", "b"], plots: false), StringComparison.Ordinal);
        Assert.DoesNotContain(Why, RunPage.Of(s_run, "cmd", plots: false) + ComparisonPage.Of(SyntheticRun.Report(s_run, s_run), ["a", "b"], plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_console_tells_of_upgrades_and_not_of_how_the_pods_were_made()
    {
        string shown = Shown(s_run);
        Assert.InRange(shown.IndexOf("synthetic", StringComparison.Ordinal), 0, shown.IndexOf("SidecarSet", StringComparison.Ordinal));
        Assert.Contains("where the upgrades' time went", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("where the pods' time went", shown, StringComparison.Ordinal);
        // The workload was never updated, so that its own maxUnavailable allowed nothing.
        string[] workload = shown.Split('\n').Single(line => line.Contains("default/web", StringComparison.Ordinal)).Split('│', StringSplitOptions.TrimEntries);
        string[] headings = shown.Split('\n').Single(line => line.Contains("workload", StringComparison.Ordinal)).Split('│', StringSplitOptions.TrimEntries);
        Assert.Equal("–", workload[Array.IndexOf(headings, "allowed")]);
    }

    // The upgrade given up for a version that came, or that the pods had already.
    private static RunResult Broken(string variant, int failed, double seconds, int unready)
    {
        SidecarSetResult set = s_run.SidecarSets[0];
        SidecarRolloutResult bad = set.Rollouts[^1] with { Upgrades = 10, Failed = failed, Superseded = set.Rollouts[^1].Begin, SecondsTo100 = null };
        SidecarRolloutResult next = set.Rollouts[^1] with { Number = 2, Upgrades = seconds > 0 ? 10 : 0, SecondsTo100 = seconds };
        return s_run with { Variant = variant, SidecarSets = [set with { Ready = set.Matched - unready, Rollouts = [set.Rollouts[0], bad, next] }] };
    }

    [Fact]
    public void A_run_without_sidecars_says_nothing_of_them()
    {
        RunResult run = Scene.Run(Kruise.Sim.Tests.Measures.Workloads.WorkloadScene.Spec("type: InPlaceIfPossible"));
        Assert.DoesNotContain("sidecar", Encoding.UTF8.GetString(SummaryJson.Of(run)), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("sidecar", RunPage.Of(run, "cmd", plots: true), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("sidecar", Shown(run), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        Assert.Equal(Bytes(s_run), Bytes(SidecarScene.Run(s_spec).Result));

        static byte[] Bytes(RunResult run)
        {
            using MemoryStream stream = new();
            stream.Write(Scene.Files(run));
            PodsCsv.Write(stream, run.Pods);
            SidecarsCsv.Write(stream, run.Upgrades);
            stream.Write(Encoding.UTF8.GetBytes(RunPage.Of(run with { WallSeconds = 0 }, "cmd", plots: true)));
            return stream.ToArray();
        }
    }

    private static string Shown(RunResult run)
    {
        using StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 250;
        ConsoleReport.Write(console, SyntheticRun.Report(run), null);
        return text.ToString();
    }
}
