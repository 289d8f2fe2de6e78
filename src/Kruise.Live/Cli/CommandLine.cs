using System.CommandLine;
using Kruise.Live.Daemon;
using Kruise.Live.Install;
using Kruise.Live.Manager;
using Kruise.Live.Planning;
using Kruise.Live.Recording;

namespace Kruise.Live.Cli;

/// <summary>The command <c>kruise</c>: its verbs and help. Each verb is defined beside what it runs.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        RootCommand root = Build(args, output, errors);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                errors.WriteLine("kruise: " + error.Message);
            }

            errors.WriteLine("Try 'kruise --help'.");
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

    private static RootCommand Build(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(
            """
            Runs OpenKruise's controllers on a real cluster.

            Exit codes: 0 fine, 1 failed while running, 2 bad input, 3 API server unreachable or access refused, 4 the cluster lacks CRDs or permissions or is
            another OpenKruise's, 5 no container runtime, 6 address in use, 130 interrupted.
            """);
        IEnumerable<Command> commands =
        [
            ManagerCommand.Create(), DaemonCommand.Create(), .. InstallCommands.All(output, errors), PlanCommand.Create(output, errors),
            RecordCommand.Create(output, errors),
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
