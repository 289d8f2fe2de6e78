using System.CommandLine;
using System.CommandLine.Completions;
using Kruise.Sim.Cli.Completion;
using Kruise.Sim.Scenarios.Reference;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim explain</c>.</summary>
internal static class ExplainVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "A metric (warmup.seconds.p99, workloads.web.maxUnavailable), or the path of a field of a scenario (spec.cluster.nodePools.count). "
                + "Without it: every metric by group.",
            Arity = ArgumentArity.ZeroOrOne,
            // Without it help would list everything that may be completed.
            HelpName = "NAME",
        };
        name.CompletionSources.Add(Names);
        var command = new Command("explain", "Says what a metric or a field of a scenario means: unit, formula, what is allowed, where it stands.") { name };
        command.SetAction(parsed => new ExplainCommand(output, errors).Run(parsed.GetValue(name)));
        return command;
    }

    // Square brackets are the shell's own: an item's path is offered without them.
    private static IEnumerable<CompletionItem> Names(CompletionContext context) =>
        ScenarioCompletions.Named(context.WordToComplete)
            .Concat(ScenarioFields.All.Select(field => string.Join('.', ScenarioFields.Segments(field.Path))))
            .Distinct(StringComparer.Ordinal)
            .Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal))
            .Select(name => new CompletionItem(name));
}
