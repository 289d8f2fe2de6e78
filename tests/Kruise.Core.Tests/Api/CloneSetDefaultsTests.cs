using k8s.Models;
using Kruise.Core.Api;
using Xunit;

namespace Kruise.Core.Tests.Api;

public sealed class CloneSetDefaultsTests
{
    [Fact]
    public void What_is_absent_is_filled_in()
    {
        CloneSetSpec spec = CloneSetDefaults.Apply(SampleSets.Of().With(s => s with { Replicas = null })).Spec;

        Assert.Equal((1, 10, 0), (spec.Replicas, spec.RevisionHistoryLimit, spec.MinReadySeconds));
        CloneSetUpdateStrategy strategy = spec.UpdateStrategy;
        Assert.Equal(
            ("ReCreate", "0", "20%", "0", null),
            (strategy.Type, strategy.Partition?.ToString(), strategy.MaxUnavailable?.ToString(), strategy.MaxSurge?.ToString(), strategy.InPlaceUpdateStrategy));
        Assert.Equal("Always", spec.Template!.Spec.RestartPolicy);
    }

    [Theory]
    [InlineData("ReCreate", false)]
    [InlineData("InPlaceIfPossible", true)]
    [InlineData("InPlaceOnly", true)]
    public void Types_in_place_get_an_empty_strategy_of_their_own(string type, bool given)
    {
        CloneSetUpdateStrategy strategy = CloneSetDefaults.Apply(SampleSets.Of(new CloneSetUpdateStrategy { Type = type })).Spec.UpdateStrategy;
        Assert.Equal(given ? new InPlaceUpdateStrategy() : null, strategy.InPlaceUpdateStrategy);
    }

    [Fact]
    public void What_is_there_stays_and_nothing_is_changed_in_place()
    {
        var given = new CloneSetUpdateStrategy
        {
            Type = "InPlaceOnly",
            Partition = "30%",
            MaxUnavailable = 0,
            MaxSurge = 2,
            InPlaceUpdateStrategy = new InPlaceUpdateStrategy { GracePeriodSeconds = 7 },
        };
        CloneSet sent = SampleSets.Of(given).With(s => s with
        {
            Replicas = 0,
            RevisionHistoryLimit = 0,
            VolumeClaimTemplates = [new V1PersistentVolumeClaim { Metadata = new() { Name = "data" }, Spec = new V1PersistentVolumeClaimSpec() }],
        });

        CloneSet set = CloneSetDefaults.Apply(sent);

        Assert.Equal(given, set.Spec.UpdateStrategy);
        Assert.Equal((0, 0), (set.Spec.Replicas, set.Spec.RevisionHistoryLimit));
        Assert.Equal("Filesystem", set.Spec.VolumeClaimTemplates![0].Spec.VolumeMode);
        Assert.Null(sent.Spec.VolumeClaimTemplates![0].Spec.VolumeMode);
        Assert.Null(sent.Spec.Template!.Spec.RestartPolicy);
        Assert.Null(sent.Spec.Template.Spec.Containers[0].ImagePullPolicy);
    }

    [Fact]
    public void A_complete_set_is_the_same_instance()
    {
        CloneSet set = CloneSetDefaults.Apply(SampleSets.Of(new CloneSetUpdateStrategy { Type = "InPlaceIfPossible" }, FullPod()).With(s => s with
        {
            VolumeClaimTemplates = [new V1PersistentVolumeClaim { Metadata = new() { Name = "data" }, Spec = new V1PersistentVolumeClaimSpec() }],
        }));
        Assert.Same(set, CloneSetDefaults.Apply(set));
    }

    [Fact]
    public void A_template_gets_what_Kubernetes_gives_its_own()
    {
        V1PodSpec spec = PodTemplateDefaults.Apply(new V1PodTemplateSpec { Spec = FullPod() }).Spec;

        Assert.Equal(("Always", "ClusterFirst", "default-scheduler", 30L), (spec.RestartPolicy, spec.DnsPolicy, spec.SchedulerName, spec.TerminationGracePeriodSeconds));
        Assert.NotNull(spec.SecurityContext);
        Assert.Null(spec.EnableServiceLinks);
        V1Container main = spec.Containers[0];
        Assert.Equal(("Always", "/dev/termination-log", "File"), (main.ImagePullPolicy, main.TerminationMessagePath, main.TerminationMessagePolicy));
        Assert.Equal(("TCP", 80), (main.Ports[0].Protocol, main.Ports[0].HostPort));
        Assert.Equal("v1", main.Env[0].ValueFrom.FieldRef.ApiVersion);
        foreach (V1Probe probe in new[] { main.LivenessProbe, main.ReadinessProbe, main.StartupProbe })
        {
            Assert.Equal((1, 10, 1, 3), (probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold));
        }

        Assert.Equal(("/", "HTTP"), (main.LivenessProbe.HttpGet.Path, main.LivenessProbe.HttpGet.Scheme));
        Assert.Equal(("/", "HTTP"), (main.Lifecycle.PreStop.HttpGet.Path, main.Lifecycle.PreStop.HttpGet.Scheme));
        Assert.Null(main.Resources.Requests);
    }

    [Fact]
    public void Volumes_get_the_defaults_of_their_source()
    {
        Dictionary<string, V1Volume> volumes = PodTemplateDefaults.Apply(new V1PodTemplateSpec { Spec = FullPod() }).Spec.Volumes.ToDictionary(v => v.Name);

        Assert.Equal("", volumes["host"].HostPath.Type);
        Assert.Equal([420, 420, 420, 420], [volumes["secret"].Secret.DefaultMode, volumes["config"].ConfigMap.DefaultMode, volumes["downward"].DownwardAPI.DefaultMode, volumes["projected"].Projected.DefaultMode]);
        Assert.Equal("v1", volumes["downward"].DownwardAPI.Items[0].FieldRef.ApiVersion);
        Assert.Equal("v1", volumes["projected"].Projected.Sources[0].DownwardAPI.Items[0].FieldRef.ApiVersion);
        Assert.Equal(3600, volumes["projected"].Projected.Sources[1].ServiceAccountToken.ExpirationSeconds);
        Assert.Equal("default", volumes["iscsi"].Iscsi.IscsiInterface);
        Assert.Equal(("rbd", "admin", "/etc/ceph/keyring"), (volumes["rbd"].Rbd.Pool, volumes["rbd"].Rbd.User, volumes["rbd"].Rbd.Keyring));
        V1AzureDiskVolumeSource disk = volumes["azure"].AzureDisk;
        Assert.Equal(("ReadWrite", "Shared", "ext4", false), (disk.CachingMode, disk.Kind, disk.FsType, disk.ReadOnlyProperty));
        Assert.Equal(("ThinProvisioned", "xfs"), (volumes["scale"].ScaleIO.StorageMode, volumes["scale"].ScaleIO.FsType));
        Assert.Null(volumes["newer"].EmptyDir);
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.9", "IfNotPresent")]
    [InlineData("nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123", "IfNotPresent")]
    [InlineData("Not an image", "IfNotPresent")]
    public void Only_init_containers_go_by_the_tag(string image, string policy)
    {
        V1PodSpec pod = PodTemplateDefaults.Apply(new V1PodTemplateSpec
        {
            Spec = new V1PodSpec { InitContainers = [SampleSets.Container("init", image)], Containers = [SampleSets.Container("main", image)] },
        }).Spec;
        Assert.Equal((policy, "Always"), (pod.InitContainers[0].ImagePullPolicy, pod.Containers[0].ImagePullPolicy));
    }

    [Fact]
    public void A_pod_gets_requests_from_limits_service_links_and_empty_volumes_besides()
    {
        var sent = new V1Pod { Spec = FullPod() };
        V1Pod pod = PodDefaults.Apply(sent);

        IDictionary<string, ResourceQuantity> requests = pod.Spec.Containers[0].Resources.Requests;
        Assert.Equal(["cpu=2"], requests.Select(r => $"{r.Key}={r.Value}"));
        Assert.Equal(["cpu=1", "memory=2Gi"], pod.Spec.Containers[1].Resources.Requests.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key}={r.Value}"));
        Assert.True(pod.Spec.EnableServiceLinks);
        Assert.NotNull(pod.Spec.Volumes.Single(v => v.Name == "newer").EmptyDir);
        Assert.Equal("IfNotPresent", pod.Spec.Containers[1].ImagePullPolicy);
        Assert.Null(sent.Spec.Containers[0].Resources.Requests);
        Assert.Same(pod, PodDefaults.Apply(pod));
    }

    private static V1PodSpec FullPod() => new()
    {
        HostNetwork = true,
        InitContainers = [SampleSets.Container("init", "busybox:1")],
        Containers =
        [
            SampleSets.Container() with
            {
                Ports = [new V1ContainerPort { ContainerPort = 80 }],
                Env = [new V1EnvVar { Name = "NODE", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "spec.nodeName" } } }],
                Resources = Resources(null, ("cpu", "2")),
                LivenessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = 80 } },
                ReadinessProbe = new V1Probe { TimeoutSeconds = 0, PeriodSeconds = 0, SuccessThreshold = 0, FailureThreshold = 0 },
                StartupProbe = new V1Probe(),
                Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { HttpGet = new V1HTTPGetAction { Port = 80 } } },
            },
            SampleSets.Container("second", "image:1") with { Resources = Resources([("cpu", "1")], ("cpu", "2"), ("memory", "2Gi")) },
        ],
        Volumes =
        [
            new V1Volume { Name = "host", HostPath = new V1HostPathVolumeSource { Path = "/x" } },
            new V1Volume { Name = "secret", Secret = new V1SecretVolumeSource() },
            new V1Volume { Name = "config", ConfigMap = new V1ConfigMapVolumeSource() },
            new V1Volume { Name = "downward", DownwardAPI = new V1DownwardAPIVolumeSource { Items = [Item()] } },
            new V1Volume
            {
                Name = "projected",
                Projected = new V1ProjectedVolumeSource
                {
                    Sources =
                    [
                        new V1VolumeProjection { DownwardAPI = new V1DownwardAPIProjection { Items = [Item()] } },
                        new V1VolumeProjection { ServiceAccountToken = new V1ServiceAccountTokenProjection { Path = "token" } },
                    ],
                },
            },
            new V1Volume { Name = "iscsi", Iscsi = new V1ISCSIVolumeSource() },
            new V1Volume { Name = "rbd", Rbd = new V1RBDVolumeSource() },
            new V1Volume { Name = "azure", AzureDisk = new V1AzureDiskVolumeSource() },
            new V1Volume { Name = "scale", ScaleIO = new V1ScaleIOVolumeSource() },
            new V1Volume { Name = "newer" },
        ],
    };

    private static V1DownwardAPIVolumeFile Item() => new() { Path = "labels", FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.labels" } };

    private static V1ResourceRequirements Resources((string, string)[]? requests, params (string Name, string Amount)[] limits) => new()
    {
        Requests = requests?.ToDictionary(r => r.Item1, r => new ResourceQuantity(r.Item2)),
        Limits = limits.ToDictionary(l => l.Name, l => new ResourceQuantity(l.Amount)),
    };
}
