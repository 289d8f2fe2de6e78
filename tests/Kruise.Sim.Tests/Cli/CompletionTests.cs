using Kruise.Sim.Tests.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The scripts in the shells that they are for.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CompletionTests()
    {
        // The scripts call the command by its name.
        string command = _folder["bin/kruise-sim"];
        Directory.CreateDirectory(_folder["bin"]);
        File.WriteAllText(command, $"#!/bin/sh\nexec {Shell.Dotnet} '{Path.Combine(AppContext.BaseDirectory, "kruise-sim.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Assert.Equal(0, InProcess.Run("new", _folder["mine.yaml"], "--kind", "rollout", "--schema", "x.json").Code);
        string scenario = File.ReadAllText(_folder["mine.yaml"]);
        File.WriteAllText(_folder["mine.yaml"], scenario + "  variants:\n  - {name: as-it-is}\n  - {name: half-at-a-time, set: {\"spec.timeline[0].apply.spec.updateStrategy.maxUnavailable\": 50%}}\n");
        foreach (string shell in new[] { "bash", "zsh", "fish" })
        {
            File.WriteAllText(_folder[shell], InProcess.Run("completion", shell).Output);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("kruise-sim val", "validate")]
    [InlineData("kruise-sim run --no", "--no-plots")]
    [InlineData("kruise-sim run --format j", "json")]
    [InlineData("kruise-sim new --kind side", "sidecar")]
    [InlineData("kruise-sim explain warmup.seconds.p", "warmup.seconds.p50", "warmup.seconds.p90", "warmup.seconds.p99")]
    [InlineData("kruise-sim explain spec.cluster.nodePools.cou", "spec.cluster.nodePools.count")]
    [InlineData("kruise-sim explain workloads.WORKLOAD.rest", "workloads.WORKLOAD.restarts")]
    [InlineData("kruise-sim run mine.yaml --set spec.cluster.nodePools[workers].co", "spec.cluster.nodePools[workers].count=")]
    [InlineData("kruise-sim explain workloads.web.rollout.seconds.p1", "workloads.web.rollout.seconds.p100")]
    [InlineData("kruise-sim explain registries.docker.io.pe", "registries.docker.io.peakBytesPerSecond")]
    [InlineData("kruise-sim sweep mine.yaml --vary timeline[0].apply.spec.updateStrategy.max", "timeline[0].apply.spec.updateStrategy.maxUnavailable=")]
    [InlineData("kruise-sim sweep mine.yaml --vary \"timeline[0].apply.spec.updateStrategy.max", "timeline[0].apply.spec.updateStrategy.maxUnavailable=")]
    [InlineData("kruise-sim run mine.yaml --set nodePools[workers].co", "nodePools[workers].count=")]
    [InlineData("kruise-sim compare mine.yaml --set-b nodePools[workers].co", "nodePools[workers].count=")]
    [InlineData("kruise-sim compare mine.yaml --variant-b ha", "half-at-a-time")]
    [InlineData("kruise-sim sweep mine.yaml --minimize workloads.app.podsC", "workloads.app.podsCreated")]
    [InlineData("kruise-sim tune mine.yaml --subject-to registries.registry.example.com.pe", "registries.registry.example.com.peakBytesPerSecond")]
    [InlineData("kruise-sim check mine.yaml --metric workloads.app.restarts", "workloads.app.restarts")]
    [InlineData("kruise-sim check . --metric workloads.app.podsC", "workloads.app.podsCreated")]
    [InlineData("kruise-sim check mine.yaml --baseline=bas")]
    [InlineData("kruise-sim run mine.yaml --format=j", "json")]
    [InlineData("kruise-sim run mine.yaml --set spec.timeline[0].apply.spec.updateStrategy.max", "spec.timeline[0].apply.spec.updateStrategy.maxUnavailable=")]
    // Files are the shell's own.
    [InlineData("kruise-sim run mi")]
    [InlineData("kruise-sim completion pow")]
    public async Task Bash_completes(string line, params string[] expected) => Assert.Equal(expected, await BashAsync(line));

    [Fact]
    public async Task Bash_completes_every_verb_and_no_option_that_nobody_began()
    {
        string[] verbs = await BashAsync("kruise-sim ");
        Assert.Empty(new[] { "new", "run", "validate", "explain", "schema", "calibrate", "completion" }.Except(verbs));
        Assert.DoesNotContain(verbs, verb => verb[0] is '-' or '/');
    }

    [Fact]
    public async Task Zsh_reads_its_script()
    {
        Assert.SkipWhen(Shell.Find("zsh") is null, "zsh is not installed (tests/lab/install.sh installs it).");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        (int code, _, string errors) = await Shell.RunAsync("zsh", ["-n", _folder["zsh"]], cancellation);
        Assert.Equal((0, ""), (code, errors));

        // What the function hands to the completion system, with that replaced by a printer.
        string driver = $$"""
            compdef() { : }
            compadd() { shift $(( ${@[(i)--]} )); print -l -- "$@" }
            _files() { print files }
            source {{_folder["zsh"]}}
            complete_line() { words=(${(z)1}); [[ $1 == *' ' ]] && words+=(''); CURRENT=${#words}; PREFIX="${words[CURRENT]}"; _kruise_sim }
            complete_line 'kruise-sim val'
            complete_line 'kruise-sim run --no'
            complete_line 'kruise-sim run mi'
            complete_line 'kruise-sim run mine.yaml --set timeline\[0\].apply.spec.rep'
            """;
        (code, string output, errors) = await Shell.RunAsync("zsh", ["-f", "-c", driver], cancellation, _folder.Path, WithCommand());
        Assert.Equal((0, "validate\n--no-plots\nfiles\ntimeline[0].apply.spec.replicas=\n", ""), (code, output, errors));
    }

    [Fact]
    public async Task Fish_completes()
    {
        Assert.SkipWhen(Shell.Find("fish") is null, "fish is not installed (tests/lab/install.sh installs it).");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string[] lines = ["kruise-sim val", "kruise-sim run --no", "kruise-sim run mi", "kruise-sim run mine.yaml --set \"timeline[0].apply.spec.rep"];
        (int code, string output, string errors) = await Shell.RunAsync(
            "fish",
            ["--no-config", "-c", $"source {_folder["fish"]}; " + string.Join("; ", lines.Select(line => $"complete -C '{line}'"))], cancellation, _folder.Path, WithCommand());
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(["validate", "--no-plots", "mine.yaml", "timeline[0].apply.spec.replicas="], output.TrimEnd('\n').Split('\n').Select(line => line.Split('\t')[0]));
    }

    [Fact]
    public void A_shell_that_is_not_known_is_refused()
    {
        (int code, _, string errors) = InProcess.Run("completion", "powershell");
        Assert.Equal(2, code);
        Assert.Equal("SHELL: \"powershell\" is not allowed; allowed: bash, fish, zsh\n", errors);
    }

    // Words as the shell itself makes of the line: at blanks, and at '=' and ':' outside of quotes, which are words of their own then.
    private async Task<string[]> BashAsync(string line)
    {
        Assert.SkipWhen(Shell.Find("bash") is null, "bash is not installed.");
        string driver = $$"""
            compopt() { :; }
            source {{_folder["bash"]}}
            COMP_LINE='{{line}}'
            COMP_POINT=${#COMP_LINE}
            COMP_WORDS=()
            for word in $COMP_LINE; do
                while [[ $word != [\'\"]* && $word =~ ^([^=:]*)([=:]+)(.*)$ ]]; do
                    [[ -n ${BASH_REMATCH[1]} ]] && COMP_WORDS+=("${BASH_REMATCH[1]}")
                    COMP_WORDS+=("${BASH_REMATCH[2]}")
                    word="${BASH_REMATCH[3]}"
                done
                COMP_WORDS+=("$word")
            done
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _kruise_sim
            (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"
            complete -p kruise-sim >&2
            """;
        (int code, string output, string errors) = await Shell.RunAsync(
            "bash", ["--norc", "-c", driver], TestContext.Current.CancellationToken, _folder.Path, WithCommand());
        Assert.Equal((0, "complete -o default -F _kruise_sim kruise-sim\n"), (code, errors));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Dictionary<string, string> WithCommand() => new(StringComparer.Ordinal) { ["PATH"] = _folder["bin"] + ":" + Environment.GetEnvironmentVariable("PATH") };
}
