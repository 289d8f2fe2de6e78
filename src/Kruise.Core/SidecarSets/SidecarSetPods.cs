using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// The pods of one set, counted and ordered as its decisions ask for them. A change of a pod costs O(log pods). A change of the set costs a look at the pods that name
/// it, and touches no other set.
/// </summary>
internal sealed class SidecarSetPods
{
    // Pods that say that the set is in them, whether it is there, and whether it selects them or not.
    private readonly Dictionary<ObjectKey, SidecarCarrier> _carriers = [];
    private readonly SortedDictionary<ObjectKey, SidecarPodEntry> _pods = [];

    /// <summary>What the set makes of a pod; null when there is no such set.</summary>
    public SidecarSetRules? Rules { get; private set; }

    /// <summary>Whether nothing is known of the set any more.</summary>
    public bool IsEmpty => Rules is null && _carriers.Count == 0;

    /// <summary>The set's pods, by key: active, selected, and made with its containers. Only they are meant below.</summary>
    public IReadOnlyCollection<SidecarPodEntry> All => _pods.Values;

    /// <summary>Pods.</summary>
    public int Matched => _pods.Count;

    /// <summary>Pods at the set's hash.</summary>
    public int Updated { get; private set; }

    /// <summary>Pods that run what they are meant to and are ready.</summary>
    public int Ready { get; private set; }

    /// <summary>Pods that are both.</summary>
    public int UpdatedReady { get; private set; }

    /// <summary>Pods that no update in place can bring to the set's hash.</summary>
    public int OutOfReach { get; private set; }

    /// <summary>Pods that may be updated, in the order in which they would be given up.</summary>
    public SortedSet<SidecarPodEntry> Waiting { get; } = new(SidecarPodEntry.ByRank);

    /// <summary>Those of them that are out of service as it is.</summary>
    public int WaitingUnready { get; private set; }

    public void OnSet(SidecarSet? set)
    {
        Rules = set is null ? null : new SidecarSetRules(set);
        foreach ((ObjectKey key, SidecarCarrier carrier) in _carriers)
        {
            Place(key, carrier);
        }
    }

    public void OnPod(ObjectKey key, SidecarCarrier? carrier)
    {
        if (carrier is null)
        {
            _carriers.Remove(key);
        }
        else
        {
            _carriers[key] = carrier;
        }

        Place(key, carrier);
    }

    private void Place(ObjectKey key, SidecarCarrier? carrier)
    {
        SidecarPodFacts? facts = carrier is null ? null : Rules?.Of(carrier.Pod, carrier.Injections);
        if (_pods.TryGetValue(key, out SidecarPodEntry? old))
        {
            if (old.Facts == facts)
            {
                old.Pod = carrier!.Pod;
                return;
            }

            _pods.Remove(key);
            Count(old, -1);
            Waiting.Remove(old);
        }

        if (facts is { } current)
        {
            var entry = new SidecarPodEntry(carrier!.Pod, current);
            _pods.Add(key, entry);
            Count(entry, 1);
            if (current.IsWaiting)
            {
                Waiting.Add(entry);
            }
        }
    }

    private void Count(SidecarPodEntry entry, int one)
    {
        SidecarPodFacts facts = entry.Facts;
        Updated += facts.IsUpdated ? one : 0;
        Ready += facts.IsReady ? one : 0;
        UpdatedReady += facts is { IsUpdated: true, IsReady: true } ? one : 0;
        OutOfReach += facts.IsOutOfReach ? one : 0;
        WaitingUnready += facts is { IsWaiting: true, IsReady: false } ? one : 0;
    }
}

/// <summary>A pod that sets are in, and what it says of them.</summary>
internal sealed record SidecarCarrier(V1Pod Pod, PodInjections Injections);
