using k8s.Models;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.Workloads;

public sealed class PodStateTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("Pending", true)]
    [InlineData("Running", true)]
    [InlineData("Unknown", true)]
    [InlineData("Succeeded", false)]
    [InlineData("Failed", false)]
    public void A_pod_that_has_ended_is_not_active(string? phase, bool active) => Assert.Equal(active, PodState.IsActive(Pod(phase: phase)));

    [Fact]
    public void A_pod_that_is_being_deleted_is_not_active()
    {
        V1Pod pod = Pod(phase: "Running");
        Assert.False(PodState.IsActive(pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now } }));
    }

    [Fact]
    public void A_pod_without_status_is_neither_ready_nor_available()
    {
        V1Pod pod = Pod() with { Status = null };
        Assert.True(PodState.IsActive(pod));
        Assert.False(PodState.IsReady(pod));
        Assert.False(PodState.IsAvailable(pod, 0, Now));
        Assert.Equal(0, PodState.TotalRestarts(pod));
        Assert.Equal(0, PodState.MaxRestarts(pod));
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData("Pending", true, false)]
    [InlineData("Running", true, true)]
    [InlineData("Running", false, false)]
    public void Running_and_ready_needs_phase_and_condition(string? phase, bool ready, bool both) =>
        Assert.Equal(both, PodState.IsRunningAndReady(Pod(phase: phase, ready: ready)));

    [Theory]
    [InlineData(null, 0, true)]
    [InlineData(null, 10, false)]
    [InlineData(5, 10, false)]
    [InlineData(5, 3, true)]
    [InlineData(5, 5, true)]
    [InlineData(5, 0, true)]
    public void A_pod_is_available_once_it_was_ready_for_long_enough(int? readyForSeconds, int minReadySeconds, bool available)
    {
        V1Pod pod = Pod(phase: "Running").ReadySince(readyForSeconds is { } seconds ? Now.AddSeconds(-seconds) : null);
        Assert.Equal(available, PodState.IsAvailable(pod, minReadySeconds, Now));
    }

    [Fact]
    public void A_pod_that_is_not_ready_is_ready_since_never()
    {
        V1Pod pod = Pod().With(new V1PodCondition { Type = "Ready", Status = "False", LastTransitionTime = Now });
        Assert.Null(PodState.ReadySince(pod));
        Assert.Null(PodState.AvailableAt(pod, 5));
        Assert.Equal(Now.AddSeconds(5), PodState.AvailableAt(Pod().ReadySince(Now), 5));
    }

    [Fact]
    public void Labels_say_revision_state_and_doom()
    {
        V1Pod pod = Labelled((WorkloadKeys.ControllerRevisionHash, "set-1"), (WorkloadKeys.LifecycleState, "Updating"), (WorkloadKeys.SpecifiedDelete, ""));
        Assert.Equal("set-1", PodState.Revision(pod));
        Assert.Equal("Updating", PodState.LifecycleState(pod));
        Assert.True(PodState.IsSpecifiedDelete(pod));
        Assert.Equal(("", "", false), (PodState.Revision(Pod()), PodState.LifecycleState(Pod()), PodState.IsSpecifiedDelete(Pod())));
    }

    [Fact]
    public void An_annotation_is_found_under_its_old_key_too()
    {
        V1Pod old = Pod().WithAnnotation("old", "1");
        Assert.Equal("1", PodState.Annotation(old, "new", "old"));
        Assert.Equal("2", PodState.Annotation(old.WithAnnotation("new", "2"), "new", "old"));
        Assert.Null(PodState.Annotation(old, "new"));
    }

    [Fact]
    public void Only_the_owner_that_manages_counts()
    {
        var metadata = new V1ObjectMeta
        {
            OwnerReferences = [new V1OwnerReference { Uid = "a" }, new V1OwnerReference { Uid = "b", Controller = true }],
        };
        Assert.False(PodState.IsControlledBy(metadata, "a"));
        Assert.True(PodState.IsControlledBy(metadata, "b"));
        Assert.Null(PodState.ControllerOf(new V1ObjectMeta()));
    }

    [Fact]
    public void Restarts_are_summed_or_the_largest()
    {
        V1Pod pod = Pod().WithRestarts(2, 5, 1);
        Assert.Equal((8, 5), (PodState.TotalRestarts(pod), PodState.MaxRestarts(pod)));
    }
}
