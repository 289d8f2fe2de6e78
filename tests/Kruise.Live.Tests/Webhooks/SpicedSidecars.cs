using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Tests.SidecarSets;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>
/// Random pods and sets with more of what Kubernetes knows, some of it wrong. Whether a pod is one that an API server takes the API server says, and whether a set is
/// fit to be stored our webhook.
/// </summary>
public sealed class SpicedSidecars(int seed)
{
    private readonly RandomSidecars _plain = new(seed);
    private readonly Random _random = new(seed);

    /// <summary>A pod, with at most two oddities.</summary>
    public V1Pod Pod(string name, string @namespace)
    {
        V1Pod pod = _plain.Pod(name, @namespace);
        if (!Chance(0.5))
        {
            return pod;
        }

        var volumes = new List<V1Volume>(pod.Spec.Volumes ?? []);
        V1PodSpec spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(container => Chance(0.4) ? Spiced(container, volumes) : container)], Volumes = volumes };
        spec = _random.Next(9) switch
        {
            0 => spec with { SecurityContext = new V1PodSecurityContext { RunAsNonRoot = true, FsGroup = 3, SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } } },
            1 => spec with { ShareProcessNamespace = true },
            2 => spec with { RestartPolicy = Pick("Never", "OnFailure"), ActiveDeadlineSeconds = Pick<long?>(null, 30) },
            3 => spec with { AutomountServiceAccountToken = false },
            4 => spec with { HostPID = true, HostIPC = true },
            5 => spec with { InitContainers = [.. (spec.InitContainers ?? []).Select(container => Spiced(container, volumes))], Volumes = [.. volumes] },
            _ => spec,
        };
        pod = pod with { Spec = spec };
        string container = Pick("log", "mesh", "dns", "main", "init-log");
        return _random.Next(8) switch
        {
            0 => WithAnnotation(pod, "container.seccomp.security.alpha.kubernetes.io/" + container, Pick("runtime/default", "unconfined")),
            1 => WithAnnotation(pod, "container.apparmor.security.beta.kubernetes.io/" + container, "runtime/default"),
            2 => WithAnnotation(pod, "seccomp.security.alpha.kubernetes.io/pod", "runtime/default"),
            _ => pod,
        };
    }

    /// <summary>A set, most of whose containers have an oddity.</summary>
    public SidecarSet Set(string name, string @namespace)
    {
        SidecarSet set = _plain.Set(name, @namespace);
        if (Chance(0.2))
        {
            return set;
        }

        var volumes = new List<V1Volume>(set.Spec.Volumes ?? []);
        return set with
        {
            Spec = set.Spec with
            {
                Containers = set.Spec.Containers?.Select(container => Chance(0.5) ? (SidecarContainer)Spiced(container, volumes) : container).ToArray(),
                InitContainers = set.Spec.InitContainers?.Select(container => Chance(0.4) ? (SidecarContainer)Spiced(container, volumes) : container).ToArray(),
                Volumes = volumes.Count == 0 ? null : volumes,
            },
        };
    }

    private static V1Pod WithAnnotation(V1Pod pod, string key, string value) =>
        pod with { Metadata = pod.Metadata with { Annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>()) { [key] = value } } };

    private V1Container Spiced(V1Container container, List<V1Volume> volumes) => _random.Next(12) switch
    {
        0 => container with { SecurityContext = SecurityContext() },
        1 => container with { Resources = Resources() },
        2 => container with { ReadinessProbe = Probe() },
        3 => container with { LivenessProbe = Probe(), StartupProbe = Pick(null, Probe()) },
        4 => container with { Lifecycle = Pick(new V1Lifecycle { PostStart = Handler() }, new V1Lifecycle { PreStop = Handler() }) },
        5 => container with { Env = [.. (container.Env ?? []), Variable()] },
        6 => container with { EnvFrom = [Source()] },
        7 => container with { Ports = [Port()] },
        8 => container with
        {
            TerminationMessagePolicy = Pick("File", "FallbackToLogsOnError", "Never"),
            TerminationMessagePath = Pick("/dev/log", "log", ""),
            WorkingDir = Pick("/work", "work", ""),
            Stdin = true,
            StdinOnce = true,
            Tty = true,
        },
        9 => WithDevice(container, volumes),
        _ => WithMount(container, volumes),
    };

    private V1Container WithMount(V1Container container, List<V1Volume> volumes)
    {
        V1Volume volume = Shared(volumes, Volume());
        var mount = new V1VolumeMount
        {
            Name = volume.Name,
            MountPath = Pick("/extra", "/data", "/var/log/", "relative", "/with:colon", "/var/run/secrets/kubernetes.io/serviceaccount"),
            SubPath = Pick<string?>(null, null, "a/b", "../up", "/root", "a/../b"),
            SubPathExpr = Pick<string?>(null, null, null, "$(REGION)/x", "../$(LEVEL)", "/$(LEVEL)"),
            MountPropagation = Pick<string?>(null, null, "None", "HostToContainer", "Bidirectional", "Sideways"),
        };
        V1SecurityContext? security = mount.MountPropagation == "Bidirectional" && Chance(0.7) ? new V1SecurityContext { Privileged = true } : container.SecurityContext;
        return container with { VolumeMounts = [.. (container.VolumeMounts ?? []).Where(other => other.MountPath != mount.MountPath), mount], SecurityContext = security };
    }

    private V1Container WithDevice(V1Container container, List<V1Volume> volumes)
    {
        V1Volume volume = Shared(volumes, Chance(0.8) ? Claim() : Volume());
        return container with
        {
            VolumeDevices = [new V1VolumeDevice { Name = Chance(0.9) ? volume.Name : "gone", DevicePath = Pick("/dev/xvda", "/data", "/dev/../up", "") }],
        };
    }

    // One of that name that is there already stays what it is.
    private static V1Volume Shared(List<V1Volume> volumes, V1Volume volume)
    {
        if (volumes.Find(other => other.Name == volume.Name) is { } known)
        {
            return known;
        }

        volumes.Add(volume);
        return volume;
    }

    private V1Volume Claim() => new()
    {
        Name = Pick("data", "disk"),
        PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = Pick("claim", "claim", "claim", "") },
    };

    private V1Volume Volume() => _random.Next(10) switch
    {
        0 => new V1Volume { Name = "host", HostPath = new V1HostPathVolumeSource { Path = Pick("/var/log", "/var/../x", ""), Type = Pick<string?>(null, "Directory", "Drawer") } },
        1 => new V1Volume { Name = "config", ConfigMap = new V1ConfigMapVolumeSource { Name = Pick("settings", "settings", ""), DefaultMode = Pick<int?>(null, 420, 4096), Items = Items() } },
        2 => new V1Volume { Name = "secret", Secret = new V1SecretVolumeSource { SecretName = Pick("keys", "keys", null), Optional = true, Items = Items() } },
        3 => new V1Volume { Name = "tmp", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = Pick(null, new ResourceQuantity("1Mi"), new ResourceQuantity("-1")), Medium = Pick("", "HugePages", "Paper") } },
        4 => new V1Volume
        {
            Name = "info",
            DownwardAPI = new V1DownwardAPIVolumeSource
            {
                Items =
                [
                    new V1DownwardAPIVolumeFile { Path = Pick("labels", "../labels", ""), FieldRef = new V1ObjectFieldSelector { FieldPath = Pick("metadata.labels", "metadata.uid", "spec.wrong") } },
                ],
            },
        },
        5 => new V1Volume
        {
            Name = "all",
            Projected = new V1ProjectedVolumeSource
            {
                Sources =
                [
                    Pick(
                        new V1VolumeProjection { ServiceAccountToken = new V1ServiceAccountTokenProjection { Path = "token", ExpirationSeconds = Pick<long?>(null, 3600, 5) } },
                        new V1VolumeProjection { ConfigMap = new V1ConfigMapProjection { Name = "settings", Items = Items() } },
                        new V1VolumeProjection()),
                ],
            },
        },
        6 => new V1Volume { Name = "net", Nfs = new V1NFSVolumeSource { Server = Pick("server", ""), Path = Pick("/export", "export") } },
        7 => new V1Volume { Name = "csi", Csi = new V1CSIVolumeSource { Driver = Pick("secrets.csi.example", "", "not a name") } },
        8 => new V1Volume { Name = "logs", EmptyDir = new V1EmptyDirVolumeSource(), HostPath = Chance(0.3) ? new V1HostPathVolumeSource { Path = "/x" } : null },
        _ => Claim(),
    };

    private V1KeyToPath[]? Items() => Pick<V1KeyToPath[]?>(null, null, [new V1KeyToPath { Key = Pick("a", "", "a b"), Path = Pick("a", "/a", "../a", ""), Mode = Pick<int?>(null, 256, 1000) }]);

    private V1SecurityContext SecurityContext() => new()
    {
        Privileged = Pick<bool?>(null, true, false),
        AllowPrivilegeEscalation = Pick<bool?>(null, true, false),
        RunAsUser = Pick<long?>(null, 0, 1000, -1),
        RunAsGroup = Pick<long?>(null, 7, -7),
        RunAsNonRoot = Pick<bool?>(null, true),
        ReadOnlyRootFilesystem = Pick<bool?>(null, true),
        ProcMount = Pick<string?>(null, null, null, "Default", "Unmasked"),
        Capabilities = Pick(null, new V1Capabilities { Add = [Pick("NET_ADMIN", "CAP_SYS_ADMIN", "SYS_ADMIN")], Drop = ["ALL"] }),
        SeccompProfile = Pick(null, new V1SeccompProfile { Type = "RuntimeDefault" }, new V1SeccompProfile { Type = Pick("Localhost", "Custom", "Unconfined"), LocalhostProfile = Pick(null, "a.json", "../a.json") }),
        SeLinuxOptions = Pick(null, new V1SELinuxOptions { Level = "s0" }),
        WindowsOptions = Pick(null, null, new V1WindowsSecurityContextOptions { RunAsUserName = Pick("user", "") }),
    };

    private V1ResourceRequirements Resources()
    {
        string name = Pick("cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "example.com/gpu", "storage", "gpu", "requests.cpu", "kubernetes.io/x", "example.com/a b");
        ResourceQuantity amount = new(Pick("1", "2", "100m", "1Mi", "0", "-1"));
        return new V1ResourceRequirements
        {
            Requests = Pick(null, new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [name] = amount }),
            Limits = Pick(null, new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal) { [name] = Pick(amount, new ResourceQuantity("4Mi")), [Pick(name, "cpu")] = amount }),
        };
    }

    private V1Probe Probe() => _random.Next(6) switch
    {
        0 => new V1Probe(),
        1 => new V1Probe { Exec = new V1ExecAction { Command = Pick<string[]?>(["true"], [], null) } },
        2 => new V1Probe { TcpSocket = new V1TCPSocketAction { Port = Port("socket") }, PeriodSeconds = Pick<int?>(null, 0, -1) },
        3 => new V1Probe { HttpGet = Get(), TcpSocket = Chance(0.2) ? new V1TCPSocketAction { Port = 80 } : null },
        _ => new V1Probe { HttpGet = Get(), SuccessThreshold = Pick<int?>(null, 1, 3), TimeoutSeconds = Pick<int?>(null, 2) },
    };

    private V1LifecycleHandler Handler() => _random.Next(4) switch
    {
        0 => new V1LifecycleHandler(),
        1 => new V1LifecycleHandler { Exec = new V1ExecAction { Command = Pick<string[]?>(["true"], null) } },
        2 => new V1LifecycleHandler { HttpGet = Get() },
        _ => new V1LifecycleHandler { TcpSocket = new V1TCPSocketAction { Port = Port("hook") } },
    };

    private V1HTTPGetAction Get() => new()
    {
        Port = Port("get"),
        Path = Pick<string?>(null, "/", "", "ready"),
        Scheme = Pick<string?>(null, "HTTP", "HTTPS", "http"),
        HttpHeaders = Pick<V1HTTPHeader[]?>(null, null, [new V1HTTPHeader { Name = Pick("X-A", "X A", ""), Value = "1" }]),
    };

    private IntOrString Port(string name) => Pick<IntOrString>(8080, "http", name, 0, 70000, "not_a_port", "8080", "");

    private V1ContainerPort Port() => new()
    {
        ContainerPort = Pick(80, 8080, 0, 65536),
        HostPort = Pick<int?>(null, null, 8080, 8081, 0, -1),
        Protocol = Pick<string?>(null, "UDP", "SCTP", "tcp"),
        Name = Pick<string?>(null, "web", "a-very-long-name-of-a-port", "8080", ""),
        HostIP = Pick<string?>(null, null, "127.0.0.1", "here"),
    };

    private V1EnvVar Variable() => new()
    {
        Name = Pick("EXTRA", "1X", "A B", "", "IS_INJECTED", "X=Y"),
        Value = Pick<string?>(null, null, null, "x"),
        ValueFrom = _random.Next(7) switch
        {
            0 => new V1EnvVarSource(),
            1 => new V1EnvVarSource
            {
                FieldRef = new V1ObjectFieldSelector { FieldPath = Pick("status.podIP", "metadata.labels['app']", "metadata.labels", "spec.nodeName", "spec.wrong", ""), ApiVersion = Pick<string?>(null, "v1", "v2") },
            },
            2 => new V1EnvVarSource
            {
                ResourceFieldRef = new V1ResourceFieldSelector { Resource = Pick("limits.cpu", "requests.memory", "limits.gpu", ""), Divisor = Pick(null, new ResourceQuantity("1m"), new ResourceQuantity("3")) },
            },
            3 => new V1EnvVarSource { ConfigMapKeyRef = new V1ConfigMapKeySelector { Name = Pick("settings", ""), Key = Pick("a", "", "a b") } },
            4 => new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = Pick("keys", ""), Key = Pick("a", "") } },
            5 => new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "keys", Key = "a" }, FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } },
            _ => null,
        },
    };

    private V1EnvFromSource Source() => new()
    {
        Prefix = Pick<string?>(null, "P_", "1P", "A B"),
        ConfigMapRef = Pick(null, new V1ConfigMapEnvSource { Name = Pick("settings", "") }),
        SecretRef = Pick(null, new V1SecretEnvSource { Name = Pick("keys", "Not_A_Name") }),
    };

    private T Pick<T>(params T[] among) => among[_random.Next(among.Length)];

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
