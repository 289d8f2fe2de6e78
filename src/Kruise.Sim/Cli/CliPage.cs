using System.CommandLine;
using System.Text;
using Kruise.Sim.Cli.Verbs;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Cli;

/// <summary>The text of <c>docs/cli.md</c>: every verb with what it takes, from the command itself.</summary>
internal static class CliPage
{
    public static string Text()
    {
        RootCommand root = CommandLine.Build(TextWriter.Null, TextWriter.Null, _ => null);
        string exitCodes = root.Description!.Split('\n').Single(line => line.StartsWith("Exit codes:", StringComparison.Ordinal));
        StringBuilder page = new();
        page.Paragraph("# Commands: every verb and option of `kruise-sim`");
        page.Paragraph("<!-- Generated from src/Kruise.Sim/Cli; a test compares. Run the tests with UPDATE_DOCS=1 to write it anew. -->");
        page.Paragraph("`kruise-sim --help` and `kruise-sim VERB --help` print the same on a terminal. " + exitCodes);
        page.Table(["verb", "what it does"], root.Subcommands.Select(verb => (string[])[$"[{verb.Name}](#{verb.Name})", Markdown.Plain(verb.Description!)]));
        foreach (Command verb in root.Subcommands)
        {
            page.Paragraph("## " + verb.Name);
            page.Paragraph(Markdown.Plain(verb.Description!));
            page.Paragraph(Markdown.Code($"kruise-sim {verb.Name} {string.Join(' ', verb.Arguments.Select(Usage).Append("[OPTION ...]"))}"));
            page.Table(
                ["", "default", "meaning"],
                [
                    .. verb.Arguments.Select(argument => (string[])[Markdown.Code(argument.HelpName ?? argument.Name), "", Markdown.Plain(argument.Description!)]),
                    .. verb.Options.Select(option => (string[])[Name(option), Default(option), Markdown.Plain(option.Description!)]),
                ]);
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static string Usage(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + " ..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static string Name(Option option) => Markdown.Code(option.ValueType == typeof(bool) ? option.Name : $"{option.Name} {option.HelpName}");

    private static string Default(Option option) =>
        option.Required ? "required"
        : option.Name == CommonOptions.WorkersName ? "as many as the machine has processors"
        : option.ValueType != typeof(bool) && option.HasDefaultValue && option.GetDefaultValue() is { } value ? Markdown.Plain(FormattableString.Invariant($"{value}"))
        : "";
}
