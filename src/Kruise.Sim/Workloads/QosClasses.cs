using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>The quality of service of a pod by what its containers ask for (pkg/apis/core/v1/helper/qos).</summary>
internal static class QosClasses
{
    public static string Of(V1PodSpec spec)
    {
        bool any = false;
        bool guaranteed = true;
        foreach (V1Container container in spec.Containers.Concat(spec.InitContainers ?? []))
        {
            IDictionary<string, ResourceQuantity>? requests = container.Resources?.Requests;
            IDictionary<string, ResourceQuantity>? limits = container.Resources?.Limits;
            foreach (string resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                ResourceQuantity? request = requests is not null && requests.TryGetValue(resource, out ResourceQuantity? r) ? r : null;
                ResourceQuantity? limit = limits is not null && limits.TryGetValue(resource, out ResourceQuantity? l) ? l : null;
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
