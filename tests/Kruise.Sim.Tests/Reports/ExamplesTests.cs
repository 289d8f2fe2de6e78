using System.Text.RegularExpressions;
using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

/// <summary>The reports that the project shows: what the program writes today. Pictures are left out, as fonts and encoders differ by machine.</summary>
public sealed partial class ExamplesTests
{
    private static string Folder => Path.Combine(Fixture.Repository, "reports", "examples");

    [Fact]
    public void The_report_of_a_warm_up_is_what_its_command_writes() => Compare("warm-up-1000", ["--what-if"], "report.html", "report.md", "summary.json", "nodes.csv", "series.csv");

    [Fact]
    public void The_report_of_a_rollout_is_what_its_command_writes() => Compare("warm-before-update", [], "report.md", "summary.json");

    [Fact]
    public void Their_links_lead_to_files_that_are_there()
    {
        foreach (string page in Directory.GetFiles(Folder, "*.md", SearchOption.AllDirectories))
        {
            string[] links = [.. Link().Matches(File.ReadAllText(page)).Select(link => link.Groups["to"].Value)];
            Assert.NotEmpty(links);
            Assert.All(links, link => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(page)!, link)), $"{page}: {link}"));
        }
    }

    private static void Compare(string name, string[] options, params string[] files)
    {
        using TemporaryFolder written = new();
        string scenario = Path.Combine(Fixture.Repository, "scenarios", name + ".yaml");
        using StringWriter output = new(), errors = new();
        int code = CommandLine.Run(["run", scenario, .. options, "--out", written["report"]], output, errors);
        Assert.True(code == ExitCode.Fine, errors.ToString());
        foreach (string file in files)
        {
            string text = File.ReadAllText(written["report/" + file]).Replace(scenario, $"scenarios/{name}.yaml", StringComparison.Ordinal), path = Path.Combine(Folder, name, file);
            // Of a comparison the variants' own folders are not kept.
            if (!File.Exists(Path.Combine(Folder, name, "nodes.csv"))) text = OfVariant().Replace(text, "${name}");
            if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1" && Lasting(text) != Lasting(File.ReadAllText(path))) File.WriteAllText(path, text);
            Assert.True(Lasting(text) == Lasting(File.ReadAllText(path)), $"{path} differs from what the program writes: run this test with UPDATE_DOCS=1 and commit the file");
        }
    }

    // How long the machine took is the one figure that differs from run to run.
    private static string Lasting(string text) => WallSeconds().Replace(text, "");

    [GeneratedRegex("""^ *"wallSeconds": .*$""", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex WallSeconds();

    [GeneratedRegex("""\[(?<name>[^\]]+)\]\([^)]+/report\.md\)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex OfVariant();

    [GeneratedRegex("""\]\((?<to>[^)#]+)\)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();
}
