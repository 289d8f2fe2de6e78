using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>Conditions of pods as lists that are never changed in place.</summary>
internal static class PodConditions
{
    /// <summary>The condition of a type; null when there is none.</summary>
    public static V1PodCondition? Find(IList<V1PodCondition>? conditions, string type)
    {
        for (int i = 0; i < (conditions?.Count ?? 0); i++)
        {
            if (conditions![i].Type == type)
            {
                return conditions[i];
            }
        }

        return null;
    }

    public static bool IsTrue(IList<V1PodCondition>? conditions, string type) => Find(conditions, type)?.Status == "True";

    /// <summary>
    /// The list with a condition set, in its place or at the end; the same list when nothing changes. The transition time stays while the status does
    /// (kubernetes:pkg/api/v1/pod/util.go, <c>UpdatePodCondition</c>).
    /// </summary>
    public static IList<V1PodCondition> With(
        IList<V1PodCondition>? conditions, string type, string status, string? reason, string? message, DateTime now)
    {
        V1PodCondition? old = Find(conditions, type);
        if (old is not null && old.Status == status && old.Reason == reason && old.Message == message)
        {
            return conditions!;
        }

        var wanted = new V1PodCondition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : now,
        };
        var result = new List<V1PodCondition>((conditions?.Count ?? 0) + 1);
        foreach (V1PodCondition condition in conditions ?? [])
        {
            result.Add(ReferenceEquals(condition, old) ? wanted : condition);
        }

        if (old is null)
        {
            result.Add(wanted);
        }

        return result;
    }
}
