using System.CommandLine;
using Kruise.Sim.Cli.Completion;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim completion</c>.</summary>
internal static class CompletionVerb
{
    public static Command Create(TextWriter output)
    {
        Argument<string> shell = CommonOptions.Among(new Argument<string>("SHELL") { Description = "The shell." }, [.. CompletionScripts.Shells]);
        var command = new Command(
            "completion",
            "Prints a script that completes verbs, options, metrics and paths of values: source <(kruise-sim completion bash), the same for zsh; fish has a folder for it.") { shell };
        command.SetAction(parsed => output.Write(CompletionScripts.Of(parsed.GetValue(shell)!)));
        return command;
    }
}
