using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Mounts and devices that are fine where they stand and not in every container or pod: no API server takes what would come out.</summary>
public sealed class InjectedMountsTests
{
    private static readonly DateTime Now = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(null, "HostToContainer")]
    [InlineData(false, "HostToContainer")]
    [InlineData(true, "Bidirectional")]
    public void A_mount_that_mounts_for_others_does_so_only_in_a_privileged_sidecar(bool? privileged, string expected)
    {
        V1Pod pod = Pod(new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() });
        pod = pod with { Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data", MountPropagation = "Bidirectional" }] }] } };
        SidecarSet set = SidecarSamples.Set().With(spec => spec with
        {
            Containers =
            [
                spec.Containers![0] with
                {
                    ShareVolumePolicy = new ShareVolumePolicy { Type = ShareVolumePolicy.Enabled },
                    SecurityContext = privileged is null ? null : new V1SecurityContext { Privileged = privileged },
                },
            ],
        });

        V1Pod injected = SidecarInjector.Inject(pod, [set], Now).Pod;

        Assert.Equal(expected, Assert.Single(injected.Spec.Containers.Single(c => c.Name == SidecarSamples.Agent).VolumeMounts).MountPropagation);
        Assert.Equal("Bidirectional", Assert.Single(injected.Spec.Containers.Single(c => c.Name == "main").VolumeMounts).MountPropagation);
        Assert.Equal(injected, SidecarInjector.Inject(injected, [set], Now).Pod, (a, b) => k8s.KubernetesJson.Serialize(a) == k8s.KubernetesJson.Serialize(b));
    }

    [Fact]
    public void A_device_is_not_made_of_a_volume_of_the_pod_that_is_no_claim()
    {
        SidecarSet set = WithDevice(SidecarSamples.Set());

        Injection refused = SidecarInjector.Inject(Pod(new V1Volume { Name = "disk", EmptyDir = new V1EmptyDirVolumeSource() }), [set], Now);
        Assert.Equal(
            "spec.containers: Invalid value: \"agent\": the container of SidecarSet agents has volume \"disk\" as a device, and the volume of that name that the pod brings is no "
                + "persistentVolumeClaim: rename one",
            refused.Refusal?.ToString());
        Assert.Equal("agents", Assert.Single(refused.Conflicts).Set.Metadata.Name);

        V1Volume claim = new() { Name = "disk", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "theirs" } };
        Injection fine = SidecarInjector.Inject(Pod(claim), [set], Now);
        Assert.Null(fine.Refusal);
        Assert.Equal("theirs", Assert.Single(fine.Pod.Spec.Volumes).PersistentVolumeClaim.ClaimName);
    }

    [Fact]
    public void Nor_of_another_sets_volume_that_comes_first()
    {
        SidecarSet first = SidecarSamples.Set(name: "a-set", container: "spool").With(spec => spec with
        {
            Containers = [spec.Containers![0] with { VolumeMounts = [new V1VolumeMount { Name = "disk", MountPath = "/spool" }] }],
            Volumes = [new V1Volume { Name = "disk", EmptyDir = new V1EmptyDirVolumeSource() }],
        });

        Injection refused = SidecarInjector.Inject(Pod(), [WithDevice(SidecarSamples.Set()), first], Now);

        Assert.EndsWith("the volume of that name that SidecarSet a-set brings is no persistentVolumeClaim: rename one", refused.Refusal?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirror_of_a_pod_that_a_kubelet_runs_from_a_file_stays_as_it_is()
    {
        // Its kubelet runs what the file says, and a mirror that names a secret is refused.
        V1Pod pod = Pod();
        pod = pod with { Metadata = pod.Metadata with { Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "hash" } } };

        Assert.Same(pod, SidecarInjector.Inject(pod, [SidecarSamples.Set()], Now).Pod);
    }

    private static V1Pod Pod(params V1Volume[] volumes)
    {
        V1Pod pod = SidecarSamples.Bare("web");
        return pod with { Spec = pod.Spec with { Volumes = volumes } };
    }

    private static SidecarSet WithDevice(SidecarSet set) => set.With(spec => spec with
    {
        Containers = [spec.Containers![0] with { VolumeDevices = [new V1VolumeDevice { Name = "disk", DevicePath = "/dev/disk" }] }],
        Volumes = [new V1Volume { Name = "disk", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "ours" } }],
    });
}
