using System.Text;
using System.Text.Json;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Tests.Measures.Workloads;
using Spectre.Console;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

/// <summary>What reports say of a run with a CloneSet.</summary>
public sealed class WorkloadReportTests
{
    private static readonly RunResult s_run = WorkloadScene.Run("type: ReCreate, maxUnavailable: 2");

    [Fact]
    public void Rows_of_pods_have_a_cell_for_every_documented_column()
    {
        using MemoryStream stream = new();
        PodsCsv.Write(stream, s_run.Pods);
        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n');
        Assert.Equal(PodsCsv.Columns.Select(column => column.Name), lines[0].Split(','));
        Assert.Equal(21, lines.Length);
        int first = lines[0].Split(',').Index().First(column => column.Item == "waitingForTurnSeconds").Index, whole = lines[0].Split(',').Index().First(column => column.Item == "updateSeconds").Index;
        Assert.All(lines[1..], line =>
        {
            string[] cells = line.Split(',');
            Assert.Equal(PodsCsv.Columns.Count, cells.Length);
            Assert.Equal(decimal.Parse(cells[whole], System.Globalization.CultureInfo.InvariantCulture), cells[first..].Sum(cell => decimal.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)));
        });
    }

    [Fact]
    public void Every_metric_has_a_value_and_the_figures_agree_with_the_summary()
    {
        Assert.All(MetricCatalog.Names(new MetricScope { Workloads = ["web"] }).Where(name => name.StartsWith("workloads.", StringComparison.Ordinal) || name.StartsWith("pods.", StringComparison.Ordinal)),
            name => Assert.NotNull(Expectations.Value(name, s_run)));
        Assert.Equal(10, Expectations.Value("workloads.web.updatedReady", s_run));
        Assert.Equal(2, Expectations.Value("workloads.default/web.maxUnavailable", s_run));
        JsonElement json = JsonDocument.Parse(SummaryJson.Of(s_run)).RootElement, set = json.GetProperty("workloads")[0];
        Assert.Equal(Expectations.Value("workloads.web.rollout.seconds.p100", s_run), set.GetProperty("rollouts")[1].GetProperty("secondsTo100").GetDouble());
        Assert.Equal(Expectations.Value("workloads.web.longestUnavailability.seconds", s_run), set.GetProperty("longestUnavailability").GetProperty("seconds").GetDouble());
        double attributed = set.GetProperty("attribution").EnumerateObject().Sum(cause => cause.Value.GetDouble());
        Assert.Equal(s_run.Pods.Where(row => row.Rollout == 1).Sum(row => row.UpdateSeconds!.Value), attributed, 1e-6);
        Assert.Equal(10, set.GetProperty("series").GetProperty("updatedReady").EnumerateArray().Last().GetInt32());
    }

    [Fact]
    public void The_page_and_the_console_answer_first_and_show_a_violation()
    {
        string page = RunPage.Of(s_run, "cmd", plots: true);
        Assert.Contains("**Answer.** `default/web`: 10 of 10 pods updated and ready after ", page, StringComparison.Ordinal);
        Assert.Contains("at most 2 unavailable at a time (2 allowed)", page, StringComparison.Ordinal);
        Assert.All(RunPlots.Workloads, plot => Assert.Contains($"]({plot.Name}.svg)", page, StringComparison.Ordinal));
        Assert.DoesNotContain("(warmup-curve.svg)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("What must not be", page, StringComparison.Ordinal);
        RunResult failed = s_run with { Violations = [new Violation(SimTime.FromSeconds(61), ViolationRule.Partition, "CloneSet default/web was bad", ["Pod default/web-x"])], ViolationCount = 1 };
        Assert.Contains("**Answer.** **The run has failed", RunPage.Of(failed, "cmd", plots: false), StringComparison.Ordinal);
        Assert.Contains("## What must not be", RunPage.Of(failed, "cmd", plots: false), StringComparison.Ordinal);
        Assert.Contains("VIOLATED partition at 61 s: CloneSet default/web was bad (Pod default/web-x)", Shown(failed), StringComparison.Ordinal);
        Assert.Contains("default/web", Shown(s_run), StringComparison.Ordinal);
        Assert.Equal("partition", JsonDocument.Parse(SummaryJson.Of(failed)).RootElement.GetProperty("violations")[0].GetProperty("rule").GetString());
    }

    [Fact]
    public void The_plots_hold_what_was_measured()
    {
        TimeStack stack = PodStatesPlot.Of(s_run);
        Assert.Equal(10, stack.Bands.Sum(band => band.Values[^1]));
        Assert.Contains(stack.Bands, band => band.Stage == PodStage.Terminating);
        TimePlot availability = AvailabilityPlot.Of(s_run);
        Assert.Equal(10, availability.Lines[0].Values.Max());
        Assert.Equal(8, availability.Lines[1].Values.Max());
        Assert.Equal(10, availability.Lines[2].Values[^1]);
        PodGantt gantt = PodGantt.Of(s_run);
        Assert.Equal((10, 10), (gantt.Pods, gantt.States.GetLength(0)));
        Assert.Equal(60, gantt.BeginSeconds, 1e-6);
        Assert.All(Enumerable.Range(2, 8), row => Assert.Equal(PodStep.Waiting, gantt.States[row, 0]));
        Assert.All(Enumerable.Range(0, 9), row => Assert.Equal(PodStep.Updated, gantt.States[row, StateBins.MaxColumns - 1]));
        PodCauseColumns causes = PodTimeByCause.Of(s_run);
        Assert.Equal(10, causes.Columns.Count);
        Assert.Equal(s_run.Pods.Where(row => row.Rollout == 1).Sum(row => row.UpdateSeconds!.Value), causes.Bands.Sum(band => band.MeanSeconds.Sum()), 1e-6);
    }

    [Fact]
    public void Variants_are_compared_and_everything_is_drawn()
    {
        RunResult slow = WorkloadScene.Run("type: InPlaceIfPossible, maxUnavailable: 1") with { Variant = "one" };
        ScenarioReport report = SyntheticRun.Report(s_run with { Variant = "two" }, slow);
        Assert.Equal([("two", 2, 2), ("one", 1, 1)], UnavailableBars.Of(report).Bars);
        Assert.Equal(2, AvailabilityPlot.Compare(report).Lines.Count);
        using TemporaryFolder folder = new();
        ReportWriter.Write(report, folder["out"], new ReportOptions(Plots: true));
        Assert.All(ComparisonPlots.Of(report), plot => Assert.True(File.Exists(Path.Combine(folder["out"], plot.Name + ".png"))));
        Assert.All(RunPlots.Workloads, plot => Assert.True(File.Exists(Path.Combine(folder["out"], "one", plot.Name + ".svg"))));
        Assert.False(File.Exists(Path.Combine(folder["out"], "one", "warmup-curve.png")));
        string page = File.ReadAllText(Path.Combine(folder["out"], "report.md"));
        Assert.Contains("one has the fewest pods unavailable at a time, 1; two the most, 2.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_workloads_says_nothing_of_them()
    {
        RunResult run = new SyntheticRun().Build();
        string summary = Encoding.UTF8.GetString(SummaryJson.Of(run));
        Assert.DoesNotContain("workloads", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("violations", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("orkloads", RunPage.Of(run, "cmd", plots: true), StringComparison.Ordinal);
        Assert.DoesNotContain("pods", Shown(run), StringComparison.Ordinal);
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
