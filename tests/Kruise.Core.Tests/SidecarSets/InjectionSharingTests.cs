using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>What sidecars bring with them, and what they take over from the pod's own containers: volumes, mounts and variables.</summary>
public sealed class InjectionSharingTests
{
    private static readonly SidecarContainer Agent = new() { Name = "agent", Image = "agent:1" };
    private static readonly ShareVolumePolicy Enabled = new() { Type = ShareVolumePolicy.Enabled };

    private static SidecarSet Set(SidecarContainer container, params V1Volume[] volumes) =>
        SidecarSamples.Set().With(spec => spec with { Containers = [container], Volumes = volumes });

    private static SidecarSet InitSet(SidecarContainer container, params V1Volume[] volumes) =>
        SidecarSamples.Set().With(spec => spec with { Containers = null, InitContainers = [container], Volumes = volumes });

    private static V1Volume Empty(string name, string? medium = null) => new() { Name = name, EmptyDir = new V1EmptyDirVolumeSource { Medium = medium } };

    private static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    private static V1Pod Pod(V1Container main, params V1Volume[] volumes) =>
        SidecarSamples.Bare("p") with { Spec = new V1PodSpec { Containers = [main with { Name = "main", Image = "web:1" }], Volumes = volumes } };

    private static V1Pod Injected(V1Pod pod, params SidecarSet[] sets)
    {
        Injection injection = SidecarInjector.Inject(pod, sets, SidecarSetWorld.Start);
        Assert.Null(injection.Refusal);
        return injection.Pod;
    }

    private static V1Container AgentOf(V1Pod pod) => pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Single(container => container.Name == "agent");

    private static IEnumerable<string> Variables(V1Container container) => (container.Env ?? []).Select(variable => $"{variable.Name}={variable.Value}");

    [Fact]
    public void Vector_of_a_sets_volumes_those_come_that_its_containers_mount_behind_the_pods_own()
    {
        SidecarSet set = Set(Agent with { VolumeMounts = [Mount("volume-1", "/1")] }, Empty("volume-1"), Empty("volume-2"));
        V1Pod pod = Injected(Pod(new(), Empty("volume-a"), Empty("volume-b")), set);
        Assert.Equal(["volume-a", "volume-b", "volume-1"], pod.Spec.Volumes.Select(volume => volume.Name));
    }

    [Fact]
    public void A_volume_of_the_pod_stands_in_for_the_sets_of_that_name()
    {
        V1Volume own = Empty("data", "Memory");
        V1Pod pod = Injected(Pod(new(), own), Set(Agent with { VolumeMounts = [Mount("data", "/data")] }, Empty("data")));
        Assert.Same(own, Assert.Single(pod.Spec.Volumes));
    }

    [Fact]
    public void What_init_containers_mount_and_what_is_a_device_comes_too()
    {
        V1Volume claim = new() { Name = "claim", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "c" } };
        Assert.Equal(["data"], Injected(Pod(new()), InitSet(Agent with { VolumeMounts = [Mount("data", "/data")] }, Empty("data"))).Spec.Volumes.Select(volume => volume.Name));
        SidecarContainer withDevice = Agent with { VolumeDevices = [new V1VolumeDevice { Name = "claim", DevicePath = "/dev/c" }] };
        Assert.Equal(["claim"], Injected(Pod(new()), Set(withDevice, claim)).Spec.Volumes.Select(volume => volume.Name));
    }

    [Theory]
    [InlineData("foo/$(POD_NAME)/$(OD_NAME)/conf", "POD_NAME=bar OD_NAME=od_name")]
    [InlineData("foo", "")]
    [InlineData("", "")]
    [InlineData("$(NOT_THERE)/$(POD_NAME)", "POD_NAME=bar")]
    public void Vectors_of_shared_mounts_and_of_the_variables_in_their_paths(string expression, string variables)
    {
        V1Container main = new()
        {
            VolumeMounts = [Mount("volume-a", "/a/b"), Mount("volume-b", "/e/f"), Mount("volume-e", "/e/expansion") with { SubPathExpr = expression }],
            Env = [new V1EnvVar { Name = "POD_NAME", Value = "bar" }, new V1EnvVar { Name = "OD_NAME", Value = "od_name" }],
        };
        SidecarContainer sidecar = Agent with
        {
            ShareVolumePolicy = Enabled,
            VolumeMounts = [Mount("volume-1", "/a/b/c"), Mount("volume-2", "/d/e/f"), Mount("volume-3", "/staragent")],
        };
        V1Volume[] volumes = [Empty("volume-1"), Empty("volume-2"), Empty("volume-3")];
        V1Pod pod = Pod(main, Empty("volume-a"), Empty("volume-b"), Empty("volume-e"));
        V1Container agent = AgentOf(Injected(pod, Set(sidecar, volumes)));
        Assert.Equal(["/a/b/c", "/d/e/f", "/staragent", "/a/b", "/e/f", "/e/expansion"], agent.VolumeMounts.Select(mount => mount.MountPath));
        Assert.Equal(("IS_INJECTED=true " + variables).TrimEnd(), string.Join(' ', Variables(agent)));

        // An init container takes them over as well, and one that does not share has its own.
        Assert.Equal(6, AgentOf(Injected(pod, InitSet(sidecar, volumes))).VolumeMounts.Count);
        Assert.Equal(3, AgentOf(Injected(pod, Set(sidecar with { ShareVolumePolicy = null }, volumes))).VolumeMounts.Count);
    }

    [Fact]
    public void At_a_path_of_its_own_a_sidecar_keeps_what_it_mounts_or_has_as_a_device()
    {
        V1Pod pod = Pod(new V1Container { VolumeMounts = [Mount("own", "/data"), Mount("claim", "/claim"), Mount("own", "/dev/c")] }, Empty("own"), new V1Volume
        {
            Name = "claim",
            PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "c" },
        });
        SidecarContainer sidecar = Agent with
        {
            ShareVolumePolicy = Enabled,
            VolumeMounts = [Mount("data", "/data")],
            VolumeDevices = [new V1VolumeDevice { Name = "claim", DevicePath = "/dev/c" }],
        };
        Assert.Equal(["data at /data"], AgentOf(Injected(pod, Set(sidecar, Empty("data")))).VolumeMounts.Select(mount => $"{mount.Name} at {mount.MountPath}"));
    }

    [Theory]
    [InlineData(null, "HostToContainer")]
    [InlineData(false, "HostToContainer")]
    [InlineData(true, "Bidirectional")]
    public void A_mount_that_the_pod_passes_on_to_the_host_is_shared_as_one_that_is_only_seen_unless_the_sidecar_is_privileged(bool? privileged, string propagation)
    {
        V1Container main = new()
        {
            SecurityContext = new V1SecurityContext { Privileged = true },
            VolumeMounts = [Mount("own", "/own") with { MountPropagation = "Bidirectional" }, Mount("own", "/none") with { MountPropagation = "None" }],
        };
        SidecarContainer sidecar = Agent with { ShareVolumePolicy = Enabled, SecurityContext = privileged is null ? null : new V1SecurityContext { Privileged = privileged } };
        V1Pod pod = Injected(Pod(main, Empty("own")), Set(sidecar));
        Assert.Equal([propagation, "None"], AgentOf(pod).VolumeMounts.Select(mount => mount.MountPropagation));
        Assert.Equal("Bidirectional", pod.Spec.Containers.Single(container => container.Name == "main").VolumeMounts[0].MountPropagation);
    }

    [Fact]
    public void Vector_a_variable_is_taken_over_behind_the_mark()
    {
        V1Container main = new() { Env = [new V1EnvVar { Name = "hello1", Value = "world1" }, new V1EnvVar { Name = "hello2", Value = "world2" }] };
        SidecarContainer sidecar = Agent with { TransferEnv = [new TransferEnvVar { SourceContainerName = "main", EnvName = "hello2" }] };
        Assert.Equal(["IS_INJECTED=true", "hello2=world2"], Variables(AgentOf(Injected(Pod(main), Set(sidecar)))));
        Assert.Equal(["IS_INJECTED=true", "hello2=world2"], Variables(AgentOf(Injected(Pod(main), InitSet(sidecar)))));
    }

    [Fact]
    public void Variables_that_are_not_there_are_passed_over_and_its_own_win()
    {
        V1Container main = new() { Env = [new V1EnvVar { Name = "A", Value = "first" }, new V1EnvVar { Name = "B", Value = "b" }, new V1EnvVar { Name = "A", Value = "last" }] };
        TransferEnvVar Take(string name, string from = "main") => new() { SourceContainerName = from, EnvName = name };
        SidecarContainer sidecar = Agent with { Env = [new V1EnvVar { Name = "B", Value = "own" }], TransferEnv = [Take("A"), Take("B"), Take("C"), Take("A", "gone")] };
        Assert.Equal(["B=own", "IS_INJECTED=true", "A=last"], Variables(AgentOf(Injected(Pod(main), Set(sidecar)))));
    }

    [Fact]
    public void From_other_sidecars_nothing_is_taken()
    {
        SidecarSet first = Set(Agent with { Name = "first", Env = [new V1EnvVar { Name = "A", Value = "a" }], VolumeMounts = [Mount("data", "/data")] }, Empty("data"));
        SidecarSet second = SidecarSamples.Set(name: "second").With(spec => spec with
        {
            Containers = [Agent with { ShareVolumePolicy = Enabled, TransferEnv = [new TransferEnvVar { SourceContainerName = "first", EnvName = "A" }] }],
        });
        V1Container together = AgentOf(Injected(Pod(new()), first, second));
        V1Container later = AgentOf(Injected(Injected(Pod(new()), first), first, second));
        Assert.All([together, later], agent => Assert.Equal((0, "IS_INJECTED=true"), (agent.VolumeMounts?.Count ?? 0, Assert.Single(Variables(agent)))));
    }

    [Fact]
    public void A_sidecar_that_replaces_a_container_takes_over_what_that_one_had_and_keeps_it_the_second_time()
    {
        V1Pod pod = Pod(new V1Container { VolumeMounts = [Mount("own", "/own")] }, Empty("own"));
        SidecarSet set = Set(Agent with { Name = "main", ShareVolumePolicy = Enabled });
        V1Pod injected = Injected(pod, set);
        Assert.Equal(["/own"], Assert.Single(injected.Spec.Containers).VolumeMounts.Select(mount => mount.MountPath));
        Assert.Equal(["/own"], Assert.Single(Injected(injected, set).Spec.Containers).VolumeMounts.Select(mount => mount.MountPath));
    }

    [Fact]
    public void Trap116_two_sets_may_have_a_volume_of_one_name_that_is_defined_alike()
    {
        SidecarSet first = Set(Agent with { VolumeMounts = [Mount("data", "/data")] }, new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/d" } });
        SidecarSet second = SidecarSamples.Set(name: "second", container: "other").With(spec => spec with
        {
            Containers = [spec.Containers![0] with { VolumeMounts = [Mount("data", "/data")] }],
            Volumes = first.Spec.Volumes,
        });
        Assert.Empty(SidecarSetValidation.Validate(null, second, [first]));

        // Stored before volumes were filled in.
        first = first with { Spec = first.Spec with { Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/d" } }] } };
        Assert.Empty(SidecarSetValidation.Validate(null, second, [first]));
        Injection injection = SidecarInjector.Inject(Pod(new()), [first, second], SidecarSetWorld.Start);
        Assert.Empty(injection.Conflicts);
        Assert.Equal("data", Assert.Single(injection.Pod.Spec.Volumes).Name);
    }
}
