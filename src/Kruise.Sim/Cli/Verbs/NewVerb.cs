using System.CommandLine;
using Kruise.Sim.Authoring;
using Kruise.Sim.Scenarios.Binding;
using Spectre.Console;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim new</c>.</summary>
internal static class NewVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        var name = new Argument<string?>("NAME") { Description = "The scenario's name; the file is NAME.yaml. Or the file.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> kind = CommonOptions.Among(new Option<string?>("--kind") { Description = "What the scenario asks." }, [.. FirstScenarioQuestion.AllKinds.Select(word => WordAttribute.Of(word))]);
        var answers = FirstScenarioQuestion.All.ToDictionary(
            question => question.Option,
            question => new Option<string?>(question.Option)
            {
                Description = $"{question.Description}{(question.Kinds.Count > 0 ? " (" + string.Join(", ", question.Kinds.Select(k => WordAttribute.Of(k))) + ")" : "")}; "
                    + $"default: {question.Current(new FirstScenario())}.",
                HelpName = question.HelpName,
            },
            StringComparer.Ordinal);
        var file = new Option<string?>("--out") { Description = "The file to write; - prints the scenario instead.", HelpName = "FILE" };
        var schema = new Option<string?>("--schema")
        {
            Description = "What the first line names as the schema, for editors: a path from the file, or an address. Default: scenario.schema.json, which is written beside the file.",
            HelpName = "PATH",
        };
        var force = new Option<bool>("--force") { Description = "Replaces files that are there." };
        var defaults = new Option<bool>("--defaults") { Description = "Asks nothing: what no option says has its default." };
        var command = new Command("new", "Writes a first scenario: asks on a terminal for what no option says, and takes defaults elsewhere.") { name, kind, file, schema, force, defaults };
        foreach (Option<string?> option in answers.Values)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => new NewCommand(output, errors, Terminal(output)).Run(new NewArguments(
            parsed.GetValue(name),
            parsed.GetValue(kind),
            answers.Where(answer => parsed.GetValue(answer.Value) is not null).ToDictionary(answer => answer.Key, answer => parsed.GetValue(answer.Value)!, StringComparer.Ordinal),
            parsed.GetValue(file),
            parsed.GetValue(schema),
            parsed.GetValue(force),
            parsed.GetValue(defaults))));
        return command;
    }

    // Somebody can be asked where both what they type and what they read are a terminal's.
    private static IAnsiConsole? Terminal(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsInputRedirected && !Console.IsOutputRedirected ? AnsiConsole.Console : null;
}
