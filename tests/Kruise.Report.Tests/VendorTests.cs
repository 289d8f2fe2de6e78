using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Kruise.Sim.Reports.Html;
using Xunit;

namespace Kruise.Report.Tests;

/// <summary>What report.html carries of others.</summary>
public sealed class VendorTests
{
    private static readonly string s_folder = Path.Combine(ReportSet.Repository(), "src/Kruise.Sim/Reports/Html/Vendor/uplot");

    [Fact]
    public async Task The_chart_library_is_the_package_byte_for_byte()
    {
        if (!OperatingSystem.IsLinux() || !Array.Exists(["/usr/bin/npm", "/usr/local/bin/npm"], File.Exists)) Assert.Skip("needs npm (tests/lab/install.sh installs it)");
        string version = Lock().GetProperty("version").GetString()!;
        if (await RunAsync("npm", $"view uplot@{version} version") is not (0, var found) || found != version) Assert.Skip("needs an npm registry that answers");
        (int code, string output) = await RunAsync("sh", Path.Combine(s_folder, "verify.sh"));
        Assert.True(code == 0, output);
    }

    [Fact]
    public void The_chart_library_is_what_was_taken_from_the_package()
    {
        string[] sums = File.ReadAllLines(Path.Combine(s_folder, "SHA256SUMS"));
        Assert.Equal(["LICENSE", "uPlot.iife.min.js", "uPlot.min.css"], sums.Select(line => line.Split("  ")[1]));
        foreach (string line in sums)
            Assert.Equal(line.Split("  ")[0], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(s_folder, line.Split("  ")[1])))));
    }

    [Fact]
    public void The_lock_names_a_hash_and_no_registry()
    {
        JsonElement package = Lock();
        Assert.StartsWith("sha512-", package.GetProperty("integrity").GetString(), StringComparison.Ordinal);
        Assert.False(package.TryGetProperty("resolved", out _));
        Assert.Contains("uPlot (v" + package.GetProperty("version").GetString() + ")", HtmlAssets.Script[..200], StringComparison.Ordinal);
    }

    [Fact]
    public void The_script_can_stand_in_a_page_and_the_licence_is_in_it()
    {
        Assert.DoesNotContain("</script", HtmlAssets.Script, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<!--", HtmlAssets.Script, StringComparison.Ordinal);
        Assert.DoesNotContain("</style", HtmlAssets.Style, StringComparison.OrdinalIgnoreCase);
        // Texts of scenarios come in as text alone.
        string own = HtmlAssets.Script[HtmlAssets.Script.IndexOf("(function () {\n\"use strict\"", StringComparison.Ordinal)..];
        foreach (string way in new[] { "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(" }) Assert.DoesNotContain(way, own, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted, free of charge", HtmlAssets.Licence, StringComparison.Ordinal);
    }

    private static JsonElement Lock() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "package-lock.json"))).RootElement.GetProperty("packages").GetProperty("node_modules/uplot");

    private static async Task<(int Code, string Output)> RunAsync(string command, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (output + (process.ExitCode == 0 ? "" : await errors)).Trim());
    }
}
