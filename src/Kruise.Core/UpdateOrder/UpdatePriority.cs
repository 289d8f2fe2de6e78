using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Selectors;

namespace Kruise.Core.UpdateOrder;

/// <summary>The order in which pods are updated by the priority that their labels give them (inventory §6.10).</summary>
public sealed class UpdatePriority
{
    private readonly (long Weight, LabelMatcher Matcher)[] _weights;
    private readonly string[] _keys;

    /// <summary>A strategy ready to be asked many times. Weights win should a strategy that was never validated have both.</summary>
    public UpdatePriority(UpdatePriorityStrategy? strategy)
    {
        _weights =
        [
            .. (strategy?.WeightPriority ?? [])
                .Select(term => ((long)term.Weight, new LabelMatcher(term.MatchSelector.MatchLabels, term.MatchSelector.MatchExpressions))),
        ];
        _keys = _weights.Length > 0 ? [] : [.. (strategy?.OrderPriority ?? []).Select(term => term.OrderedKey)];
    }

    /// <summary>
    /// The candidates (positions in <paramref name="pods"/>) in the order in which they should be updated. Pods of equal priority keep the order that
    /// they had: v0.8.0 put the later position first and so undid the order before it (trap 59); later versions sort stably.
    /// </summary>
    public IReadOnlyList<int> Sort(IReadOnlyList<V1Pod?> pods, IReadOnlyList<int> candidates)
    {
        if ((_weights.Length == 0 && _keys.Length == 0) || candidates.Count <= 1)
        {
            return candidates;
        }

        var ranked = new (Rank Rank, int Candidate)[candidates.Count];
        for (int i = 0; i < ranked.Length; i++)
        {
            ranked[i] = (RankOf(pods[candidates[i]]?.Metadata.Labels), candidates[i]);
        }

        return [.. ranked.OrderBy(pod => pod.Rank).Select(pod => pod.Candidate)];
    }

    /// <summary>Which of two pods goes first: negative when the left one does, 0 when neither has to.</summary>
    public int Compare(IDictionary<string, string>? left, IDictionary<string, string>? right) => RankOf(left).CompareTo(RankOf(right));

    private Rank RankOf(IDictionary<string, string>? labels)
    {
        long weight = 0;
        foreach ((long termWeight, LabelMatcher matcher) in _weights)
        {
            weight += matcher.Matches(labels) ? termWeight : 0;
        }

        for (int level = 0; level < _keys.Length; level++)
        {
            if (labels is not null && labels.TryGetValue(_keys[level], out string? value))
            {
                return new Rank(level, NumberAtEnd(value));
            }
        }

        // A pod without any of the keys goes before all others (trap 58).
        return new Rank(-1, weight);
    }

    // The number that a label's value ends in; 0 when it ends in none, or in one beyond 64 bits.
    private static long NumberAtEnd(string value)
    {
        int start = value.Length;
        while (start > 0 && char.IsAsciiDigit(value[start - 1]))
        {
            start--;
        }

        return long.TryParse(value.AsSpan(start), System.Globalization.CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    // The lower level first; within a level the larger amount.
    private readonly record struct Rank(int Level, long Amount) : IComparable<Rank>
    {
        public int CompareTo(Rank other) => Level != other.Level ? Level.CompareTo(other.Level) : other.Amount.CompareTo(Amount);
    }
}
