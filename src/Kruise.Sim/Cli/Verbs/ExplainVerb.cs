using System.CommandLine;
using System.CommandLine.Completions;
using Kruise.Sim.Measures;
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

    // Angle and square brackets are the shell's own: a placeholder is offered as a name in capitals, an item's path without its brackets.
    private static IEnumerable<CompletionItem> Names(CompletionContext context) =>
        MetricCatalog.All.Select(metric => metric.Pattern)
            .Select(pattern => pattern.IndexOf('<', StringComparison.Ordinal) is var open && open < 0
                ? pattern
                : pattern[..open] + pattern[(open + 1)..(MetricCatalog.AfterPlaceholder(pattern) - 1)].ToUpperInvariant() + pattern[MetricCatalog.AfterPlaceholder(pattern)..])
            .Concat(ScenarioFields.All.Select(field => string.Join('.', ScenarioFields.Segments(field.Path))).Distinct(StringComparer.Ordinal))
            .Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal))
            .Select(name => new CompletionItem(name));
}
