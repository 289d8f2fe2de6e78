using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.InPlaceUpdate.InPlacePods;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.InPlaceUpdate;

public sealed class InPlaceRefreshTests
{
    private const string GateType = WorkloadKeys.InPlaceUpdateReady;

    [Fact]
    public void A_pod_without_the_gate_is_left_alone() => Assert.Equal(InPlaceRefresh.Nothing, InPlaceUpdater.Refresh(Running(gate: false), Now));

    [Fact]
    public void An_update_under_way_is_left_alone()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False"), Spec(), Now);
        Assert.Equal(InPlaceRefresh.Nothing, InPlaceUpdater.Refresh(pod, Now.AddDays(1)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("False")]
    [InlineData("Unknown")]
    public void A_pod_that_no_update_holds_comes_back_into_service(string? before)
    {
        V1Pod pod = before is null ? Running() : Running().WithCondition(GateType, before);

        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddMilliseconds(5));

        V1PodCondition gate = refresh.Status!.Gate()!;
        Assert.Equal(("True", Now, null), (gate.Status, gate.LastTransitionTime, gate.Reason));
        Assert.Single(refresh.Status!.Status.Conditions, c => c.Type == GateType);
        Assert.Equal((null, null, null), (refresh.Object, refresh.Delay, refresh.Problem));
    }

    [Fact]
    public void A_pod_in_service_is_left_alone_even_if_its_containers_are_not_ready() =>
        Assert.Equal(InPlaceRefresh.Nothing, InPlaceUpdater.Refresh(Running().WithCondition(GateType, "True").WithCondition("ContainersReady", "False"), Now));

    [Fact]
    public void Trap53_the_gate_opens_as_soon_as_the_image_id_changed_though_the_container_is_not_ready()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False").WithCondition("ContainersReady", "False"), Spec(), Now);
        pod = pod.Reporting("foo2", "id2");
        Assert.Equal("True", InPlaceUpdater.Refresh(pod, Now).Status!.Gate()!.Status);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(10, 20)]
    [InlineData(10.001, 20)]
    [InlineData(29.999, 1)]
    public void Trap56_the_rest_of_the_grace_is_rounded_up_to_whole_seconds(double elapsedSeconds, int delaySeconds)
    {
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False"), Spec(graceSeconds: 30), Now);
        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddSeconds(elapsedSeconds));
        Assert.Equal(new InPlaceRefresh(null, null, TimeSpan.FromSeconds(delaySeconds)), refresh);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void When_the_grace_is_over_the_change_is_made_from_the_annotation_alone(int elapsedSeconds)
    {
        MetadataChange label = MetadataChange.Of(null, new V1ObjectMeta { Labels = new Dictionary<string, string> { ["added"] = "1" } })!;
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False"), Spec(graceSeconds: 5, metadata: label), Now);

        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddSeconds(elapsedSeconds));

        V1Pod changed = refresh.Object!;
        Assert.Equal((null, null, null), (refresh.Status, refresh.Delay, refresh.Problem));
        Assert.Equal(("foo2", "1"), (changed.Image(), PodState.Label(changed, "added")));
        Assert.False(InPlaceUpdater.IsInGrace(changed));
        Assert.Contains(WorkloadKeys.InPlaceUpdateState, changed.Metadata.Annotations.Keys);
        Assert.Equal(InPlaceRefresh.Nothing, InPlaceUpdater.Refresh(changed, Now.AddSeconds(elapsedSeconds)));
    }

    [Fact]
    public void Trap55_the_grace_is_dropped_without_a_change_when_the_pod_has_another_revision()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False"), Spec(graceSeconds: 5), Now);
        pod = pod.WithLabel(WorkloadKeys.ControllerRevisionHash, "newer");

        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddSeconds(1));

        Assert.Equal("foo1", refresh.Object!.Image());
        Assert.False(InPlaceUpdater.IsInGrace(refresh.Object!));
        Assert.Null(refresh.Delay);
    }

    [Fact]
    public void Status_and_grace_can_change_together()
    {
        // Only metadata changes: no container keeps the update from being complete, while the grace still runs.
        var spec = new InPlaceUpdateSpec("new", new Dictionary<string, string>(), null, 5);
        V1Pod pod = InPlaceUpdater.Apply(Running().WithCondition(GateType, "False"), spec, Now);

        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddSeconds(5));

        Assert.Equal("True", refresh.Status!.Gate()!.Status);
        Assert.Equal("True", refresh.Object!.Gate()!.Status);
        Assert.False(InPlaceUpdater.IsInGrace(refresh.Object!));
    }

    [Fact]
    public void Upstreams_annotations_under_their_old_keys_are_read()
    {
        // {"metadata":{"labels":{"k1":"v1"}}}
        V1Pod pod = Running("new")
            .WithAnnotation(
                "inplace-update-state",
                """{"revision":"new","updateTimestamp":"2021-03-04T06:06:07+01:00","lastContainerStatuses":{"c1":{"imageID":"id1"}}}""")
            .WithAnnotation(
                "inplace-update-grace",
                """
                {"revision":"new","annotations":{},"containerImages":{"c1":"foo2"},
                 "metaDataPatch":"eyJtZXRhZGF0YSI6eyJsYWJlbHMiOnsiazEiOiJ2MSJ9fX0=","graceSeconds":5}
                """);

        Assert.Equal(TimeSpan.FromSeconds(4), InPlaceUpdater.Refresh(pod, Now.AddSeconds(1)).Delay);
        V1Pod changed = InPlaceUpdater.Refresh(pod, Now.AddSeconds(5)).Object!;
        Assert.Equal(("foo2", "v1"), (changed.Image(), PodState.Label(changed, "k1")));
        Assert.Equal(["inplace-update-state"], changed.Metadata.Annotations.Keys);
    }

    [Theory]
    [InlineData("{", """{"revision":"new"}""", "grace")]
    [InlineData("null", """{"revision":"new"}""", "grace")]
    [InlineData("""{"revision":"new","metaDataPatch":"e30"}""", """{"revision":"new"}""", "grace")]
    [InlineData("""{"revision":"new","metaDataPatch":"W10="}""", """{"revision":"new"}""", "grace")]
    [InlineData("""{"revision":"new","graceSeconds":1}""", "{", "state")]
    [InlineData("""{"revision":"new","graceSeconds":1}""", null, "state")]
    public void Annotations_that_cannot_be_read_change_nothing_and_are_named(string grace, string? state, string named)
    {
        V1Pod pod = Running("new", gate: false).WithAnnotation(WorkloadKeys.InPlaceUpdateGrace, grace);
        pod = state is null ? pod : pod.WithAnnotation(WorkloadKeys.InPlaceUpdateState, state);

        InPlaceRefresh refresh = InPlaceUpdater.Refresh(pod, Now.AddDays(1));

        Assert.Equal((null, null, null), (refresh.Status, refresh.Object, refresh.Delay));
        Assert.Contains($"inplace-update-{named}", refresh.Problem, StringComparison.Ordinal);
    }
}
