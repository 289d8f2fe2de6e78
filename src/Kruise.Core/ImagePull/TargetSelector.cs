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

        Order = _ranks is null ? SpreadOrder.Instance : new GivenOrder(_ranks);
    }

    /// <summary>
    /// The order in which targets are asked: as named, else spread (by a hash of the name). Names follow pools and zones, so asking in their order would
    /// load one zone's uplink after the other's; upstream asks in the order of its cache, which is none. Compares targets only.
    /// </summary>
    public IComparer<string> Order { get; }

    /// <summary>Whether the node with this metadata (of its NodeImage) is a target.</summary>
    public bool Selects(V1ObjectMeta node) => _ranks?.ContainsKey(node.Name) ?? _labels.Matches(node.Labels);

    private sealed class SpreadOrder : IComparer<string>
    {
        public static readonly SpreadOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            if (ReferenceEquals(x, y))
            {
                return 0;
            }

            int byHash = Hash(x!).CompareTo(Hash(y!));
            return byHash != 0 ? byHash : string.CompareOrdinal(x, y);
        }

        // FNV-1a with a final mix (names differ in their last characters, which FNV alone leaves close together).
        private static ulong Hash(string name)
        {
            ulong hash = 14695981039346656037UL;
            foreach (char c in name)
            {
                hash = (hash ^ c) * 1099511628211UL;
            }

            hash ^= hash >> 32;
            return hash * 0x9E3779B97F4A7C15UL;
        }
    }

    private sealed class GivenOrder(Dictionary<string, int> ranks) : IComparer<string>
    {
        public int Compare(string? x, string? y) => ranks[x!].CompareTo(ranks[y!]);
    }
}
