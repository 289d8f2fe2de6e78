using k8s.Models;

namespace Kruise.Core.Workloads;

/// <summary>What a pod says about itself, as workload controllers ask it.</summary>
public static class PodState
{
    /// <summary>Condition type: the pod may serve.</summary>
    public const string ReadyCondition = "Ready";

    /// <summary>Condition type: all containers are ready; the readiness gates are not asked.</summary>
    public const string ContainersReadyCondition = "ContainersReady";

    /// <summary>Condition status.</summary>
    public const string True = "True";

    /// <summary>Condition status.</summary>
    public const string False = "False";

    /// <summary>Pod phase.</summary>
    public const string Pending = "Pending";

    /// <summary>Pod phase.</summary>
    public const string Running = "Running";

    /// <summary>Pod phase: ended, and all containers well.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Pod phase: ended, and a container not well.</summary>
    public const string Failed = "Failed";

    /// <summary>Pod phase: its node does not answer.</summary>
    public const string Unknown = "Unknown";

    /// <summary>Whether the pod counts as one of its owner's: neither ended nor being deleted.</summary>
    public static bool IsActive(V1Pod pod) => !IsTerminating(pod) && pod.Status?.Phase is not (Succeeded or Failed);

    /// <summary>Whether the pod's deletion has begun.</summary>
    public static bool IsTerminating(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The condition of a type, or null.</summary>
    public static V1PodCondition? Condition(V1Pod pod, string type)
    {
        IList<V1PodCondition>? conditions = pod.Status?.Conditions;
        for (int i = 0; i < (conditions?.Count ?? 0); i++)
        {
            if (conditions![i].Type == type)
            {
                return conditions[i];
            }
        }

        return null;
    }

    /// <summary>Whether the pod is ready.</summary>
    public static bool IsReady(V1Pod pod) => Condition(pod, ReadyCondition)?.Status == True;

    /// <summary>Whether the pod runs and is ready.</summary>
    public static bool IsRunningAndReady(V1Pod pod) => pod.Status?.Phase == Running && IsReady(pod);

    /// <summary>Since when the pod is ready; null when it is not, or does not say.</summary>
    public static DateTime? ReadySince(V1Pod pod) => Condition(pod, ReadyCondition) is { Status: True } ready ? ready.LastTransitionTime : null;

    /// <summary>Whether the pod has been ready for long enough; at the very moment it has.</summary>
    public static bool IsAvailable(V1Pod pod, int minReadySeconds, DateTime now) =>
        IsReady(pod) && (minReadySeconds <= 0 || AvailableAt(pod, minReadySeconds) <= now);

    /// <summary>When a ready pod becomes or became available; null when it is not ready or does not say since when.</summary>
    public static DateTime? AvailableAt(V1Pod pod, int minReadySeconds) => ReadySince(pod)?.AddSeconds(Math.Max(0, minReadySeconds));

    /// <summary>The revision that the pod's label names; empty when it has none.</summary>
    public static string Revision(V1Pod pod) => Label(pod, WorkloadKeys.ControllerRevisionHash) ?? "";

    /// <summary>Where the pod stands in its lifecycle; empty when nobody said.</summary>
    public static string LifecycleState(V1Pod pod) => Label(pod, WorkloadKeys.LifecycleState) ?? "";

    /// <summary>Whether the pod was chosen for deletion.</summary>
    public static bool IsSpecifiedDelete(V1Pod pod) => Label(pod, WorkloadKeys.SpecifiedDelete) is not null;

    /// <summary>The value of a label, or null.</summary>
    public static string? Label(V1Pod pod, string key) => pod.Metadata.Labels is { } labels && labels.TryGetValue(key, out string? value) ? value : null;

    /// <summary>The value of an annotation under the first of the keys that the pod has, or null.</summary>
    public static string? Annotation(V1Pod pod, string key, string? oldKey = null) =>
        pod.Metadata.Annotations is not { } annotations ? null
        : annotations.TryGetValue(key, out string? value) || (oldKey is not null && annotations.TryGetValue(oldKey, out value)) ? value
        : null;

    /// <summary>What the pod reports of a container; null when it reports nothing.</summary>
    public static V1ContainerStatus? StatusOf(V1Pod pod, string container)
    {
        IList<V1ContainerStatus>? statuses = pod.Status?.ContainerStatuses;
        for (int i = 0; i < (statuses?.Count ?? 0); i++)
        {
            if (statuses![i].Name == container)
            {
                return statuses[i];
            }
        }

        return null;
    }

    /// <summary>How often the pod's containers were restarted, together.</summary>
    public static int TotalRestarts(V1Pod pod) => pod.Status?.ContainerStatuses?.Sum(status => status.RestartCount) ?? 0;

    /// <summary>How often the container was restarted that was most often.</summary>
    public static int MaxRestarts(V1Pod pod)
    {
        int max = 0;
        IList<V1ContainerStatus>? statuses = pod.Status?.ContainerStatuses;
        for (int i = 0; i < (statuses?.Count ?? 0); i++)
        {
            max = Math.Max(max, statuses![i].RestartCount);
        }

        return max;
    }

    /// <summary>The owner that manages an object, or null for an orphan.</summary>
    public static V1OwnerReference? ControllerOf(V1ObjectMeta metadata)
    {
        IList<V1OwnerReference>? owners = metadata.OwnerReferences;
        for (int i = 0; i < (owners?.Count ?? 0); i++)
        {
            if (owners![i].Controller == true)
            {
                return owners[i];
            }
        }

        return null;
    }

    /// <summary>Whether the owner with this uid manages the object.</summary>
    public static bool IsControlledBy(V1ObjectMeta metadata, string uid) => ControllerOf(metadata)?.Uid == uid;
}
