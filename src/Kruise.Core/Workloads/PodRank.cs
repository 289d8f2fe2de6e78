using k8s.Models;

namespace Kruise.Core.Workloads;

/// <summary>What of a pod decides about its place in <see cref="ActivePodOrder"/>, read from the pod once so that an index can keep it.</summary>
/// <param name="Assigned">Whether it has a node.</param>
/// <param name="Phase">0 Pending (and phases that active pods are not in), 1 Unknown, 2 Running.</param>
/// <param name="Ready">Whether it is ready.</param>
/// <param name="ReadySince">Since when; null when it is not ready, or does not say.</param>
/// <param name="Restarts">Restarts of the container that was restarted most often.</param>
/// <param name="Created">When it was created; null when it does not say.</param>
/// <param name="Name">Its name.</param>
public readonly record struct PodRank(bool Assigned, int Phase, bool Ready, DateTime? ReadySince, int Restarts, DateTime? Created, string Name)
{
    /// <summary>A pod's rank.</summary>
    public static PodRank Of(V1Pod pod) => new(
        !string.IsNullOrEmpty(pod.Spec?.NodeName),
        pod.Status?.Phase switch { PodState.Running => 2, PodState.Unknown => 1, _ => 0 },
        PodState.IsReady(pod),
        PodState.ReadySince(pod),
        PodState.MaxRestarts(pod),
        pod.Metadata.CreationTimestamp,
        pod.Metadata.Name ?? "");
}
