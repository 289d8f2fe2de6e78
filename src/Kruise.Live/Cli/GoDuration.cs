using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kruise.Live.Cli;

/// <summary>Durations as Go writes them, which is how upstream's flags take them: <c>5ms</c>, <c>1m30s</c>, <c>1000s</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        if (!Whole().IsMatch(text))
        {
            return false;
        }

        foreach (Match part in Part().Matches(text))
        {
            double value = double.Parse(part.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
            double seconds = part.Groups["unit"].Value switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "us" or "µs" => 1e-6, _ => 1e-9 };
            duration += TimeSpan.FromSeconds(value * seconds);
        }

        return true;
    }

    /// <summary>For options: the value, or an error that says what is allowed.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value, out TimeSpan duration))
        {
            return duration;
        }

        string flag = result.Parent is OptionResult option ? option.Option.Name + " " : "";
        result.AddError($"{flag}{result.Tokens[0].Value}: not a duration such as 300ms, 15s or 1m30s");
        return TimeSpan.Zero;
    }

    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?(h|ms|m|s|us|µs|ns))+$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<value>[0-9]+(\.[0-9]+)?)(?<unit>h|ms|m|s|us|µs|ns)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
