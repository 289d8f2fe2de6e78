using k8s.Models;

namespace Kruise.Core.Selectors;

/// <summary>Label selectors as one line, in the syntax of <c>kubectl -l</c>.</summary>
public static class LabelSelectorText
{
    /// <summary>The requirements by key, ordinal, separated by commas; empty for a selector that selects everything.</summary>
    public static string Of(V1LabelSelector? selector)
    {
        IEnumerable<(string Key, string Text)> labels = (selector?.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Select(label => (label.Key, $"{label.Key}={label.Value}"));
        IEnumerable<(string Key, string Text)> expressions = (selector?.MatchExpressions ?? [])
            .Select(expression => (expression.Key, TextOf(expression)));
        return string.Join(",", labels.Concat(expressions).OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => part.Text));
    }

    private static string TextOf(V1LabelSelectorRequirement requirement)
    {
        string values = string.Join(",", (requirement.Values ?? []).Order(StringComparer.Ordinal));
        return requirement.OperatorProperty switch
        {
            LabelSelectorOperator.In => $"{requirement.Key} in ({values})",
            LabelSelectorOperator.NotIn => $"{requirement.Key} notin ({values})",
            LabelSelectorOperator.DoesNotExist => "!" + requirement.Key,
            _ => requirement.Key,
        };
    }
}
