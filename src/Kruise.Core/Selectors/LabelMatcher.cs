using k8s.Models;

namespace Kruise.Core.Selectors;

/// <summary>
/// A label selector ready to be evaluated many times. All labels and requirements must hold; no labels and no requirements match
/// everything. As in Kubernetes, NotIn and DoesNotExist hold for objects that lack the key.
/// </summary>
public sealed class LabelMatcher
{
    private readonly KeyValuePair<string, string>[] _labels;
    private readonly Requirement[] _requirements;

    /// <summary>A matcher; a requirement whose operator does not exist matches nothing (validation refuses it).</summary>
    public LabelMatcher(IDictionary<string, string>? matchLabels, IEnumerable<V1LabelSelectorRequirement>? matchExpressions)
    {
        _labels = matchLabels is null ? [] : [.. matchLabels];
        _requirements = matchExpressions is null
            ? []
            : [.. matchExpressions.Select(e => new Requirement(e.Key, e.OperatorProperty, [.. e.Values ?? []]))];
    }

    /// <summary>Whether an object with these labels is selected.</summary>
    public bool Matches(IDictionary<string, string>? labels)
    {
        foreach ((string key, string wanted) in _labels)
        {
            if (labels is null || !labels.TryGetValue(key, out string? value) || !string.Equals(value, wanted, StringComparison.Ordinal))
            {
                return false;
            }
        }

        foreach (Requirement requirement in _requirements)
        {
            if (!requirement.Holds(labels))
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Requirement(string Key, string Operator, string[] Values)
    {
        public bool Holds(IDictionary<string, string>? labels)
        {
            string? value = null;
            bool exists = labels is not null && labels.TryGetValue(Key, out value);
            return Operator switch
            {
                LabelSelectorOperator.In => exists && Array.IndexOf(Values, value) >= 0,
                LabelSelectorOperator.NotIn => !exists || Array.IndexOf(Values, value) < 0,
                LabelSelectorOperator.Exists => exists,
                LabelSelectorOperator.DoesNotExist => !exists,
                _ => false,
            };
        }
    }
}
