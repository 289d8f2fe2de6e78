using System.Xml.Linq;
using Kruise.Sim.Cli;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Cli;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

/// <summary>The scenarios that the project ships: each states a question and meets its own expectations.</summary>
public sealed class ReadyScenarioTests
{
    private const string Large = "fleet-100000.yaml";

    private static string Folder => Path.Combine(Fixture.Repository, "scenarios");

    public static TheoryData<string> All => [.. Names];

    public static TheoryData<string> AllButLarge => [.. Names.Where(name => name != Large)];

    private static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void ItNamesTheSchemaAndAsksAQuestion(string name)
    {
        string path = Path.Combine(Folder, name);
        Assert.Equal("# yaml-language-server: $schema=../schema/scenario.schema.json", File.ReadLines(path).First());
        LoadResult loaded = ScenarioFiles.Load(path, [], null);
        Assert.Empty(loaded.Problems);
        Scenario scenario = loaded.Variants[0].Scenario;
        Assert.EndsWith("?", scenario.Spec.Question, StringComparison.Ordinal);
        Assert.Equal(Path.GetFileNameWithoutExtension(name), scenario.Metadata.Name);
        Assert.NotEmpty(scenario.Spec.Expect);
    }

    [Theory]
    [MemberData(nameof(AllButLarge))]
    public void ItMeetsItsExpectations(string name) => Passes(name);

    [Fact]
    [Trait("Size", "Large")]
    public void TheLargestMeetsItsExpectations() => Passes(Large);

    [Theory]
    [InlineData("warm-up-1000.yaml")]
    [InlineData("node-loss.yaml")]
    public void ItsPlotsCanBeOpened(string name)
    {
        using var report = new TemporaryFolder();
        Assert.Equal(ExitCode.Fine, Run(out _, out _, Path.Combine(Folder, name), "--set", "variants=[]", "--out", report["report"]));
        string folder = report["report"];
        string[] pngs = Directory.GetFiles(folder, "*.png");
        string[] svgs = Directory.GetFiles(folder, "*.svg");
        Assert.True(pngs.Length >= 4);
        Assert.Equal(pngs.Select(Path.GetFileNameWithoutExtension).Order(), svgs.Select(Path.GetFileNameWithoutExtension).Order());
        Assert.All(pngs, png => Assert.Equal([0x89, .. "PNG\r\n\x1A\n"u8], File.ReadAllBytes(png)[..8]));
        Assert.All(svgs, svg => Assert.Equal("svg", XDocument.Load(svg).Root!.Name.LocalName));
        string page = File.ReadAllText(Path.Combine(folder, "report.md"));
        Assert.All(pngs, png => Assert.Contains(Path.GetFileNameWithoutExtension(png), page, StringComparison.Ordinal));
        Assert.Contains("kruise-sim run", page, StringComparison.Ordinal);
    }

    private static void Passes(string name)
    {
        using var folder = new TemporaryFolder();
        int code = Run(out string output, out string errors, Path.Combine(Folder, name), "--no-plots", "--out", folder["report"]);
        Assert.True(code == ExitCode.Fine, $"exit code {code}\n{errors}\n{output}");
        Assert.True(File.Exists(folder["report/summary.json"]) && File.Exists(folder["report/report.md"]));
    }

    private static int Run(out string output, out string errors, params string[] arguments)
    {
        (int code, output, errors) = InProcess.Run(["run", .. arguments]);
        return code;
    }
}
