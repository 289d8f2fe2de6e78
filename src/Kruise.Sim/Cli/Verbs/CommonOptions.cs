using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Numerics;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Cli.Verbs;

/// <summary>Arguments and options that more than one verb has. Each call makes one of its own: they belong to a verb.</summary>
internal static class CommonOptions
{
    /// <summary>One or more scenario files.</summary>
    public static Argument<string[]> Files()
    {
        var files = new Argument<string[]>("FILE") { Description = "Scenario files.", Arity = ArgumentArity.OneOrMore };
        // Any number of files would also take in an option that does not exist.
        files.Validators.Add(result =>
        {
            foreach (System.CommandLine.Parsing.Token token in result.Tokens)
            {
                if (token.Value.StartsWith('-'))
                {
                    result.AddError($"There is no option '{token.Value}'.");
                }
            }
        });
        return files;
    }

    public static Option<ulong?> Seed() => new("--seed")
    {
        Description = "Replaces the scenario's seed.",
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            {
                return seed;
            }

            string wrong = BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "is out of range" : "is not a whole number";
            result.AddError(FormattableString.Invariant($"--seed: {Quote.Text(text)} {wrong}; allowed: 0 to {ulong.MaxValue}"));
            return null;
        },
    };

    public static Option<string[]> Sets()
    {
        var sets = new Option<string[]>("--set")
        {
            Description = "Replaces a value of the scenario or of a manifest that it applies, for example spec.cluster.nodePools[web].count=500. May be repeated.",
            HelpName = "path=value",
            AllowMultipleArgumentsPerToken = false,
        };
        sets.CompletionSources.Add(ScenarioPaths);
        return sets;
    }

    /// <summary>Completes paths of values, with <c>=</c> after them: those that the scenario files on the line have.</summary>
    public static IEnumerable<CompletionItem> ScenarioPaths(CompletionContext context) => context.ParseResult.Tokens
        .Select(token => token.Value)
        .Where(File.Exists)
        .SelectMany(ScenarioValues.Paths)
        .Distinct(StringComparer.Ordinal)
        .Select(path => new CompletionItem(path + "="));
}
