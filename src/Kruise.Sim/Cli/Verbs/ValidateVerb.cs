using System.CommandLine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim validate</c>.</summary>
internal static class ValidateVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = CommonOptions.Files();
        Option<string[]> sets = CommonOptions.Sets();
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
}
