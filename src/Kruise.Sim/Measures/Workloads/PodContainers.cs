using k8s.Models;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>Containers of a pod by name.</summary>
internal static class PodContainers
{
    /// <summary>A container or init container; null when there is none of that name.</summary>
    public static V1Container? Find(V1Pod pod, string name)
    {
        foreach (V1Container container in pod.Spec.Containers)
        {
            if (container.Name == name)
            {
                return container;
            }
        }

        return pod.Spec.InitContainers?.FirstOrDefault(container => container.Name == name);
    }

    /// <summary>A bit for each of the first 63 containers; null for init containers and those beyond.</summary>
    public static ulong? BitOf(V1Pod pod, string container)
    {
        for (int i = 0; i < Math.Min(63, pod.Spec.Containers.Count); i++)
        {
            if (pod.Spec.Containers[i].Name == container)
            {
                return 1UL << i;
            }
        }

        return null;
    }
}
