using System.Text.RegularExpressions;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

/// <summary>What README says to type works when it is typed, one after the other.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_commands_of_ones_own_scenario_run_as_they_stand()
    {
        Assert.SkipWhen(Shell.Find("bash") is null, "bash is not installed.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        foreach (string given in new[] { "scenarios", "data" })
        {
            Directory.CreateSymbolicLink(_folder[given], Path.Combine(Fixture.Repository, given));
        }

        string readme = await File.ReadAllTextAsync(Path.Combine(Fixture.Repository, "README.md"), cancellation);
        string own = readme[readme.IndexOf("### Your first own scenario", StringComparison.Ordinal)..readme.IndexOf("## On a real cluster", StringComparison.Ordinal)];
        string[] lines =
        [
            .. Regex.Matches(own, "(?s)```sh\\n(?<commands>.*?)```", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).SelectMany(block => block.Groups["commands"].Value.Split('\n'))
                .Where(line => line.StartsWith("kruise-sim ", StringComparison.Ordinal)),
        ];
        Assert.True(lines.Length >= 12, string.Join('\n', lines));
        string command = $"set -o pipefail; kruise-sim() {{ {Shell.Dotnet} '{Path.Combine(AppContext.BaseDirectory, "kruise-sim.dll")}' \"$@\"; }}; type jq > /dev/null 2>&1 || jq() {{ cat; }}; ";
        foreach (string line in lines.Where(line => !AsksNetwork(line)))
        {
            (int code, string output, string errors) = await Shell.RunAsync("bash", ["-c", command + line], cancellation, _folder.Path);
            int expected = line.Contains("exit code 1", StringComparison.Ordinal) ? 1 : 0;
            Assert.True(code == expected, $"{line}\nexit code {code}\n{output}\n{errors}");
        }
    }

    private static bool AsksNetwork(string line) => line.StartsWith("kruise-sim import ", StringComparison.Ordinal);
}
