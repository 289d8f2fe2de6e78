using System.CommandLine;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim merge</c>.</summary>
internal static class MergeVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string[]> shards = CommonOptions.Files();
        shards.Description = "What kruise-sim sweep --shard has left, every part once.";
        Option<string?> outDirectory = new("--out") { Description = "Where the report goes instead of reports/<scenario>-sweep.", HelpName = "DIR" };
        var noPlots = new Option<bool>("--no-plots") { Description = "Writes tables only." };
        var command = new Command("merge", "Puts the parts of a sweep together: the report is that of one run, to the byte.") { shards, outDirectory, noPlots };
        command.SetAction(parsed => new MergeCommand(output, errors).Run(parsed.GetValue(shards)!, parsed.GetValue(outDirectory), !parsed.GetValue(noPlots)));
        return command;
    }
}
