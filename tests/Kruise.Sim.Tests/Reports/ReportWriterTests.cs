using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Plots;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public sealed class ReportWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_leaves_every_file_and_the_same_bytes_twice()
    {
        ReportWriter.Write(SyntheticRun.Report(Run()), _folder["a"], new ReportOptions());
        ReportWriter.Write(SyntheticRun.Report(Run()), _folder["b"], new ReportOptions());
        string[] expected = ["nodes.csv", "report.html", "report.md", "series.csv", "summary.json", .. RunPlots.Warmup.SelectMany(plot => new[] { plot.Name + ".png", plot.Name + ".svg" })];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Files("a"));
        Assert.All(expected, file => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["a"], file)), File.ReadAllBytes(Path.Combine(_folder["b"], file))));
        string page = File.ReadAllText(_folder["a/report.md"]);
        Assert.All(RunPlots.Warmup, plot => Assert.Equal(2, page.Split($"[![{plot.Name}]({plot.Name}.png)]({plot.Name}.svg)").Length));
        Assert.All(expected.Where(file => file.EndsWith(".svg", StringComparison.Ordinal)), file => Assert.InRange(new FileInfo(Path.Combine(_folder["a"], file)).Length, 1_000, 600_000));

        static RunResult Run() => new SyntheticRun { Nodes = 2000, Parallelism = 100, FailEvery = 40, Outage = (30, 50) }.Build();
    }

    [Fact]
    public void Variants_have_a_folder_each_and_a_comparison_above_them()
    {
        RunResult[] runs = [.. new[] { 5, 50 }.Select(parallelism => new SyntheticRun { Parallelism = parallelism, Variant = $"parallelism {parallelism}" }.Build())];
        ReportWriter.Write(SyntheticRun.Report(runs), _folder["run"], new ReportOptions());
        string[] expected = ["parallelism-5", "parallelism-50", "report.html", "report.md", "summary.json", .. ComparisonPlots.Warmup.SelectMany(plot => new[] { plot.Name + ".png", plot.Name + ".svg" })];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Files("run"));
        Assert.Equal(5 + (2 * RunPlots.Warmup.Count), Directory.GetFiles(Path.Combine(_folder["run"], "parallelism-5")).Length);
        string page = File.ReadAllText(Path.Combine(_folder["run"], "report.md"));
        Assert.All(ComparisonPlots.Warmup, plot => Assert.Contains($"({plot.Name}.png)]({plot.Name}.svg)", page, StringComparison.Ordinal));
        Assert.Contains("parallelism 50 warms every node soonest", page, StringComparison.Ordinal);
        Assert.Contains("(parallelism-5/report.md)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_that_gives_up_on_nodes_is_never_the_fastest()
    {
        RunResult patient = new SyntheticRun { Nodes = 100, Parallelism = 5, Variant = "patient" }.Build();
        RunResult hasty = new SyntheticRun { Nodes = 100, Parallelism = 50, FailEvery = 4, Variant = "hasty" }.Build();
        ReportWriter.Write(SyntheticRun.Report(patient, hasty), _folder["run"], new ReportOptions(Plots: false));
        string page = File.ReadAllText(Path.Combine(_folder["run"], "report.md"));
        Assert.Contains("patient warms every node soonest", page, StringComparison.Ordinal);
        Assert.Contains($"hasty gives up on {hasty.Jobs[0].Failed} of 100 nodes.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_variants_suit_a_file_system_and_are_all_different()
    {
        string[] names = ["../../etc", "a/b", "a b", "A-B", "", "..", "report.md", "Report.html", "10 Gbit/s"];
        ScenarioReport report = SyntheticRun.Report([.. names.Select(name => new SyntheticRun { Nodes = 1, Variant = name }.Build())]);
        Assert.Equal(["-..-etc", "a-b", "a-b-2", "A-B-3", "variant", "variant-2", "report.md-2", "Report.html-2", "10-Gbit-s"], ReportWriter.VariantFolders(report));
    }

    [Fact]
    public void Without_plots_there_are_none_and_the_page_names_none()
    {
        ReportWriter.Write(SyntheticRun.Report(new SyntheticRun().Build()), _folder["run"], new ReportOptions(Plots: false));
        Assert.Equal(["nodes.csv", "report.html", "report.md", "series.csv", "summary.json"], Files("run"));
        Assert.DoesNotContain(".png", File.ReadAllText(Path.Combine(_folder["run"], "report.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_jobs_nodes_registries_or_samples_can_be_written()
    {
        RunResult empty = new SyntheticRun { Nodes = 1 }.Build() with
        {
            Jobs = [],
            Nodes = [],
            Registries = [],
            Expectations = [],
            Series = new TimeSeries
            {
                IntervalSeconds = 1,
                Seconds = [],
                Succeeded = [],
                Failed = [],
                Desired = [],
                ActiveNodes = [],
                ActivePulls = [],
                QueueDepth = [],
                Parallelism = [],
                RegistryBytesPerSecond = [],
                RegistryLimitBytesPerSecond = [],
            },
        };
        ReportWriter.Write(SyntheticRun.Report(empty), _folder["run"], new ReportOptions());
        Assert.Equal(5 + (2 * RunPlots.Warmup.Count), Files("run").Length);
    }

    [Fact]
    public void Json_of_all_runs_is_one_array()
    {
        using MemoryStream output = new();
        ConsoleReport.WriteJson(output, [SyntheticRun.Report(new SyntheticRun().Build()), SyntheticRun.Report(new SyntheticRun { Variant = "a" }.Build(), new SyntheticRun { Variant = "b" }.Build())]);
        Assert.Equal(3, System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray())).RootElement.GetArrayLength());
    }

    private string[] Files(string name) => [.. Directory.EnumerateFileSystemEntries(_folder[name]).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
}
