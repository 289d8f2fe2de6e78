using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>
/// Fills in what a pod leaves out, as an API server does when the pod is made: what templates get, with pull policies by tag, and two things that Kubernetes
/// keeps out of templates. Requests follow limits: in a template they would stay behind when the limits are changed.
/// </summary>
public static class PodDefaults
{
    /// <summary>The pod with its defaults.</summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static V1Pod Apply(V1Pod pod)
    {
        if (pod.Spec is null)
        {
            return pod;
        }

        V1PodSpec spec = PodTemplateDefaults.Apply(pod.Spec, pullPolicy: null);
        IList<V1Container>? containers = SameOrCopy.Of(spec.Containers, WithRequests);
        IList<V1Container>? initContainers = SameOrCopy.Of(spec.InitContainers, WithRequests);
        IList<V1Volume>? volumes = SameOrCopy.Of(spec.Volumes, v => VolumeValidation.Sources(v) == 0 ? v with { EmptyDir = new V1EmptyDirVolumeSource() } : v);
        if (!ReferenceEquals(containers, spec.Containers)
            || !ReferenceEquals(initContainers, spec.InitContainers)
            || !ReferenceEquals(volumes, spec.Volumes)
            || spec.EnableServiceLinks is null)
        {
            spec = spec with
            {
                Containers = containers,
                InitContainers = initContainers,
                Volumes = volumes,
                EnableServiceLinks = spec.EnableServiceLinks ?? true,
            };
        }

        return ReferenceEquals(spec, pod.Spec) ? pod : pod with { Spec = spec };
    }

    private static V1Container WithRequests(V1Container container)
    {
        if (container.Resources?.Limits is not { Count: > 0 } limits)
        {
            return container;
        }

        Dictionary<string, ResourceQuantity>? requests = null;
        foreach ((string resource, ResourceQuantity limit) in limits.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            if (container.Resources.Requests?.ContainsKey(resource) != true)
            {
                requests ??= container.Resources.Requests is { } given ? new(given, StringComparer.Ordinal) : new(StringComparer.Ordinal);
                requests[resource] = limit;
            }
        }

        return requests is null ? container : container with { Resources = container.Resources with { Requests = requests } };
    }
}
