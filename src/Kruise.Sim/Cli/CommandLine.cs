using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Kruise.Sim.Calibration;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli;

/// <summary>The command <c>kruise-sim</c>: its verbs, options and help.</summary>
internal static class CommandLine
{
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        RootCommand root = Build(output, errors);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                errors.WriteLine(error.Message);
            }

            errors.WriteLine("Try 'kruise-sim --help'.");
            return ExitCode.BadInput;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false });
    }

    private static RootCommand Build(TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(
            """
            Simulates OpenKruise's controllers on clusters of thousands of nodes, in virtual time.

            Examples:
              kruise-sim run scenarios/warm-up-1000.yaml               run a scenario; report in reports/warm-up-1000
              kruise-sim run scenarios/warm-up-1000.yaml --what-if     and measure what would make it faster
              kruise-sim run scenarios/*.yaml --no-plots               run many; exit code 1 if an expectation fails
              kruise-sim run my.yaml --set spec.cluster.nodePools[0].count=5000 --set spec.timeline[0].apply.spec.parallelism=10%
              kruise-sim validate my.yaml                              only say what is wrong with it
              kruise-sim schema > scenario.schema.json                 the JSON Schema of scenario files, for editors
              kruise-sim calibrate pulls.csv                           fit the runtime model to measured pulls

            Exit codes: 0 fine, 1 an expectation failed, 2 bad input, 130 interrupted.
            """)
        {
            Run(output, errors),
            Validate(output, errors),
            Schema(output),
            Calibrate(output, errors),
        };
        return root;
    }

    private static Argument<string[]> Files()
    {
        var files = new Argument<string[]>("FILE") { Description = "Scenario files.", Arity = ArgumentArity.OneOrMore };
        // Any number of files would also take in an option that does not exist.
        files.Validators.Add(result =>
        {
            foreach (System.CommandLine.Parsing.Token token in result.Tokens)
            {
                if (token.Value.StartsWith('-'))
                {
                    result.AddError($"There is no option '{token.Value}'.");
                }
            }
        });
        return files;
    }

    private static Option<ulong?> Seed() => new("--seed")
    {
        Description = "Replaces the scenario's seed.",
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            {
                return seed;
            }

            string wrong = BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "is out of range" : "is not a whole number";
            result.AddError(FormattableString.Invariant($"--seed: {Quote.Text(text)} {wrong}; allowed: 0 to {ulong.MaxValue}"));
            return null;
        },
    };

    private static Option<string[]> Sets() => new("--set")
    {
        Description = "Replaces a value of the scenario or of a manifest that it applies, for example spec.cluster.nodePools[web].count=500. May be repeated.",
        HelpName = "path=value",
        AllowMultipleArgumentsPerToken = false,
    };

    private static Command Run(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = Files();
        Option<ulong?> seed = Seed();
        Option<string[]> sets = Sets();
        var outDirectory = new Option<string?>("--out") { Description = "Where the report goes instead of reports/<scenario>; with several files, the folder that holds a folder for each.", HelpName = "DIR" };
        Option<string> format = new Option<string>("--format") { Description = "What is printed on standard output.", DefaultValueFactory = _ => "table" }.AcceptOnlyFromAmong("table", "json");
        var noPlots = new Option<bool>("--no-plots") { Description = "Writes tables only." };
        var whatIf = new Option<bool>("--what-if")
        {
            Description = "Also runs the scenario with single values changed, chosen from where the time went, and reports what each change would do. "
                + "Done for every variant: it multiplies the time.",
        };
        var command = new Command("run", "Runs scenarios and writes their reports.") { files, outDirectory, seed, sets, format, noPlots, whatIf };
        command.SetAction(parsed => new RunCommand(output, errors).Run(new RunArguments(
            parsed.GetValue(files)!,
            parsed.GetValue(outDirectory),
            parsed.GetValue(seed),
            parsed.GetValue(sets) ?? [],
            parsed.GetValue(format) == "json",
            !parsed.GetValue(noPlots),
            parsed.GetValue(whatIf))));
        return command;
    }

    private static Command Validate(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = Files();
        Option<string[]> sets = Sets();
        var command = new Command("validate", "Says what is wrong with scenario files and the manifests they name.") { files, sets };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(files)!;
            if (ScenarioFiles.Load(paths, parsed.GetValue(sets) ?? [], null, errors) is null)
            {
                return ExitCode.BadInput;
            }

            output.WriteLine(paths.Length == 1 ? "valid" : FormattableString.Invariant($"{paths.Length} files, all valid"));
            return ExitCode.Fine;
        });
        return command;
    }

    private static Command Schema(TextWriter output)
    {
        var command = new Command("schema", "Prints the JSON Schema of scenario files.");
        command.SetAction(_ => output.Write(ScenarioSchema.Generate()));
        return command;
    }

    private static Command Calibrate(TextWriter output, TextWriter errors)
    {
        var data = new Argument<string>("DATA.csv") { Description = "Measured pulls; data/README.md describes the columns." };
        var downloads = new Option<int>("--max-concurrent-downloads") { Description = "Layers that the measured runtime downloaded at a time.", HelpName = "N", DefaultValueFactory = _ => 3 };
        var markdown = new Option<bool>("--markdown") { Description = "Prints the tables of docs/fidelity.md instead." };
        var command = new Command("calibrate", "Fits the constants of the runtime model to measured pulls, with confidence intervals.") { data, downloads, markdown };
        command.SetAction(parsed => CalibrateCommand.Run(
            parsed.GetValue(data)!, parsed.GetValue(downloads), parsed.GetValue(markdown), loop => new FlowNetwork(loop), output, errors));
        return command;
    }
}
