namespace Kruise.Core.Workloads;

/// <summary>
/// The order in which pods are given up: what would be missed least comes first (Kubernetes' ActivePods, inventory §6.12). Upstream leaves pods
/// that are alike in any order; here the name decides last, so that the order is total and a run can be repeated.
/// </summary>
public sealed class ActivePodOrder : IComparer<PodRank>
{
    private ActivePodOrder()
    {
    }

    /// <summary>The one comparer.</summary>
    public static ActivePodOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(PodRank x, PodRank y)
    {
        int order = x.Assigned.CompareTo(y.Assigned);
        if (order == 0)
        {
            order = x.Phase.CompareTo(y.Phase);
        }

        if (order == 0)
        {
            order = x.Ready.CompareTo(y.Ready);
        }

        if (order == 0 && x.Ready)
        {
            order = LaterFirst(x.ReadySince, y.ReadySince);
        }

        if (order == 0)
        {
            order = y.Restarts.CompareTo(x.Restarts);
        }

        if (order == 0)
        {
            order = LaterFirst(x.Created, y.Created);
        }

        return order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
    }

    // No time at all comes before any time: what does not say counts as new.
    private static int LaterFirst(DateTime? x, DateTime? y) => (y ?? DateTime.MaxValue).CompareTo(x ?? DateTime.MaxValue);
}
