using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.UpdateOrder;

namespace Kruise.Core.SidecarSets;

/// <summary>Which pods are updated next (inventory §8.4, 5 to 7).</summary>
internal static class SidecarUpgradeOrder
{
    /// <summary>
    /// The pods that may be updated now, in order. The last <c>partition</c> of those that could be are kept. One that is out of service as it is costs nothing; the
    /// first that serves and finds <c>maxUnavailable</c> used up by updated pods that do not, ends the pass.
    /// </summary>
    public static IEnumerable<SidecarPodEntry> Next(SidecarSetUpdateStrategy strategy, SidecarSetPods pods)
    {
        SidecarSetNumbers numbers = SidecarSetNumbers.Of(strategy, pods.Matched);
        int most = pods.Waiting.Count - Math.Min(pods.Waiting.Count, numbers.Partition);
        int unavailable = pods.Updated - pods.UpdatedReady;
        if (most == 0 || (unavailable >= numbers.MaxUnavailable && pods.WaitingUnready == 0))
        {
            yield break;
        }

        IEnumerable<SidecarPodEntry> order = strategy.ScatterStrategy is { Count: > 0 } terms ? Scattered(terms, pods) : pods.Waiting;
        foreach (SidecarPodEntry entry in order.Take(most))
        {
            if (entry.Facts.IsReady && unavailable++ >= numbers.MaxUnavailable)
            {
                yield break;
            }

            yield return entry;
        }
    }

    /// <summary>The terms with <c>*</c> replaced by every value that pods have, in the order of the pods, each term once.</summary>
    public static IReadOnlyList<UpdateScatterTerm> Expand(IEnumerable<UpdateScatterTerm> terms, IReadOnlyList<V1Pod> pods)
    {
        List<UpdateScatterTerm> expanded = [];
        var known = new HashSet<(string, string)>();
        foreach (UpdateScatterTerm term in terms)
        {
            if (term.Value != AnyValue)
            {
                Add(term);
                continue;
            }

            foreach (V1Pod pod in pods)
            {
                if (pod.Metadata.Labels is { } labels && labels.TryGetValue(term.Key, out string? value))
                {
                    Add(term with { Value = value });
                }
            }
        }

        return expanded;

        void Add(UpdateScatterTerm term)
        {
            if (known.Add((term.Key, term.Value)))
            {
                expanded.Add(term);
            }
        }
    }

    private const string AnyValue = "*";

    // Costs a look at every pod; only sets that ask for it pay, and only when something may be updated.
    private static IEnumerable<SidecarPodEntry> Scattered(IReadOnlyList<UpdateScatterTerm> terms, SidecarSetPods pods)
    {
        SidecarPodEntry[] all = [.. pods.Waiting, .. pods.All.Where(entry => !entry.Facts.IsWaiting)];
        V1Pod[] everyPod = [.. all.Select(entry => entry.Pod)];
        return UpdateScatter.Sort(Expand(terms, everyPod), everyPod, [.. Enumerable.Range(0, pods.Waiting.Count)]).Select(i => all[i]);
    }
}
