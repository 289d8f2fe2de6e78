using System.CommandLine;
using System.CommandLine.Help;
using Kruise.Sim.Cli.Verbs;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Cli;

/// <summary>The command <c>kruise-sim</c>: its verbs and their help. What a verb takes stands in <c>Verbs/</c>.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="errors">Standard error.</param>
    /// <param name="environment">The values of environment variables; null for those of the process.</param>
    /// <returns>An exit code.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors, Func<string, string?>? environment = null)
    {
        RootCommand root = Build(output, errors, environment ?? Environment.GetEnvironmentVariable);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (string problem in ParseProblems.Of(parsed).Distinct(StringComparer.Ordinal))
            {
                errors.WriteLine(problem);
            }

            return ExitCode.BadInput;
        }

        return Guarded(() => parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false }), errors);
    }

    /// <summary>Runs a verb; a simulation that fails is told in a line, as whoever reads the log of a gate can do nothing with a stack.</summary>
    public static int Guarded(Func<int> verb, TextWriter errors)
    {
        try
        {
            return verb();
        }
        catch (TrialException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.Broken;
        }
    }

    /// <summary>The command with its verbs.</summary>
    public static RootCommand Build(TextWriter output, TextWriter errors, Func<string, string?> environment)
    {
        var root = new RootCommand(
            """
            Simulates OpenKruise's controllers on clusters of thousands of nodes, in virtual time.

            Examples:
              kruise-sim new my.yaml --kind rollout --nodes 200        write a first scenario; without options it asks
              kruise-sim run scenarios/warm-up-1000.yaml               run a scenario; report in reports/warm-up-1000
              kruise-sim run scenarios/warm-up-1000.yaml --what-if     and measure what would make it faster
              kruise-sim run scenarios/*.yaml --no-plots               run many; exit code 1 if an expectation fails
              kruise-sim run my.yaml --set spec.cluster.nodePools[0].count=5000 --set spec.timeline[0].apply.spec.parallelism=10%
              kruise-sim check scenarios --seeds 10 --baseline base.json   a gate for CI: expectations over seeds, and what got worse
              kruise-sim sweep my.yaml --vary timeline[0].apply.spec.parallelism=10,20,50   which setting to take
              kruise-sim tune my.yaml --vary timeline[0].apply.spec.parallelism=1..200 --minimize warmup.seconds.max
              kruise-sim compare my.yaml --set-b controlPlane.preset=openkruise-0.8 --seeds 12   what differs, and where the time moved
              kruise-sim validate my.yaml                              only say what is wrong with it
              kruise-sim explain workloads.web.maxUnavailable          what a figure, or a field of a scenario, means
              kruise-sim import nginx:1.27                             the layers of a real image, to paste into a scenario
              kruise-sim schema > scenario.schema.json                 the JSON Schema of scenario files, for editors
              kruise-sim calibrate pulls.csv                           fit the runtime model to measured pulls

            Exit codes: 0 fine, 1 an expectation failed, a rule of the strategy was violated or a metric got worse, 2 bad input, 3 too few seeds to tell, 4 a fault of kruise-sim, 130 interrupted.
            """)
        {
            NewVerb.Create(output, errors),
            RunVerb.Create(output, errors),
            CheckVerb.Create(output, errors, environment),
            SweepVerb.Create(output, errors),
            MergeVerb.Create(output, errors),
            TuneVerb.Create(output, errors),
            CompareVerb.Create(output, errors),
            ValidateVerb.Create(output, errors),
            SchemaVerb.Create(output),
            CalibrateVerb.Create(output, errors),
            ExplainVerb.Create(output, errors),
            ImportVerb.Create(output, errors),
            CompletionVerb.Create(output),
        };
        // Shells would offer them as files.
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/?");
        help.Aliases.Remove("/h");
        return root;
    }
}
