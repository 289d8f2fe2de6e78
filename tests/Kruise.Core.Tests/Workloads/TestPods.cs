using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.Workloads;

/// <summary>Pods for tests.</summary>
internal static class TestPods
{
    public static readonly DateTime Now = new(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    public static V1Pod Pod(string name = "pod-a", string? phase = null, bool? ready = null, string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Uid = "uid-" + name },
        Spec = new V1PodSpec { NodeName = node, Containers = [] },
        Status = new V1PodStatus
        {
            Phase = phase,
            Conditions = ready is { } isReady ? [new V1PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }] : null,
        },
    };

    public static V1Pod Labelled(params (string Key, string Value)[] labels) =>
        Pod() is var pod && labels.Length == 0 ? pod : pod with { Metadata = pod.Metadata with { Labels = labels.ToDictionary(l => l.Key, l => l.Value) } };

    public static V1Pod With(this V1Pod pod, params V1PodCondition[] conditions) =>
        pod with { Status = pod.Status with { Conditions = [.. pod.Status.Conditions ?? [], .. conditions] } };

    public static V1Pod ReadySince(this V1Pod pod, DateTime? since) => pod.With(new V1PodCondition { Type = "Ready", Status = "True", LastTransitionTime = since });

    public static V1Pod WithLabel(this V1Pod pod, string key, string value) =>
        pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, key, value) } };

    public static V1Pod WithAnnotation(this V1Pod pod, string key, string value) =>
        pod with { Metadata = pod.Metadata with { Annotations = StringMaps.With(pod.Metadata.Annotations, key, value) } };

    public static V1Pod WithRestarts(this V1Pod pod, params int[] restarts) => pod with
    {
        Status = pod.Status with { ContainerStatuses = [.. restarts.Select((count, i) => new V1ContainerStatus { Name = $"c{i}", RestartCount = count })] },
    };
}
