using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>The pods of the world, and a kubelet that takes no time.</summary>
internal sealed partial class CloneSetWorld
{
    /// <summary>Pods whose containers do not become ready.</summary>
    public HashSet<string> Sick { get; } = new(StringComparer.Ordinal);

    /// <summary>Pods that the kubelet leaves as they are.</summary>
    public HashSet<string> Frozen { get; } = new(StringComparer.Ordinal);

    /// <summary>Active pods that the set controls, by name.</summary>
    public IReadOnlyList<V1Pod> Pods => [.. AllPods.Where(pod => PodState.IsActive(pod) && PodState.IsControlledBy(pod.Metadata, Set.Metadata.Uid))];

    public IEnumerable<string> Names => Pods.Select(pod => pod.Metadata.Name);

    /// <summary>How many active pods have each image, as <c>2 nginx:1, 3 nginx:2</c>.</summary>
    public string Images => string.Join(", ", Pods.GroupBy(ImageOf).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"));

    public int ReadyPods => Pods.Count(PodState.IsRunningAndReady);

    public static string ImageOf(V1Pod pod) => pod.Spec.Containers[0].Image;

    /// <summary>Every pod takes the next step: gone when it is being deleted, else running what its spec says, ready when its gates are open. False when none had any.</summary>
    public override bool Kubelet()
    {
        bool moved = false;
        foreach (V1Pod pod in AllPods)
        {
            if (!Frozen.Contains(pod.Metadata.Name))
            {
                moved |= Step(pod);
            }
        }

        return moved;
    }

    private bool Step(V1Pod pod)
    {
        if (PodState.IsTerminating(pod))
        {
            if (pod.Metadata.Finalizers is { Count: > 0 })
            {
                return false;
            }

            Remove(pod);
            return true;
        }

        if (!PodState.IsActive(pod))
        {
            return false;
        }

        bool healthy = !Sick.Contains(pod.Metadata.Name);
        V1Pod now = pod with
        {
            Spec = pod.Spec with { NodeName = pod.Spec.NodeName ?? "n1" },
            Status = (pod.Status ?? new V1PodStatus()) with
            {
                Phase = PodState.Running,
                ContainerStatuses = [.. pod.Spec.Containers.Select(container => StatusOf(container, pod, healthy))],
            },
        };
        now = WithCondition(now, PodState.ContainersReadyCondition, healthy);
        bool open = (pod.Spec.ReadinessGates ?? []).All(gate => PodState.Condition(pod, gate.ConditionType)?.Status == PodState.True);
        now = WithCondition(now, PodState.ReadyCondition, healthy && open);
        if (pod.Status?.Phase == PodState.Running && ReferenceEquals(now.Status.Conditions, pod.Status.Conditions) && SameContainers(now, pod))
        {
            return false;
        }

        Store(now, pod);
        return true;
    }

    private static bool SameContainers(V1Pod now, V1Pod pod) =>
        now.Status.ContainerStatuses.Select(s => (s.Name, s.Image, s.Ready)).SequenceEqual((pod.Status.ContainerStatuses ?? []).Select(s => (s.Name, s.Image, s.Ready)));

    private static V1ContainerStatus StatusOf(V1Container container, V1Pod pod, bool healthy)
    {
        V1ContainerStatus? before = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == container.Name);
        return new V1ContainerStatus
        {
            Name = container.Name,
            Image = container.Image,
            ImageID = "id-of-" + container.Image,
            Ready = healthy,
            RestartCount = (before?.RestartCount ?? 0) + (before is not null && before.Image != container.Image ? 1 : 0),
        };
    }

    private V1Pod WithCondition(V1Pod pod, string type, bool holds)
    {
        string status = holds ? PodState.True : PodState.False;
        return PodState.Condition(pod, type)?.Status == status
            ? pod
            : pod with
            {
                Status = pod.Status with
                {
                    Conditions =
                    [
                        .. (pod.Status.Conditions ?? []).Where(condition => condition.Type != type),
                        new V1PodCondition { Type = type, Status = status, LastTransitionTime = Now },
                    ],
                },
            };
    }
}
