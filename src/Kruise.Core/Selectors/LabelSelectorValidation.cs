using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Selectors;

/// <summary>The rules of label selectors, as the API server holds them for its own kinds.</summary>
public static class LabelSelectorValidation
{
    private const int MaxNameLength = 63;
    private const int MaxPrefixLength = 253;

    /// <summary>Adds the problems of a selector that stands at <paramref name="path"/>.</summary>
    public static void Validate(
        IDictionary<string, string>? matchLabels,
        IReadOnlyList<V1LabelSelectorRequirement>? matchExpressions,
        string path,
        ICollection<FieldError> errors)
    {
        foreach ((string key, string value) in (matchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal)).OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            ValidateKey(key, $"{path}.matchLabels", errors);
            ValidateValue(value, $"{path}.matchLabels[{key}]", errors);
        }

        for (int i = 0; i < (matchExpressions?.Count ?? 0); i++)
        {
            ValidateRequirement(matchExpressions![i], $"{path}.matchExpressions[{i}]", errors);
        }
    }

    /// <summary>Adds the problems of a selector that must not select everything.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="whyNotEmpty">What an empty one would do.</param>
    /// <param name="problems">Where problems go.</param>
    internal static void ValidateSome(V1LabelSelector selector, string field, string whyNotEmpty, Problems problems)
    {
        Validate(selector.MatchLabels, selector.MatchExpressions?.ToArray(), field, problems.Errors);
        if (IsEmpty(selector))
        {
            problems.Invalid(field, "{}", $"must not be empty: {whyNotEmpty}");
        }
    }

    /// <summary>Whether a selector is there, selects something less than everything, and has nothing wrong with it.</summary>
    public static bool IsUsable(V1LabelSelector? selector)
    {
        if (selector is null || IsEmpty(selector))
        {
            return false;
        }

        List<FieldError> errors = [];
        Validate(selector.MatchLabels, selector.MatchExpressions is { } expressions ? [.. expressions] : null, "", errors);
        return errors.Count == 0;
    }

    private static bool IsEmpty(V1LabelSelector selector) => selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 };

    private static void ValidateRequirement(V1LabelSelectorRequirement requirement, string path, ICollection<FieldError> errors)
    {
        ValidateKey(requirement.Key, path + ".key", errors);
        int values = requirement.Values?.Count ?? 0;
        switch (requirement.OperatorProperty)
        {
            case LabelSelectorOperator.In or LabelSelectorOperator.NotIn:
                if (values == 0)
                {
                    errors.Add(new FieldError(path + ".values", "", $"{requirement.OperatorProperty} needs at least one value"));
                }

                break;
            case LabelSelectorOperator.Exists or LabelSelectorOperator.DoesNotExist:
                if (values > 0)
                {
                    errors.Add(new FieldError(path + ".values", string.Join(",", requirement.Values!), $"{requirement.OperatorProperty} takes no values"));
                }

                break;
            default:
                errors.Add(new FieldError(path + ".operator", requirement.OperatorProperty ?? "", "must be In, NotIn, Exists or DoesNotExist"));
                break;
        }

        for (int i = 0; i < values; i++)
        {
            ValidateValue(requirement.Values![i], $"{path}.values[{i}]", errors);
        }
    }

    internal static void ValidateKey(string? key, string field, ICollection<FieldError> errors)
    {
        const string allowed = "must be a label key: a name of at most 63 letters, digits, '-', '_' and '.', optionally after a DNS prefix and '/'";
        if (string.IsNullOrEmpty(key))
        {
            errors.Add(new FieldError(field, "", allowed));
            return;
        }

        int slash = key.IndexOf('/', StringComparison.Ordinal);
        bool fine = IsName(key.AsSpan(slash + 1)) && (slash < 0 || IsDnsSubdomain(key.AsSpan(0, slash)));
        if (!fine)
        {
            errors.Add(new FieldError(field, key, allowed));
        }
    }

    internal static void ValidateValue(string? value, string field, ICollection<FieldError> errors)
    {
        if (!string.IsNullOrEmpty(value) && !IsName(value))
        {
            errors.Add(new FieldError(
                field, value, "must be a label value: empty, or at most 63 letters, digits, '-', '_' and '.' that begin and end with a letter or digit"));
        }
    }

    internal static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxNameLength || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsDnsSubdomain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxPrefixLength)
        {
            return false;
        }

        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (part.IsEmpty || part[0] == '-' || part[^1] == '-')
            {
                return false;
            }

            foreach (char c in part)
            {
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }

        return true;
    }
}
