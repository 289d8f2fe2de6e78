using System.CommandLine;
using Kruise.Sim.Cli.Completion;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim completion</c>.</summary>
internal static class CompletionVerb
{
    public static Command Create(TextWriter output)
    {
        Argument<string> shell = new Argument<string>("SHELL") { Description = "The shell." }.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        var command = new Command(
            "completion",
            """
            Prints a script that completes verbs, options, metrics and paths of values in a shell.

              bash   source <(kruise-sim completion bash)                     in ~/.bashrc
              zsh    source <(kruise-sim completion zsh)                      in ~/.zshrc, after compinit
              fish   kruise-sim completion fish > ~/.config/fish/completions/kruise-sim.fish
            """) { shell };
        command.SetAction(parsed => output.Write(CompletionScripts.Of(parsed.GetValue(shell)!)));
        return command;
    }
}
