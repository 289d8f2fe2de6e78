using k8s.Models;
using Kruise.Core.SidecarSets;

namespace Kruise.Live.Cluster;

/// <summary>
/// What a cache keeps of a pod: what controllers decide by. A manager sees every pod of its cluster, and most of a pod is what its containers are started with.
/// Whatever is written to a pod is written as a patch of what differs, so that the rest is neither needed nor lost.
/// </summary>
internal static class TrimmedPods
{
    private static readonly V1PodSpec _noSpec = new() { Containers = [] };
    private static readonly V1PodStatus _noStatus = new();

    public static V1Pod Trim(V1Pod pod) => IsOfAnother(pod) && !HasSidecars(pod)
        ? pod with { Spec = _noSpec, Status = _noStatus }
        : pod with { Spec = pod.Spec is { } spec ? Trim(spec) : null, Status = pod.Status is { } status ? Trim(status) : null };

    // A pod that something else than a controller of ours controls is nobody's business here until that lets go of it, but for its sidecars.
    private static bool IsOfAnother(V1Pod pod)
    {
        foreach (V1OwnerReference owner in pod.Metadata.OwnerReferences ?? [])
        {
            if (owner.Controller == true)
            {
                return !owner.ApiVersion.StartsWith(Core.Api.KruiseGroup.Name + "/", StringComparison.Ordinal);
            }
        }

        return false;
    }

    // Sidecars are brought to new images in whoever's pods they are.
    private static bool HasSidecars(V1Pod pod) => pod.Metadata.Annotations?.ContainsKey(SidecarSetKeys.Hash) ?? false;

    private static V1PodSpec Trim(V1PodSpec spec) => new()
    {
        Containers = Trim(spec.Containers) ?? [],
        InitContainers = Trim(spec.InitContainers),
        NodeName = spec.NodeName,
        ReadinessGates = spec.ReadinessGates,
        TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds,
        Volumes = Claims(spec.Volumes),
    };

    private static V1Container[]? Trim(IList<V1Container>? containers) =>
        containers is null ? null : [.. containers.Select(container => new V1Container { Name = container.Name, Image = container.Image })];

    private static V1Volume[]? Claims(IList<V1Volume>? volumes)
    {
        V1Volume[] claims = [.. (volumes ?? []).Where(volume => volume.PersistentVolumeClaim is not null)];
        return claims.Length == 0 ? null : claims;
    }

    private static V1PodStatus Trim(V1PodStatus status) => new()
    {
        Phase = status.Phase,
        Reason = status.Reason,
        StartTime = status.StartTime,
        Conditions = status.Conditions,
        ContainerStatuses = status.ContainerStatuses is { } containers ? [.. containers.Select(Trim)] : null,
    };

    private static V1ContainerStatus Trim(V1ContainerStatus status) => new()
    {
        Name = status.Name,
        Image = status.Image,
        ImageID = status.ImageID,
        Ready = status.Ready,
        RestartCount = status.RestartCount,
        Started = status.Started,
    };
}
