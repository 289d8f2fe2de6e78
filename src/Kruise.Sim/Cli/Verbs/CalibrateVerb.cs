using System.CommandLine;
using Kruise.Sim.Calibration;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim calibrate</c>.</summary>
internal static class CalibrateVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
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
