using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.UpdateOrder;

/// <summary>
/// Spreads pods with a label over the course of an update (inventory §6.11). A term divides the candidates into m that match and u that do not, and
/// deals them out alternately in min(m, u) groups of round(m/groups) and round(u/groups). Where the candidates are too thin in matching pods,
/// compared with all pods of the workload, the group sizes of all pods are used and the surplus of the others goes first, so that the rhythm is the
/// same from the first step of an update to the last.
/// </summary>
public static class UpdateScatter
{
    /// <summary>The candidates (positions in <paramref name="pods"/>) spread by each term in turn. A pod that is null counts for nothing.</summary>
    public static IReadOnlyList<int> Sort(IReadOnlyList<UpdateScatterTerm>? terms, IReadOnlyList<V1Pod?> pods, IReadOnlyList<int> candidates)
    {
        if (terms is null || terms.Count == 0 || candidates.Count <= 1)
        {
            return candidates;
        }

        foreach (UpdateScatterTerm term in Terms(terms, pods, candidates))
        {
            candidates = Spread(term, pods, candidates);
        }

        return candidates;
    }

    /// <summary>The terms in the order in which they are applied: those that match most candidates first, those that match none not at all.</summary>
    internal static IReadOnlyList<UpdateScatterTerm> Terms(
        IReadOnlyList<UpdateScatterTerm> terms, IReadOnlyList<V1Pod?> pods, IReadOnlyList<int> candidates) => terms.Count == 1
        ? terms
        :
        [
            .. terms
                .Select(term => (Term: term, Count: candidates.Count(i => Matches(term, pods[i]))))
                .Where(counted => counted.Count > 0)
                .OrderByDescending(counted => counted.Count)
                .Select(counted => counted.Term),
        ];

    /// <summary>The candidates spread by one term.</summary>
    internal static IReadOnlyList<int> Spread(UpdateScatterTerm term, IReadOnlyList<V1Pod?> pods, IReadOnlyList<int> candidates)
    {
        List<int> matched = [], others = [];
        foreach (int candidate in candidates)
        {
            (Matches(term, pods[candidate]) ? matched : others).Add(candidate);
        }

        if (matched.Count <= 1 || others.Count <= 1)
        {
            return candidates;
        }

        int totalMatched = 0, totalOthers = 0;
        foreach (V1Pod? pod in pods)
        {
            totalMatched += pod is not null && Matches(term, pod) ? 1 : 0;
            totalOthers += pod is not null && !Matches(term, pod) ? 1 : 0;
        }

        // The last that matches stays last, whatever the groups are.
        int last = matched[^1];
        matched.RemoveAt(matched.Count - 1);
        Groups groups = Groups.ByDensity(totalMatched - 1, totalOthers, matched.Count, others.Count);

        var spread = new List<int>(candidates.Count);
        int nextMatched = 0, nextOther = Take(others, 0, groups.Surplus, spread);
        for (int group = 0; group < groups.Count; group++)
        {
            nextMatched = Take(matched, nextMatched, groups.MatchedSize, spread);
            nextOther = Take(others, nextOther, groups.OtherSize, spread);
        }

        Take(matched, nextMatched, matched.Count, spread);
        Take(others, nextOther, others.Count, spread);
        spread.Add(last);
        return spread;
    }

    private static bool Matches(UpdateScatterTerm term, V1Pod? pod) =>
        pod?.Metadata.Labels is { } labels && labels.TryGetValue(term.Key, out string? value) && value == term.Value;

    private static int Take(List<int> from, int start, int count, List<int> to)
    {
        int end = Math.Min(from.Count, start + count);
        for (int i = start; i < end; i++)
        {
            to.Add(from[i]);
        }

        return end;
    }

    // How many groups, how many of either side in each, and how many others go before the first.
    private readonly record struct Groups(int Count, int MatchedSize, int OtherSize, int Surplus)
    {
        public static Groups ByDensity(int totalMatched, int totalOthers, int matched, int others)
        {
            // In single precision, as upstream: where the two densities differ by less they are the same.
            if ((float)totalOthers / totalMatched >= (float)others / matched)
            {
                return Of(matched, others);
            }

            Groups all = Of(totalMatched, totalOthers);
            int count = Math.Min(matched / all.MatchedSize, others / all.OtherSize);
            return all with { Count = count, Surplus = others - (count * all.OtherSize) };
        }

        private static Groups Of(int matched, int others)
        {
            int count = Math.Min(matched, others);
            return new Groups(count, Share(matched, count), Share(others, count), 0);
        }

        private static int Share(int pods, int groups) => (int)Math.Round((double)pods / groups, MidpointRounding.AwayFromZero);
    }
}
