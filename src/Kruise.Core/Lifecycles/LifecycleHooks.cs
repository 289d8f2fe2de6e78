using System.Globalization;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;

namespace Kruise.Core.Lifecycles;

/// <summary>Whether others hold a pod, and where it stands in its lifecycle (inventory §6.8).</summary>
public static class LifecycleHooks
{
    /// <summary>Whether the pod is held: by any label or finalizer of the hook.</summary>
    public static bool IsHooked(LifecycleHook? hook, V1Pod pod)
    {
        if (hook is null)
        {
            return false;
        }

        foreach (string finalizer in hook.FinalizersHandler ?? [])
        {
            if (HasFinalizer(pod, finalizer))
            {
                return true;
            }
        }

        foreach ((string key, string value) in hook.LabelsHandler ?? NoLabels)
        {
            if (PodState.Label(pod, key) == value)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether every label and finalizer of the hook holds the pod. A hook without any, and no hook, ask for nothing.</summary>
    public static bool AllHooked(LifecycleHook? hook, V1Pod pod)
    {
        foreach (string finalizer in hook?.FinalizersHandler ?? [])
        {
            if (!HasFinalizer(pod, finalizer))
            {
                return false;
            }
        }

        foreach ((string key, string value) in hook?.LabelsHandler ?? NoLabels)
        {
            if (PodState.Label(pod, key) != value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The pod in another state, with the time at which it came there; the pod itself when it already is in that state.</summary>
    public static V1Pod WithState(V1Pod pod, string state, DateTime now) =>
        PodState.LifecycleState(pod) == state
            ? pod
            : pod with
            {
                Metadata = pod.Metadata with
                {
                    Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.LifecycleState, state),
                    Annotations = StringMaps.With(
                        pod.Metadata.Annotations, WorkloadKeys.LifecycleTimestamp, now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
                },
            };

    private static Dictionary<string, string> NoLabels { get; } = new(StringComparer.Ordinal);

    private static bool HasFinalizer(V1Pod pod, string finalizer) => pod.Metadata.Finalizers?.Contains(finalizer) ?? false;
}
