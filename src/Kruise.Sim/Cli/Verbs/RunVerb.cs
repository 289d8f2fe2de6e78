using System.CommandLine;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim run</c>.</summary>
internal static class RunVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = CommonOptions.Files();
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string[]> sets = CommonOptions.Sets();
        var outDirectory = new Option<string?>("--out") { Description = "Where the report goes instead of reports/<scenario>; with several files, the folder that holds a folder for each.", HelpName = "DIR" };
        Option<string> format = CommonOptions.Among(new Option<string>("--format") { Description = "What is printed on standard output.", DefaultValueFactory = _ => "table" }, "table", "json");
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
}
