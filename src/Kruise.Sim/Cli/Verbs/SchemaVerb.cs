using System.CommandLine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim schema</c>.</summary>
internal static class SchemaVerb
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("schema", "Prints the JSON Schema of scenario files.");
        command.SetAction(_ => output.Write(ScenarioSchema.Generate()));
        return command;
    }
}
