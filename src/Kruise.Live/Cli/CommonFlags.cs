using System.CommandLine;
using System.Globalization;
using Kruise.Core.ImagePull;

namespace Kruise.Live.Cli;

/// <summary>Flags that several verbs have.</summary>
internal static class CommonFlags
{
    public static Option<string?> Kubeconfig() => new("--kubeconfig")
    {
        Description = "The cluster; else KUBECONFIG, else the pod's service account, else ~/.kube/config.",
        HelpName = "FILE",
    };

    public static Option<string?> Context() => new("--context") { Description = "A context of the kubeconfig other than its current one.", HelpName = "NAME" };

    public static Option<ImagePullTiming?> Preset() => new("--preset")
    {
        Description = "Pace and limits: 'default', or 'openkruise-0.8' for upstream's polling, limits and workers. Single flags go before it.",
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "default":
                    return ImagePullTiming.Default;
                case "openkruise-0.8":
                    return ImagePullTiming.OpenKruise08;
                default:
                    result.AddError($"--preset {result.Tokens[0].Value}: unknown; allowed: default, openkruise-0.8");
                    return null;
            }
        },
        HelpName = "default|openkruise-0.8",
    };

    public static Option<string?> FeatureGates() => new("--feature-gates") { Description = $"Gates to set: {FeatureGateText.Known}.", HelpName = "NAME=BOOL,..." };

    public static Option<string?> Verbosity() => new("--v", "-v") { Description = "klog's verbosity: 0 to 3 informs, 4 and 5 debug, more traces.", HelpName = "N" };

    public static Option<string?> LogLevel() => new("--log-level") { Description = "trace, debug, info, warn, error or none; goes before --v.", HelpName = "LEVEL" };

    public static Option<string?> LogFormat() => new("--log-format") { Description = "text or json; json in a cluster unless said.", HelpName = "FORMAT" };

    /// <summary>An option that takes one of some words.</summary>
    public static Option<string?> OneOf(string name, string description, string[] words, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = string.Join('|', words),
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (!words.Contains(word, StringComparer.Ordinal))
            {
                result.AddError($"{name} {word}: unknown; allowed: {string.Join(", ", words)}");
            }

            return word;
        },
    };

    /// <summary>A switch as Go's flags have it: the flag alone is true. A text, because an option of a truth value takes another word for an argument of its own.</summary>
    public static Option<string?> Bool(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "BOOL", Arity = ArgumentArity.ZeroOrOne };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryParseBool(result.Tokens[0].Value, out _))
            {
                result.AddError($"{name} {result.Tokens[0].Value}: must be true or false");
            }
        });
        return option;
    }

    /// <summary>What such a switch says; null when it was not given.</summary>
    public static bool? Value(this ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option) is { } result ? result.Tokens.Count == 0 || (TryParseBool(result.Tokens[0].Value, out bool value) && value) : null;

    /// <summary>An option whose value must be above zero.</summary>
    public static Option<T?> Positive<T>(string name, string description, string helpName = "N")
        where T : struct, System.Numerics.INumber<T>
        => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out T value))
                {
                    result.AddError($"{name} {text}: must be a {(typeof(T) == typeof(int) ? "whole number" : "number")}");
                    return null;
                }

                if (value <= T.Zero)
                {
                    result.AddError($"{name} {text}: must be above 0");
                    return null;
                }

                return value;
            },
        };

    // The words that Go takes.
    private static bool TryParseBool(string word, out bool value)
    {
        value = word is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || word is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
