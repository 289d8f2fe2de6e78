using System.CommandLine;
using Kruise.Live.Daemon;
using Kruise.Live.Install;
using Kruise.Live.Install.Values;
using Kruise.Live.Manager;
using Kruise.Live.Planning;
using Kruise.Live.Recording;
using Kruise.Live.Snapshots;

namespace Kruise.Live.Cli;

/// <summary>The command <c>kruise</c>: its verbs and help. Each verb is defined beside what it runs.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        if (args is ["help", ..])
        {
            args = [.. args.Skip(1), "--help"];
        }
        else if (args is ["version"])
        {
            args = ["--version"];
        }

        RootCommand root = Build(args, output, errors);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (string error in Problems(parsed))
            {
                errors.WriteLine("kruise: " + error);
            }

            Command verb = parsed.CommandResult.Command;
            errors.WriteLine(verb == root ? "Try 'kruise --help'." : $"Try 'kruise {verb.Name} --help'.");
            return ExitCode.BadInput;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false });
        }
        catch (UserErrorException e)
        {
            errors.WriteLine("kruise: " + e.Message);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine("kruise: interrupted");
            return ExitCode.Interrupted;
        }
    }

    // A word that is no verb is said to be that, not also that there is no verb.
    private static IEnumerable<string> Problems(ParseResult parsed)
    {
        Command verb = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return verb is RootCommand && parsed.Tokens.Count == 0 ? [$"no command given; there are: {Names(verb.Subcommands)}"] : parsed.Errors.Select(e => e.Message);
        }

        string first = parsed.UnmatchedTokens[0];
        if (verb is RootCommand && !first.StartsWith('-'))
        {
            return [$"there is no command '{first}'{Meant(first, verb.Subcommands) ?? "; there are: " + Names(verb.Subcommands)}"];
        }

        IEnumerable<string> unknown = parsed.UnmatchedTokens
            .Where(token => token.StartsWith('-'))
            .Select(token => token.Split('=')[0])
            .Select(flag => verb.Options.Any(option => option.Name == flag)
                ? $"{flag} has to stand behind '{verb.Name}'"
                : $"{verb.Name} has no flag {flag}{Meant(flag, verb.Options.Where(option => !option.Hidden))}");
        return unknown.DefaultIfEmpty($"{verb.Name} does not take '{first}'");
    }

    private static string? Meant(string name, IEnumerable<Symbol> known) =>
        NearestName.Of(name, known.Select(symbol => symbol.Name)) is { } nearest ? $": did you mean {nearest}?" : null;

    private static string Names(IEnumerable<Command> commands) => string.Join(", ", commands.Select(command => command.Name));

    private static RootCommand Build(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(
            """
            Runs OpenKruise's controllers on a real cluster.

            Exit codes: 0 fine, 1 failed while running, 2 bad input, 3 API server unreachable or access refused, 4 the cluster lacks CRDs or permissions or is
            another OpenKruise's, 5 no container runtime, 6 address in use, 130 interrupted.
            """);

        // A daemon runs on every node: what only other verbs need is not even made there.
        IEnumerable<Command> commands = args is ["daemon", ..]
            ? [DaemonCommand.Create()]
            :
            [
                ManagerCommand.Create(), DaemonCommand.Create(), .. InstallCommands.All(output, errors), PlanCommand.Create(output, errors),
                RecordCommand.Create(output, errors), SnapshotCommand.Create(output),
            ];
        bool isOverview = args.Count == 0 || args[0].StartsWith('-');
        foreach (Command command in commands)
        {
            if (isOverview)
            {
                // A verb's own help has its whole text; the list of verbs its first line.
                command.Description = command.Description!.Split('\n')[0];
            }

            root.Subcommands.Add(command);
        }

        return root;
    }
}
