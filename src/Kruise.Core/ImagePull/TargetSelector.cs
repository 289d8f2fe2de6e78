using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Selectors;

namespace Kruise.Core.ImagePull;

/// <summary>
/// A job's node selector ready to be evaluated many times: by name when names are given (none at all for an empty list), else by label; without a selector every
/// node is a target.
/// </summary>
public sealed class TargetSelector
{
    private readonly Dictionary<string, int>? _ranks;
    private readonly LabelMatcher _labels;

    /// <summary>Prepares a selector; null selects everything.</summary>
    public TargetSelector(ImagePullJobNodeSelector? selector)
    {
        _labels = new LabelMatcher(selector?.MatchLabels, selector?.MatchExpressions);
        if (selector?.Names is { } names)
        {
            _ranks = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
            foreach (string name in names)
            {
                _ranks.TryAdd(name, _ranks.Count);
            }
        }

        Order = _ranks is null ? StringComparer.Ordinal : new GivenOrder(_ranks);
    }

    /// <summary>The order in which targets are asked: as named, else ordinal by name. Compares targets only.</summary>
    public IComparer<string> Order { get; }

    /// <summary>Whether the node with this metadata (of its NodeImage) is a target.</summary>
    public bool Selects(V1ObjectMeta node) => _ranks?.ContainsKey(node.Name) ?? _labels.Matches(node.Labels);

    private sealed class GivenOrder(Dictionary<string, int> ranks) : IComparer<string>
    {
        public int Compare(string? x, string? y) => ranks[x!].CompareTo(ranks[y!]);
    }
}
