using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>All sets and pods of one view of the cluster, counted set by set. A change of a pod costs a look at each set; a change of a set one at each pod.</summary>
/// <param name="leftOut">Namespaces whose pods no webhook is asked about.</param>
internal sealed class SidecarLedger(IReadOnlySet<string> leftOut)
{
    private readonly SortedDictionary<string, SidecarBook> _books = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, (V1Pod Pod, PodSidecars Sidecars)> _pods = [];

    /// <summary>The sets there are, by name.</summary>
    public IReadOnlyCollection<SidecarBook> Books => _books.Values;

    public SidecarBook? Book(string set) => _books.GetValueOrDefault(set);

    /// <summary>What was read of a pod; null when there is none.</summary>
    public PodSidecars? Sidecars(ObjectKey pod) => _pods.TryGetValue(pod, out (V1Pod Pod, PodSidecars Sidecars) entry) ? entry.Sidecars : null;

    /// <summary>Takes in a state of a set; null when it is gone.</summary>
    public void OnSet(string name, SidecarSet? set)
    {
        if (set is null)
        {
            _books.Remove(name);
            return;
        }

        if (!_books.TryGetValue(name, out SidecarBook? book))
        {
            _books.Add(name, book = new SidecarBook(new SidecarRules(set, leftOut)));
        }
        else if (book.Rules.Same(set))
        {
            return;
        }

        book.Begin(new SidecarRules(set, leftOut));
        foreach ((ObjectKey key, (V1Pod pod, PodSidecars sidecars)) in _pods)
        {
            book.Place(key, book.Rules.Of(pod, sidecars));
        }
    }

    /// <summary>Takes in a state of a pod; null when it is gone.</summary>
    public void OnPod(ObjectKey key, V1Pod? pod)
    {
        PodSidecars? sidecars = pod is null ? null : PodSidecars.Of(pod, Sidecars(key));
        if (pod is null)
        {
            _pods.Remove(key);
        }
        else
        {
            _pods[key] = (pod, sidecars!);
        }

        foreach (SidecarBook book in _books.Values)
        {
            book.Place(key, pod is null ? default : book.Rules.Of(pod, sidecars!));
        }
    }
}

/// <summary>One set's pods, counted.</summary>
internal sealed class SidecarBook(SidecarRules rules)
{
    private readonly Dictionary<ObjectKey, SidecarSight> _pods = [];

    public SidecarRules Rules { get; private set; } = rules;

    /// <summary>Pods of the set. The counts that follow are of them.</summary>
    public int Matched { get; private set; }

    public int Updated { get; private set; }

    public int Ready { get; private set; }

    public int UpdatedReady { get; private set; }

    /// <summary>Pods that may be updated and are not.</summary>
    public int Waiting { get; private set; }

    /// <summary>Pods that no update in place brings to the set's hash.</summary>
    public int OutOfReach { get; private set; }

    /// <summary>Pods that should be the set's and were made without its containers.</summary>
    public int Uncovered { get; private set; }

    /// <summary>Updated pods out of service.</summary>
    public int Unavailable => Updated - UpdatedReady;

    public int Partition => Rules.Numbers(Matched).Partition;

    public int MaxUnavailable => Rules.Numbers(Matched).MaxUnavailable;

    /// <summary>Pods that are at the set's hash or may be brought to it as things are: what partition keeps is left out.</summary>
    public int ToUpdate => Updated + (Rules.Set.Spec.UpdateStrategy.Type == SidecarSetUpdateStrategy.NotUpdate ? 0 : Math.Max(0, Waiting - Partition));

    public SidecarSight Of(ObjectKey pod) => _pods.GetValueOrDefault(pod);

    /// <summary>Begins anew with another state of the set.</summary>
    public void Begin(SidecarRules rules)
    {
        Rules = rules;
        _pods.Clear();
        Matched = Updated = Ready = UpdatedReady = Waiting = OutOfReach = Uncovered = 0;
    }

    /// <summary>Puts a pod where it belongs.</summary>
    public void Place(ObjectKey key, in SidecarSight sight)
    {
        if (_pods.Remove(key, out SidecarSight old))
        {
            Count(old, -1);
        }

        if (sight.IsMember || sight.IsUncovered)
        {
            _pods.Add(key, sight);
            Count(sight, 1);
        }
    }

    private void Count(in SidecarSight sight, int by)
    {
        Uncovered += sight.IsUncovered ? by : 0;
        if (!sight.IsMember)
        {
            return;
        }

        Matched += by;
        Updated += sight.IsUpdated ? by : 0;
        Ready += sight.IsReady ? by : 0;
        UpdatedReady += sight is { IsUpdated: true, IsReady: true } ? by : 0;
        Waiting += sight.IsWaiting ? by : 0;
        OutOfReach += sight.IsOutOfReach ? by : 0;
    }
}
