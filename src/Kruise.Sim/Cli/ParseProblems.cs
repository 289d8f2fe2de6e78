using System.CommandLine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli;

/// <summary>What the command line does not understand, a line each.</summary>
internal static class ParseProblems
{
    private const string Unrecognised = "Unrecognized command or argument";

    public static IEnumerable<string> Of(ParseResult parsed)
    {
        Command verb = parsed.CommandResult.Command;
        string help = $"; see 'kruise-sim {(verb is RootCommand ? "" : verb.Name + " ")}--help'";
        if (verb is RootCommand)
        {
            string[] verbs = [.. verb.Subcommands.Select(command => command.Name)];
            string allowed = string.Join(", ", verbs);
            yield return (parsed.UnmatchedTokens is [var first, ..] ? new Finding($"{Quote.Text(first)} is no verb", allowed, Nearest.Of(first, verbs)) : new Finding("there is no verb", allowed)) + help;
            yield break;
        }

        foreach (string option in parsed.UnmatchedTokens.Where(IsOption))
        {
            yield return NoOption(option, verb);
        }

        string[] extra = [.. parsed.UnmatchedTokens.Where(token => !IsOption(token))];
        if (extra.Length > 0)
        {
            string more = extra.Length == 1 ? "" : FormattableString.Invariant($" and {extra.Length - 1} more");
            string taken = verb.Arguments.Count == 0 ? "none" : string.Join(" ", verb.Arguments.Select(argument => argument.Name));
            yield return $"{Quote.Text(extra[0])}{more}: too many arguments; allowed: {taken}{help}";
        }

        foreach (string message in parsed.Errors.Select(error => error.Message).Where(message => !message.StartsWith(Unrecognised, StringComparison.Ordinal)))
        {
            // The library's own do not say what is allowed.
            bool isComplete = !message.StartsWith("Required ", StringComparison.Ordinal) && !message.StartsWith("Option '", StringComparison.Ordinal);
            yield return message.ReplaceLineEndings(" ").TrimEnd('.') + (isComplete ? "" : help);
        }
    }

    /// <summary>A verb has no such option; the nearest that it has.</summary>
    public static string NoOption(string option, Command verb)
    {
        var finding = new Finding($"there is no option {Quote.Text(option)}", Suggestion: Nearest.Of(option, verb.Options.Select(o => o.Name)));
        return $"{finding}; see 'kruise-sim {verb.Name} --help'";
    }

    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-';
}
