using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The dotnet tool: what was built is packed, installed from the package alone, and run.</summary>
public sealed class PackageTests
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>A folder with a package that was made before, which is tested then; without it the tests pack what they were built with.</summary>
    private const string PackagesVariable = "KRUISE_SIM_PACKAGES";

    [Fact]
    public async Task The_package_is_installed_without_any_other_source_and_runs_a_scenario()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        string packages = await PackagesAsync(folder, cancellation);
        // Earlier versions may lie beside it.
        string version = typeof(Kruise.Sim.Cli.CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        string package = Path.Combine(packages, $"Kruise.Sim.{version}.nupkg");
        Assert.True(File.Exists(package), package);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Path.GetFileName(package)}: {new FileInfo(package).Length:N0} B");
        await CheckContentAsync(package, cancellation);

        // Another source would be asked as well: this is what a machine without a network does.
        (int code, string output, string errors) = await Shell.RunAsync(
            Shell.Dotnet, ["tool", "install", "Kruise.Sim", "--tool-path", folder["tool"], "--source", packages, "--version", version], cancellation, folder.Path);
        Assert.True(code == 0, output + errors);
        string command = Path.Combine(folder["tool"], OperatingSystem.IsWindows() ? "kruise-sim.exe" : "kruise-sim");

        (code, output, errors) = await Shell.RunAsync(
            command, ["run", Path.Combine(Fixture.Repository, "scenarios", "warm-up-1000.yaml"), "--out", folder["report"]], cancellation, folder.Path);
        Assert.True(code == 0, output + errors);
        using JsonDocument summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder["report"], "summary.json"), cancellation));
        Assert.Equal("e2dc04ba68eaba78", summary.RootElement.GetProperty("hash").GetString());
        Assert.NotEmpty(Directory.GetFiles(folder["report"], "*.png"));

        (code, output, _) = await Shell.RunAsync(command, ["schema"], cancellation, folder.Path);
        Assert.Equal((0, await File.ReadAllTextAsync(Path.Combine(Fixture.Repository, "schema", "scenario.schema.json"), cancellation)), (code, output));
    }

    private static async Task<string> PackagesAsync(TemporaryFolder folder, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(PackagesVariable) is { Length: > 0 } given)
        {
            return given;
        }

        (int code, string output, string errors) = await Shell.RunAsync(
            Shell.Dotnet,
            ["pack", Path.Combine(Fixture.Repository, "src", "Kruise.Sim"), "--no-build", "--no-restore", "-c", Configuration, "-o", folder["packages"]],
            cancellation);
        Assert.True(code == 0, output + errors);
        return folder["packages"];
    }

    private static async Task CheckContentAsync(string package, CancellationToken cancellation)
    {
        await using ZipArchive archive = await ZipFile.OpenReadAsync(package, cancellation);
        string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.Contains("LICENSE", files);
        Assert.Superset(
            new HashSet<string>(["licenses/DejaVu-LICENSE.txt", "licenses/uPlot/LICENSE", "licenses/ScottPlot-NOTICES.txt", "licenses/SkiaSharp-THIRD-PARTY-NOTICES.txt"]), files.ToHashSet());
        using var notices = new StreamReader(await archive.GetEntry("THIRD-PARTY-NOTICES.txt")!.OpenAsync(cancellation));
        string named = await notices.ReadToEndAsync(cancellation);
        string[] libraries = [.. files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file)).Distinct()];
        Assert.Contains("Markdig", libraries);
        Assert.All(libraries.Where(library => library is not ("kruise-sim" or "Kruise.Core")), library => Assert.Contains(library, named, StringComparison.Ordinal));
        Assert.Contains("README.md", files);
        Assert.Contains("schema/scenario.schema.json", files);
        foreach (string system in new[] { "linux-x64", "linux-arm64", "linux-musl-x64", "osx", "win-x64" })
        {
            Assert.Contains(files, file => file.StartsWith($"tools/net10.0/any/runtimes/{system}/native/libSkiaSharp.", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(files, file => file.EndsWith("libSkiaSharp.pdb", StringComparison.Ordinal));
        using var nuspec = new StreamReader(await archive.GetEntry("Kruise.Sim.nuspec")!.OpenAsync(cancellation));
        string text = await nuspec.ReadToEndAsync(cancellation);
        Assert.Contains("<license type=\"expression\">Apache-2.0</license>", text, StringComparison.Ordinal);
        Assert.Contains("<packageType name=\"DotnetTool\" />", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<dependency ", text, StringComparison.Ordinal);
    }
}
