using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.InPlaceUpdate.InPlacePods;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.InPlaceUpdate;

public sealed class InPlaceCompletionTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void A_pod_that_was_never_updated_is_complete() => Assert.True(InPlaceUpdater.IsCompleted(Running()));

    [Fact]
    public void Another_image_id_completes_an_update()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running(), Spec(), Now);
        Assert.False(InPlaceUpdater.IsCompleted(pod));
        Assert.True(InPlaceUpdater.IsCompleted(pod.Reporting("whatever", "id2")));
    }

    [Fact]
    public void An_update_to_another_revision_than_the_label_says_is_not_complete()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running(), Spec(), Now).Reporting("foo2", "id2");
        Assert.False(InPlaceUpdater.IsCompleted(pod.WithLabel(WorkloadKeys.ControllerRevisionHash, "x")));
    }

    [Fact]
    public void A_container_without_status_is_not_complete()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running(), Spec(), Now);
        Assert.False(InPlaceUpdater.IsCompleted(pod with { Status = pod.Status with { ContainerStatuses = null } }));
        Assert.False(InPlaceUpdater.IsCompleted(pod with { Status = null }));
    }

    [Fact]
    public void An_annotation_that_cannot_be_read_is_not_complete() =>
        Assert.False(InPlaceUpdater.IsCompleted(Running().WithAnnotation(WorkloadKeys.InPlaceUpdateState, "{")));

    [Fact]
    public void Trap49_an_update_of_no_container_is_complete_at_once() =>
        Assert.True(InPlaceUpdater.IsCompleted(InPlaceUpdater.Apply(Running(), new InPlaceUpdateSpec("new", new Dictionary<string, string>()), Now)));

    [Fact]
    public void Trap50_the_same_image_under_a_new_tag_is_complete_once_the_status_has_the_new_name_but_not_in_grace()
    {
        V1Pod pod = InPlaceUpdater.Apply(Running(), Spec("foo1:v2"), Now);
        Assert.False(InPlaceUpdater.IsCompleted(pod));
        Assert.True(InPlaceUpdater.IsCompleted(pod.Reporting("foo1:v2", "id1")));

        V1Pod inGrace = InPlaceUpdater.Apply(Running(), Spec("foo1:v2", graceSeconds: 5), Now);
        Assert.False(InPlaceUpdater.IsCompleted(inGrace.Reporting("foo1", "id1")));
        Assert.False(InPlaceUpdater.IsCompleted(inGrace.Reporting("foo1:v2", "id1")));
    }

    [Theory]
    [InlineData("nginx", "nginx:latest", true)]
    [InlineData("reg.example:5000/app", "reg.example:5000/app:latest", true)]
    [InlineData("reg.example:5000/app:v1", "reg.example:5000/app:v1", true)]
    [InlineData("reg.example:5000/app", "reg.example:5000/app:v1", false)]
    [InlineData("nginx:1", "docker.io/library/nginx:1", true)]
    [InlineData("nginx", "docker.io/library/nginx:latest", true)]
    [InlineData("nginx:1", "nginx:2", false)]
    [InlineData("nginx@" + Digest, "docker.io/library/nginx@" + Digest, true)]
    [InlineData("nginx:1", Digest, false)]
    public void Trap51_images_are_compared_by_their_full_names(string wanted, string reported, bool complete) =>
        Assert.Equal(complete, InPlaceUpdater.IsCompleted(InPlaceUpdater.Apply(Running(), Spec(wanted), Now).Reporting(reported, "id1")));

    [Theory]
    [InlineData(null, true)]
    [InlineData("True", true)]
    [InlineData("False", false)]
    [InlineData("Unknown", false)]
    public void Trap57_only_a_condition_that_is_not_true_blocks(string? status, bool ready) =>
        Assert.Equal(ready, InPlaceUpdater.IsUpdateReady(status is null ? Running() : Running().WithCondition(WorkloadKeys.InPlaceUpdateReady, status)));
}
