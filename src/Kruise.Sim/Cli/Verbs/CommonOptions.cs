using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Numerics;
using Kruise.Sim.Cli.Completion;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli.Verbs;

/// <summary>Arguments and options that more than one verb has. Each call makes one of its own: they belong to a verb.</summary>
internal static class CommonOptions
{
    /// <summary>The option whose default is the machine's.</summary>
    public const string WorkersName = "--workers";

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
                    result.AddError(ParseProblems.NoOption(token.Value, ((System.CommandLine.Parsing.CommandResult)result.Parent!).Command));
                }
            }
        });
        return files;
    }

    /// <summary>One scenario file.</summary>
    public static Argument<string> File() => new("FILE") { Description = "A scenario file." };

    /// <summary>Values that vary, at least one.</summary>
    public static Option<string[]> Vary(string description)
    {
        var varied = new Option<string[]>("--vary") { Description = description, HelpName = "path=values", Required = true, AllowMultipleArgumentsPerToken = false };
        varied.CompletionSources.Add(ScenarioCompletions.Paths);
        return varied;
    }

    /// <summary>Whether what the scenario expects judges no setting.</summary>
    public static Option<bool> NoExpect() => new("--no-expect") { Description = "Leaves out what the scenario expects: it may be what today's setting measures, and no other does." };

    /// <summary>Goes on with what was stopped.</summary>
    public static Option<bool> Resume(string description) => new("--resume") { Description = description };

    /// <summary>A variant of the scenario.</summary>
    public static Option<string?> Variant(string name)
    {
        Option<string?> variant = new(name) { Description = "The variant of the scenario; without it the first.", HelpName = "NAME" };
        variant.CompletionSources.Add(ScenarioCompletions.VariantNames);
        return variant;
    }

    /// <summary>An option that takes one of some words.</summary>
    public static Option<T> Among<T>(Option<T> option, params string[] words)
    {
        option.HelpName = string.Join('|', words);
        option.Validators.Add(result => Check(option.Name, result.Tokens, words, result.AddError));
        option.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        return option;
    }

    /// <summary>An argument that takes one of some words.</summary>
    public static Argument<T> Among<T>(Argument<T> argument, params string[] words)
    {
        argument.HelpName = string.Join('|', words);
        argument.Validators.Add(result => Check(argument.Name, result.Tokens, words, result.AddError));
        argument.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        return argument;
    }

    private static void Check(string name, IReadOnlyList<System.CommandLine.Parsing.Token> tokens, string[] words, Action<string> error)
    {
        foreach (string wrong in tokens.Select(token => token.Value).Where(value => !words.Contains(value, StringComparer.Ordinal)))
        {
            error($"{name}: {new Finding($"{Quote.Text(wrong)} is not allowed", string.Join(", ", words), Nearest.Of(wrong, words))}");
        }
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

    public static Option<string[]> Sets() => Sets(
        "--set", "Replaces a value of the scenario or of a manifest that it applies, for example spec.cluster.nodePools[web].count=500. May be repeated.");

    /// <summary>Values that replace others.</summary>
    public static Option<string[]> Sets(string name, string description)
    {
        var sets = new Option<string[]>(name)
        {
            Description = description,
            HelpName = "path=value",
            AllowMultipleArgumentsPerToken = false,
        };
        sets.CompletionSources.Add(ScenarioCompletions.Paths);
        return sets;
    }

    /// <summary>Completes an option with metrics.</summary>
    public static Option<T> OfMetrics<T>(Option<T> option)
    {
        option.CompletionSources.Add(ScenarioCompletions.Metrics);
        return option;
    }

    /// <summary>A share of one whole.</summary>
    public readonly record struct Portion(double Value)
    {
        public override string ToString() => FormattableString.Invariant($"{Value * 100:0.##}%");
    }

    /// <summary>How many seeds each run is repeated with: the scenario's own and those that follow it.</summary>
    public static Option<int> Seeds(int normally) => Whole("--seeds", "Runs with the scenario's seed and those that follow it, so many in all.", 1, 10_000, normally);

    public static Option<int> Workers() => Whole(WorkersName, "Runs at a time; changes nothing but the time taken.", 1, 1024, Environment.ProcessorCount);

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int> Whole(string name, string description, int least, int most, int normally) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => normally,
        CustomParser = result => ParseWhole(name, result, least, most) ?? normally,
    };

    /// <summary>An option that takes a share, as a percentage or as a number below 1.</summary>
    public static Option<Portion> ShareOption(string name, string description, double normally) => new(name)
    {
        Description = description,
        HelpName = "SHARE",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            bool percent = text.EndsWith('%');
            bool isNumber = double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
            if (isNumber && number / (percent ? 100 : 1) is var share && share is >= 0 and < 1)
            {
                return new Portion(share);
            }

            result.AddError($"{name}: {Quote.Text(text)} is not allowed; allowed: a percentage from 0% to below 100%, or a number from 0 to below 1");
            return new Portion(normally);
        },
        DefaultValueFactory = _ => new Portion(normally),
    };

    /// <summary>Reads a whole number of an option that may be absent; what is wrong with it is an error of the option.</summary>
    public static int? ParseWhole(string name, System.CommandLine.Parsing.ArgumentResult result, int least, int most)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        result.AddError(FormattableString.Invariant($"{name}: {Quote.Text(text)} is not allowed; allowed: a whole number from {least} to {most}"));
        return null;
    }
}
