using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Measures;

/// <summary>Metrics' names as people write them: in part, or with a slip. What stands for a placeholder is the user's own word, whatever the rest is.</summary>
internal static class MetricWords
{
    /// <summary>Every name with its placeholder as a word in capitals: angle brackets are a shell's own.</summary>
    public static IEnumerable<string> InCapitals => MetricCatalog.All.Select(metric => InCapital(metric.Pattern));

    /// <summary>The metrics whose names begin with a text, the placeholder standing for the shortest part of it that leaves any; none where the text does not reach beyond it.</summary>
    public static IReadOnlyList<(Metric Metric, string Name)> Beginning(string text)
    {
        string[] parts = text.Split('.');
        for (int length = 1; length < parts.Length - 1; length++)
        {
            string value = string.Join('.', parts[1..(1 + length)]);
            (Metric, string Name)[] found =
            [
                .. MetricCatalog.All.Where(metric => IsPattern(metric.Pattern)).Select(metric => (metric, Name: Fill(metric.Pattern, value)))
                    .Where(pair => pair.Name.StartsWith(text, StringComparison.Ordinal)),
            ];
            if (value.Length > 0 && found.Length > 0)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>
    /// Names that are near to one that is none, the nearest first. Whoever has got the family right (<c>pods</c>, <c>jobs</c>) means none of another; a name without the placeholder's part is
    /// answered with the pattern.
    /// </summary>
    public static IReadOnlyList<string> Near(string name, int count)
    {
        string[] parts = name.Split('.');
        (string Text, string Name)[] guesses = [.. MetricCatalog.All.Select(metric => Guess(metric.Pattern, parts))];
        if (guesses.Any(guess => FamilyOf(guess.Name) == parts[0]))
        {
            guesses = [.. guesses.Where(guess => FamilyOf(guess.Name) == parts[0])];
        }

        ILookup<string, string> names = guesses.ToLookup(guess => guess.Text, guess => guess.Name, StringComparer.Ordinal);
        return [.. Nearest.Several(name, names.Select(group => group.Key), count).SelectMany(text => names[text]).Distinct(StringComparer.Ordinal).Take(count)];
    }

    /// <summary>Whether a name ends nearly as one of its family's metrics does: then what it ends with is no part of an object's name.</summary>
    public static bool EndsNearly(string name)
    {
        string[] parts = name.Split('.');
        string[] ends = [.. MetricCatalog.All.Where(metric => IsPattern(metric.Pattern) && FamilyOf(metric.Pattern) == parts[0]).Select(metric => After(metric.Pattern))];
        return Enumerable.Range(1, parts.Length - 1).Any(start => Nearest.Of(string.Join('.', parts[start..]), ends) is not null);
    }

    /// <summary>The part of a metric's name before its first dot.</summary>
    public static string FamilyOf(string name) => name.Split('.')[0];

    private static (string Text, string Name) Guess(string pattern, string[] parts)
    {
        if (!IsPattern(pattern))
        {
            return (pattern, pattern);
        }

        int after = After(pattern).Split('.').Length;
        int room = parts.Length - 1 - after;
        return room > 0
            ? Fill(pattern, string.Join('.', parts[1..(1 + room)])) is var filled ? (filled, filled) : default
            : (pattern[..pattern.IndexOf('<', StringComparison.Ordinal)] + After(pattern), pattern);
    }

    private static bool IsPattern(string name) => name.Contains('<', StringComparison.Ordinal);

    private static string After(string pattern) => pattern[(MetricCatalog.AfterPlaceholder(pattern) + 1)..];

    private static string Fill(string pattern, string value) => pattern[..pattern.IndexOf('<', StringComparison.Ordinal)] + value + pattern[MetricCatalog.AfterPlaceholder(pattern)..];

    private static string InCapital(string pattern) =>
        IsPattern(pattern) ? Fill(pattern, pattern[(pattern.IndexOf('<', StringComparison.Ordinal) + 1)..(MetricCatalog.AfterPlaceholder(pattern) - 1)].ToUpperInvariant()) : pattern;
}
