using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Kruise.Sim.Cli.Verbs;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;
using Kruise.Sim.Scenarios.Reference;

namespace Kruise.Sim.Cli.Completion;

/// <summary>What may follow on a line, from the scenario files that stand on it.</summary>
internal static class ScenarioCompletions
{
    /// <summary>Paths of values, with <c>=</c> after them; from the beginning that was typed, which may leave out <c>spec</c> and <c>spec.cluster</c>.</summary>
    public static IEnumerable<CompletionItem> Paths(CompletionContext context)
    {
        string word = context.WordToComplete;
        return Items(Files(context).SelectMany(ScenarioValues.Paths).SelectMany(path => ScenarioFields.Optional.Where(before => path.StartsWith(before, StringComparison.Ordinal)).Select(before => path[before.Length..]))
            .Where(path => word.Length > 0 ? path.StartsWith(word, StringComparison.Ordinal) : path.StartsWith(ScenarioFields.Optional[1], StringComparison.Ordinal))
            .Select(path => path + "="));
    }

    /// <summary>Metrics that the scenarios have; of no scenario, those of the catalog.</summary>
    public static IEnumerable<CompletionItem> Metrics(CompletionContext context)
    {
        string[] names = [.. Variants(context).SelectMany(variant => MetricCatalog.Names(MetricScopes.Of(variant.Scenario.Spec)))];
        return Items((names.Length > 0 ? names : Named(context.WordToComplete)).Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)));
    }

    /// <summary>Names of variants.</summary>
    public static IEnumerable<CompletionItem> VariantNames(CompletionContext context) => Items(Variants(context).Select(variant => variant.Name).OfType<string>());

    /// <summary>Names of metrics where no scenario is at hand: placeholders as they were typed, else in capitals.</summary>
    public static IEnumerable<string> Named(string word) => MetricWords.Beginning(word).Select(pair => pair.Name).Concat(MetricWords.InCapitals);

    private static IEnumerable<ScenarioVariant> Variants(CompletionContext context) => Files(context).SelectMany(file => ScenarioFiles.Load(file, [], null).Variants);

    // Those that stand on the line and, for the verb that takes folders, those in them.
    private static IEnumerable<string> Files(CompletionContext context)
    {
        bool folders = context.ParseResult.CommandResult.Command.Name == CheckVerb.Name;
        return context.ParseResult.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value)
            .SelectMany(path => File.Exists(path) ? [path] : folders && Directory.Exists(path) ? CheckPaths.Scenarios([path], TextWriter.Null) ?? [] : []);
    }

    private static IEnumerable<CompletionItem> Items(IEnumerable<string> words) => words.Distinct(StringComparer.Ordinal).Select(word => new CompletionItem(word));
}
