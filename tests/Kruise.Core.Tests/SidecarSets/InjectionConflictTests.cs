using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Admission;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Sets that disagree over a pod, as nobody could tell before it came: what becomes of the pod, and the event that says why.</summary>
public sealed class InjectionConflictTests
{
    private static SidecarSet Set(string name, string container = "agent") => SidecarSamples.Set(name: name, container: container);

    private static SidecarSet InitSet(string name, string container) =>
        SidecarSamples.Set(name: name).With(spec => spec with { Containers = null, InitContainers = [new SidecarContainer { Name = container, Image = "init:1" }] });

    private static SidecarSet WithPort(string name, string container, V1ContainerPort port) =>
        Set(name, container).With(spec => spec with { Containers = [spec.Containers![0] with { Ports = [port] }] });

    private static V1ContainerPort Port(int port, int? host = null) => new() { ContainerPort = port, HostPort = host };

    private static V1Pod Pod(bool hostNetwork = false, params V1ContainerPort[] ports) =>
        SidecarSamples.Bare("p") with { Spec = new V1PodSpec { HostNetwork = hostNetwork ? true : null, Containers = [new V1Container { Name = "main", Image = "web:1", Ports = ports }] } };

    private static AdmissionVerdict Admit(V1Pod pod, params SidecarSet[] sets) => Admissions.Create(pod, SidecarSetWorld.Start, view: new SmallView(null, sets));

    // The pod is refused for one container, and each set that is in the way hears of it.
    private static void Refused(V1Pod pod, SidecarSet[] sets, string message, params (string Set, string Message)[] events)
    {
        AdmissionVerdict verdict = Admit(pod, sets);
        Assert.Equal((false, 422, message), (verdict.Allowed, verdict.HttpCode, verdict.Message));
        Assert.Same(pod, verdict.Object);
        CheckEvents(verdict, events);
    }

    private static void CheckEvents(AdmissionVerdict verdict, params (string Set, string Message)[] events)
    {
        Assert.Equal(events, verdict.Events.Select(written => (written.About.Name, written.Message)));
        Assert.All(verdict.Events, written => Assert.Equal(
            ("SidecarSet", "apps.kruise.io/v1alpha1", "uid-" + written.About.Name, EventSeverity.Warning, "SidecarSetConflict"),
            (written.About.Kind, written.About.ApiVersion, written.About.Uid, written.Severity, written.Reason)));
    }

    [Fact]
    public void One_name_from_two_sets_refuses_the_pod()
    {
        const string why = "SidecarSets a and b both put a container of this name into the pod: rename one, or keep their selectors apart";
        Refused(
            Pod(), [Set("b"), Set("a")], $"spec.containers: Invalid value: \"agent\": {why}", ("b", $"pod default/p is refused: container \"agent\": {why}"));
    }

    [Fact]
    public void A_container_and_an_init_container_of_one_name_refuse_the_pod()
    {
        const string why = "SidecarSets a and b both put a container of this name into the pod: rename one, or keep their selectors apart";
        Refused(
            Pod(), [Set("a"), InitSet("b", "agent")], $"spec.initContainers: Invalid value: \"agent\": {why}", ("b", $"pod default/p is refused: container \"agent\": {why}"));
    }

    [Fact]
    public void A_pod_that_has_the_name_in_its_other_list_is_refused()
    {
        V1Pod pod = Pod();
        pod = pod with { Metadata = pod.Metadata with { Name = null, GenerateName = "web-" }, Spec = pod.Spec with { InitContainers = [new V1Container { Name = "agent", Image = "own:1" }] } };
        const string why = "SidecarSet a puts a container of this name into the pod, where it is the name of an init container: rename one";
        Refused(pod, [Set("a")], $"spec.containers: Invalid value: \"agent\": {why}", ("a", $"pod default/web-* is refused: container \"agent\": {why}"));
        const string whyInit = "SidecarSet a puts a container of this name into the pod, where it is the name of a container: rename one";
        Refused(Pod(), [InitSet("a", "main")], $"spec.initContainers: Invalid value: \"main\": {whyInit}", ("a", $"pod default/p is refused: container \"main\": {whyInit}"));
    }

    [Fact]
    public void Every_set_in_the_way_hears_of_it_and_the_pod_of_the_first()
    {
        AdmissionVerdict verdict = Admit(Pod(), Set("c"), Set("a"), Set("b"));
        Assert.Equal(["b", "c"], verdict.Events.Select(written => written.About.Name));
        Assert.Contains("SidecarSets a and b", Assert.Single(verdict.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void One_volume_defined_in_two_ways_is_that_of_the_first_set_and_the_other_hears_of_it(bool firstMounts, bool secondMounts, int events)
    {
        SidecarSet first = WithVolume("a", "one", "/1", firstMounts), second = WithVolume("b", "two", "/2", secondMounts);
        AdmissionVerdict verdict = Admit(Pod(), second, first);
        Assert.True(verdict.Allowed, verdict.Message);
        V1Volume volume = Assert.Single(((V1Pod)verdict.Object).Spec.Volumes);
        Assert.Equal(firstMounts ? "/1" : "/2", volume.HostPath.Path);
        (string, string)[] said = [("b", "pod default/p has volume \"data\" as SidecarSet a defines it, which comes first by name; b defines it otherwise")];
        CheckEvents(verdict, said[..events]);
    }

    [Fact]
    public void A_volume_of_the_pods_own_settles_it()
    {
        V1Pod pod = Pod();
        pod = pod with { Spec = pod.Spec with { Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }] } };
        AdmissionVerdict verdict = Admit(pod, WithVolume("a", "one", "/1", mounts: true), WithVolume("b", "two", "/2", mounts: true));
        Assert.True(verdict.Allowed, verdict.Message);
        Assert.Empty(verdict.Events);
        Assert.NotNull(Assert.Single(((V1Pod)verdict.Object).Spec.Volumes).EmptyDir);
    }

    [Fact]
    public void A_port_of_the_host_that_the_pod_has_refuses_it()
    {
        const string why = "the container of SidecarSet a needs port 9100/TCP of the host, which the pod's container \"main\" has already: "
            + "give one of them another port, or keep such pods out of the set's selector";
        Refused(
            Pod(false, Port(80, 9100)),
            [WithPort("a", "agent", Port(9100, 9100))],
            $"spec.containers: Invalid value: \"agent\": {why}",
            ("a", $"pod default/p is refused: container \"agent\": {why}"));

        // Another protocol, another address, or the container that it replaces: nothing is in the way.
        Assert.True(Admit(Pod(false, Port(80, 9100)), WithPort("a", "agent", Port(9100, 9100) with { Protocol = "UDP" })).Allowed);
        Assert.True(Admit(Pod(false, Port(80, 9100)), WithPort("a", "agent", Port(9100, 9100) with { HostIP = "127.0.0.1" })).Allowed);
        Assert.True(Admit(Pod(false, Port(80, 9100)), WithPort("a", "main", Port(9100, 9100))).Allowed);
        Assert.True(Admit(Pod(false, Port(9100)), WithPort("a", "agent", Port(9100, 9100))).Allowed);
    }

    [Fact]
    public void A_port_of_the_host_that_another_set_has_refuses_it()
    {
        const string why = "the container of SidecarSet b needs port 9100/TCP of the host, which container \"one\" of SidecarSet a has already: "
            + "give one of them another port, or keep such pods out of the set's selector";
        Refused(
            Pod(),
            [WithPort("a", "one", Port(1, 9100)), WithPort("b", "two", Port(2, 9100))],
            $"spec.containers: Invalid value: \"two\": {why}",
            ("b", $"pod default/p is refused: container \"two\": {why}"));
    }

    [Fact]
    public void On_the_hosts_network_every_port_is_the_hosts()
    {
        const string taken = "the container of SidecarSet a needs port 80/TCP of the host, whose network the pod is on (hostNetwork), which the pod's container \"main\" has already: "
            + "give one of them another port, or keep such pods out of the set's selector";
        Refused(
            Pod(true, Port(80)), [WithPort("a", "agent", Port(80))], $"spec.containers: Invalid value: \"agent\": {taken}", ("a", $"pod default/p is refused: container \"agent\": {taken}"));
        const string other = "the container of SidecarSet a has host port 9100 for port 80, and the pod is on the host's network (hostNetwork), where the two are the same: "
            + "leave hostPort out, or keep such pods out of the set's selector";
        Refused(
            Pod(true), [WithPort("a", "agent", Port(80, 9100))], $"spec.containers: Invalid value: \"agent\": {other}", ("a", $"pod default/p is refused: container \"agent\": {other}"));
        Assert.True(Admit(Pod(true, Port(80)), WithPort("a", "agent", Port(9100, 9100))).Allowed);
    }

    private static SidecarSet WithVolume(string name, string container, string path, bool mounts) => Set(name, container).With(spec => spec with
    {
        Containers = [spec.Containers![0] with { VolumeMounts = mounts ? [new V1VolumeMount { Name = "data", MountPath = "/data" }] : null }],
        Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = path } }],
    });
}
