using k8s.Models;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>When a pod counts as running what its set's containers are meant to.</summary>
public sealed class SidecarConsistencyTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly string OtherDigest = "sha256:" + new string('b', 64);

    private static bool IsConsistent(V1Pod pod) => new SidecarSetRules(SidecarSamples.Set()).IsConsistent(pod, PodInjections.Of(pod)!);

    private static V1Pod Upgraded(string image) => SidecarUpgrade.Apply(SidecarSamples.Bare("p").Running(SidecarSamples.Set()), SidecarSamples.Set(image), SidecarSetWorld.Start);

    private static V1Pod Reports(V1Pod pod, string image, string imageId, string container = SidecarSamples.Agent) => pod with
    {
        Status = pod.Status with
        {
            ContainerStatuses = [.. pod.Status.ContainerStatuses.Select(status => status.Name == container ? status with { Image = image, ImageID = imageId } : status)],
        },
    };

    [Theory]
    [InlineData("agent:1", "id-of-agent:1", false)] // as before
    [InlineData("agent:2", "id-of-agent:2", true)]
    [InlineData("agent:1", "id-of-agent:2", true)] // another image, whatever its name
    [InlineData("agent:2", "id-of-agent:1", true)] // the same image under its new name
    [InlineData("docker.io/library/agent:2", "id-of-agent:1", true)] // as runtimes report it
    [InlineData("docker.io/library/agent:1", "id-of-agent:1", false)]
    public void An_image_changed_in_place_has_arrived(string image, string imageId, bool consistent) =>
        Assert.Equal(consistent, IsConsistent(Reports(Upgraded("agent:2"), image, imageId)));

    [Fact]
    public void Latest_need_not_be_written() => Assert.True(IsConsistent(Reports(Upgraded("agent"), "docker.io/library/agent:latest", "id-of-agent:1")));

    [Fact]
    public void A_pod_that_was_never_upgraded_is_as_it_is_meant_to_be() =>
        Assert.True(IsConsistent(Reports(SidecarSamples.Bare("p").Running(SidecarSamples.Set()), "other:1", "id")));

    [Fact]
    public void Other_containers_do_not_count() =>
        Assert.True(IsConsistent(Reports(Upgraded("agent:2").Runs(), "other:1", "id", container: "main")));

    [Fact]
    public void A_pod_that_does_not_report_all_its_containers_has_not_arrived()
    {
        V1Pod pod = Upgraded("agent:2").Runs();
        Assert.True(IsConsistent(pod));
        Assert.False(IsConsistent(pod with { Status = pod.Status with { ContainerStatuses = [.. pod.Status.ContainerStatuses.Where(s => s.Name != "main")] } }));
        Assert.False(IsConsistent(pod with { Status = pod.Status with { ContainerStatuses = null } }));
    }

    [Fact]
    public void A_state_that_cannot_be_read_says_nothing_good() =>
        Assert.False(IsConsistent(Upgraded("agent:2").Runs().WithAnnotation(SidecarSetKeys.InPlaceUpdateState, "garbage")));

    [Fact]
    public void A_digest_is_what_runs_whatever_its_name_and_the_scheme_of_the_id()
    {
        V1Pod pod = Upgraded("agent@" + Digest);
        Assert.False(IsConsistent(pod));
        Assert.True(IsConsistent(Reports(pod, "agent@" + Digest, "docker-pullable://agent@" + Digest)));
        Assert.True(IsConsistent(Reports(pod, "x", "docker.io/library/agent@" + Digest)));
        Assert.True(IsConsistent(Reports(pod, "x", Digest)));
        Assert.False(IsConsistent(Reports(pod, "agent@" + Digest, "agent@" + OtherDigest)));

        // With digests alone the other containers need not have reported.
        V1Pod alone = Reports(pod, "x", Digest);
        Assert.True(IsConsistent(alone with { Status = alone.Status with { ContainerStatuses = [.. alone.Status.ContainerStatuses.Where(s => s.Name != "main")] } }));
    }

    [Fact]
    public void What_a_cloneset_updates_at_the_same_time_does_not_touch_it()
    {
        V1Pod pod = Upgraded("agent:2").Runs();
        pod = pod with { Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == "main" ? c with { Image = "web:2" } : c)] } };
        Assert.True(IsConsistent(pod));
        Assert.Equal("web:2", SidecarSamples.ImageOf(SidecarUpgrade.Apply(pod, SidecarSamples.Set("agent:3"), SidecarSetWorld.Start), "main"));
    }
}
