using System.Globalization;
using k8s.Models;

namespace Kruise.Core.Selectors;

/// <summary>
/// Whether two label selectors can select the same object. Exact: keys are independent of each other, and of one key all requirements of both selectors hold
/// together either for the lack of it, or for one of the values that every In lists, or, without an In, for one of the endlessly many others. v0.8.0 took Exists
/// of a key that the other selector does not mention for a contradiction (trap 117).
/// </summary>
public static class SelectorOverlap
{
    /// <summary>Labels that both select, as few as there can be; null when no object is selected by both.</summary>
    public static IReadOnlyDictionary<string, string>? Example(V1LabelSelector left, V1LabelSelector right)
    {
        var keys = new SortedDictionary<string, Demand>(StringComparer.Ordinal);
        foreach (V1LabelSelector selector in (ReadOnlySpan<V1LabelSelector>)[left, right])
        {
            foreach ((string key, string value) in selector.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                Of(key).AllowOnly([value]);
            }

            foreach (V1LabelSelectorRequirement requirement in selector.MatchExpressions ?? [])
            {
                Of(requirement.Key).Add(requirement);
            }
        }

        var example = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, Demand demand) in keys)
        {
            if (!demand.TryMeet(out string? value))
            {
                return null;
            }

            if (value is not null)
            {
                example[key] = value;
            }
        }

        return example;

        Demand Of(string key) => keys.TryGetValue(key, out Demand? demand) ? demand : keys[key] = new Demand();
    }

    // What is asked of one key.
    private sealed class Demand
    {
        private readonly HashSet<string> _forbidden = new(StringComparer.Ordinal);
        private SortedSet<string>? _allowed;
        private bool _present;
        private bool _absent;

        public void AllowOnly(IEnumerable<string> values)
        {
            _present = true;
            if (_allowed is null)
            {
                _allowed = new SortedSet<string>(values, StringComparer.Ordinal);
            }
            else
            {
                _allowed.IntersectWith(values);
            }
        }

        public void Add(V1LabelSelectorRequirement requirement)
        {
            switch (requirement.OperatorProperty)
            {
                case LabelSelectorOperator.In:
                    AllowOnly(requirement.Values ?? []);
                    break;
                case LabelSelectorOperator.NotIn:
                    _forbidden.UnionWith(requirement.Values ?? []);
                    break;
                case LabelSelectorOperator.Exists:
                    _present = true;
                    break;
                case LabelSelectorOperator.DoesNotExist:
                    _absent = true;
                    break;
                default:
                    // An operator that does not exist selects nothing.
                    AllowOnly([]);
                    break;
            }
        }

        /// <summary>Finds a value, or null for the key's absence.</summary>
        public bool TryMeet(out string? value)
        {
            value = null;
            if (!_present)
            {
                return true;
            }

            IEnumerable<string> values = _allowed ?? Enumerable.Range(0, _forbidden.Count + 1).Select(number => number.ToString(CultureInfo.InvariantCulture));
            value = _absent ? null : values.FirstOrDefault(candidate => !_forbidden.Contains(candidate));
            return value is not null;
        }
    }
}
