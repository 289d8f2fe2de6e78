using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.InPlaceUpdate;

/// <summary>Pods with one container c1 that runs img01 as image id img01.</summary>
internal static class InPlacePods
{
    public static V1Pod Running(string revision = "old", bool gate = true)
    {
        V1Pod pod = TestPods.Pod(phase: "Running") with
        {
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "c1", Image = "foo1" }, new V1Container { Name = "sidecar", Image = "side" }] },
        };
        pod = pod with { Status = pod.Status with { ContainerStatuses = [new V1ContainerStatus { Name = "c1", Image = "foo1", ImageID = "id1" }] } };
        pod = gate ? pod with { Spec = InPlaceUpdater.WithGate(pod.Spec) } : pod;
        return pod.WithLabel(WorkloadKeys.ControllerRevisionHash, revision);
    }

    public static InPlaceUpdateSpec Spec(string image = "foo2", int graceSeconds = 0, MetadataChange? metadata = null) =>
        new("new", new Dictionary<string, string> { ["c1"] = image }, metadata, graceSeconds);

    public static V1Pod Reporting(this V1Pod pod, string image, string imageId) =>
        pod with { Status = pod.Status with { ContainerStatuses = [new V1ContainerStatus { Name = "c1", Image = image, ImageID = imageId }] } };

    public static V1Pod WithCondition(this V1Pod pod, string type, string status) =>
        pod.With(new V1PodCondition { Type = type, Status = status, LastTransitionTime = TestPods.Now.AddHours(-1) });

    public static V1PodCondition? Gate(this V1Pod pod) => PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady);

    public static string? Image(this V1Pod pod) => pod.Spec.Containers[0].Image;
}
