using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.InPlaceUpdate.InPlacePods;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.InPlaceUpdate;

public sealed class InPlaceApplyTests
{
    private const string State = """{"revision":"new","updateTimestamp":"2021-03-04T05:06:07Z","lastContainerStatuses":{"c1":{"imageID":"id1"}}}""";

    private static readonly MetadataChange _label = MetadataChange.Of(
        new V1ObjectMeta { Labels = new Dictionary<string, string> { ["gone"] = "1" } },
        new V1ObjectMeta { Labels = new Dictionary<string, string> { ["added"] = "1" } })!;

    [Fact]
    public void A_gate_is_added_once()
    {
        V1PodSpec spec = InPlaceUpdater.WithGate(new V1PodSpec { ReadinessGates = [new V1PodReadinessGate { ConditionType = "other" }] });
        Assert.Equal(["other", WorkloadKeys.InPlaceUpdateReady], spec.ReadinessGates.Select(g => g.ConditionType));
        Assert.Same(spec, InPlaceUpdater.WithGate(spec));
    }

    [Fact]
    public void A_pod_without_the_gate_stays_in_service() =>
        Assert.Null(InPlaceUpdater.BeginStatus(Running(gate: false).WithCondition("Ready", "True").WithCondition("ContainersReady", "True"), Now));

    [Fact]
    public void Trap52_ready_becomes_false_in_the_same_write_as_the_gates_condition()
    {
        V1Pod pod = Running().WithCondition("Ready", "True").WithCondition("ContainersReady", "True").WithCondition(WorkloadKeys.InPlaceUpdateReady, "True");
        pod = pod with { Spec = pod.Spec with { ReadinessGates = [.. pod.Spec.ReadinessGates, new V1PodReadinessGate { ConditionType = "lb" }] } };

        V1Pod begun = InPlaceUpdater.BeginStatus(pod, Now.AddMilliseconds(5))!;

        V1PodCondition gate = begun.Gate()!;
        Assert.Equal(("False", "StartInPlaceUpdate", Now), (gate.Status, gate.Reason, gate.LastTransitionTime));
        V1PodCondition ready = PodState.Condition(begun, "Ready")!;
        Assert.Equal(("False", "ReadinessGatesNotReady", Now), (ready.Status, ready.Reason, ready.LastTransitionTime));
        Assert.Contains("\"InPlaceUpdateReady\" is not \"True\", but False", ready.Message, StringComparison.Ordinal);
        Assert.Contains("\"lb\" does not exist", ready.Message, StringComparison.Ordinal);
        Assert.Equal(3, begun.Status.Conditions.Count);
        Assert.Equal("True", PodState.Condition(pod, "Ready")!.Status);
        Assert.Null(InPlaceUpdater.BeginStatus(begun, Now.AddSeconds(9)));
    }

    [Theory]
    [InlineData(null, "True")]
    [InlineData("True", null)]
    [InlineData("True", "False")]
    public void Trap52_ready_is_left_to_the_kubelet_unless_containers_are_ready(string? ready, string? containersReady)
    {
        V1Pod pod = Running();
        pod = ready is null ? pod : pod.WithCondition("Ready", ready);
        pod = containersReady is null ? pod : pod.WithCondition("ContainersReady", containersReady);

        V1Pod begun = InPlaceUpdater.BeginStatus(pod, Now)!;

        Assert.Equal("False", begun.Gate()!.Status);
        Assert.Equal(ready, PodState.Condition(begun, "Ready")?.Status);
    }

    [Fact]
    public void A_pod_without_status_can_begin() =>
        Assert.Equal("False", InPlaceUpdater.BeginStatus(Running() with { Status = null }, Now)!.Gate()!.Status);

    [Fact]
    public void An_update_changes_images_metadata_revision_and_whatever_else_is_asked()
    {
        V1Pod pod = Running()
            .WithLabel("gone", "1")
            .WithLabel("foreign", "1")
            .WithAnnotation(WorkloadKeys.InPlaceUpdateStateOld, "{}")
            .WithAnnotation(WorkloadKeys.InPlaceUpdateGraceOld, "{}");

        V1Pod applied = InPlaceUpdater.Apply(
            pod, Spec(metadata: _label), Now.AddMilliseconds(5), p => LifecycleHooks.WithState(p, LifecycleState.Updating, Now));

        Assert.Equal(["foo2", "side"], applied.Spec.Containers.Select(c => c.Image));
        Assert.Equal("new", PodState.Revision(applied));
        Assert.Equal("Updating", PodState.LifecycleState(applied));
        Assert.Equal((null, "1", "1"), (PodState.Label(applied, "gone"), PodState.Label(applied, "added"), PodState.Label(applied, "foreign")));
        Assert.Equal(State, applied.Metadata.Annotations[WorkloadKeys.InPlaceUpdateState]);
        Assert.Equal([WorkloadKeys.InPlaceUpdateState, WorkloadKeys.LifecycleTimestamp], applied.Metadata.Annotations.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("foo1", "old"), (pod.Image(), PodState.Revision(pod)));
    }

    [Fact]
    public void Trap54_during_grace_the_pod_has_the_new_revision_and_the_old_images()
    {
        V1Pod pod = Running().WithLabel("gone", "1");

        V1Pod applied = InPlaceUpdater.Apply(pod, Spec(graceSeconds: 3630, metadata: _label), Now);

        Assert.Equal(("new", "foo1", "1"), (PodState.Revision(applied), applied.Image(), PodState.Label(applied, "gone")));
        Assert.True(InPlaceUpdater.IsInGrace(applied));
        Assert.Equal(State, applied.Metadata.Annotations[WorkloadKeys.InPlaceUpdateState]);
        JsonNode grace = JsonNode.Parse(applied.Metadata.Annotations[WorkloadKeys.InPlaceUpdateGrace])!;
        Assert.Equal(["revision", "containerImages", "metaDataPatch", "graceSeconds"], grace.AsObject().Select(member => member.Key));
        Assert.Equal(("new", "foo2", 3630), ((string?)grace["revision"], (string?)grace["containerImages"]!["c1"], (int)grace["graceSeconds"]!));
        byte[] patch = Convert.FromBase64String((string)grace["metaDataPatch"]!);
        Assert.Equal("""{"metadata":{"labels":{"added":"1","gone":null}}}""", System.Text.Encoding.UTF8.GetString(patch));
    }

    [Fact]
    public void Without_metadata_the_grace_holds_images_only() =>
        Assert.Equal(
            """{"revision":"new","containerImages":{"c1":"foo2"},"graceSeconds":5}""",
            InPlaceUpdater.Apply(Running(), Spec(graceSeconds: 5), Now).Metadata.Annotations[WorkloadKeys.InPlaceUpdateGrace]);
}
