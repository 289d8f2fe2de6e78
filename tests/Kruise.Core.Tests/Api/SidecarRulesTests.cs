using k8s.Models;
using Kruise.Core.Api;
using Xunit;
using static Kruise.Core.Tests.Api.SidecarSetSamples;

namespace Kruise.Core.Tests.Api;

/// <summary>What no pod may say: an API server would refuse every pod that a set with it selects. Each rule with its message.</summary>
public sealed class SidecarRulesTests
{
    private const string Log = "spec.containers[0]";
    private const string EnvName = "must be letters, digits, '-', '_' and '.', not beginning with a digit";
    private const string Port = "must be 1 to 65535 or the name of a port";
    private const string Mode = "must be 0 to 511 (octal 0777)";
    private const string Volume = "must be the name of a volume of the set";

    private static readonly Dictionary<string, (Func<SidecarContainer, SidecarContainer> Change, string Message)> _containers = new()
    {
        ["environment: two sources"] = (
            c => From(c, new() { FieldRef = new() { FieldPath = "metadata.name" }, SecretKeyRef = new() { Name = "s", Key = "k" } }),
            $"{Log}.env[0].valueFrom: Invalid value: \"2 sources\": must have one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef"),
        ["environment: no field"] = (
            c => From(c, new() { FieldRef = new() { ApiVersion = "v1" } }), $"{Log}.env[0].valueFrom.fieldRef.fieldPath: Required value: must be a field of the pod, for example metadata.name"),
        ["environment: no resource"] = (
            c => From(c, new() { ResourceFieldRef = new() { ContainerName = "log" } }),
            $"{Log}.env[0].valueFrom.resourceFieldRef.resource: Required value: must be a resource of the container, for example limits.cpu"),
        ["environment: no ConfigMap"] = (
            c => From(c, new() { ConfigMapKeyRef = new() { Key = "k" } }), $"{Log}.env[0].valueFrom.configMapKeyRef.name: Required value: must be the name of a ConfigMap"),
        ["environment: no key of a ConfigMap"] = (
            c => From(c, new() { ConfigMapKeyRef = new() { Name = "m" } }), $"{Log}.env[0].valueFrom.configMapKeyRef.key: Required value: must be a key of the ConfigMap"),
        ["environment: name of a Secret"] = (
            c => From(c, new() { SecretKeyRef = new() { Name = "A", Key = "k" } }),
            $"{Log}.env[0].valueFrom.secretKeyRef.name: Invalid value: \"A\": must be the name of a Secret: lower-case letters, digits, '-' and '.'"),
        ["environment: no key of a Secret"] = (
            c => From(c, new() { SecretKeyRef = new() { Name = "s" } }), $"{Log}.env[0].valueFrom.secretKeyRef.key: Required value: must be a key of the Secret"),
        ["environments: prefix"] = (
            c => c with { EnvFrom = [new() { Prefix = "1", SecretRef = new() { Name = "s" } }] }, $"{Log}.envFrom[0].prefix: Invalid value: \"1\": {EnvName}"),
        ["environments: two sources"] = (
            c => c with { EnvFrom = [new() { ConfigMapRef = new() { Name = "m" }, SecretRef = new() { Name = "s" } }] },
            $"{Log}.envFrom[0]: Invalid value: \"2 sources\": must have one of configMapRef and secretRef"),
        ["environments: no ConfigMap"] = (
            c => c with { EnvFrom = [new() { ConfigMapRef = new() }] }, $"{Log}.envFrom[0].configMapRef.name: Required value: must be the name of a ConfigMap"),
        ["environments: no Secret"] = (
            c => c with { EnvFrom = [new() { SecretRef = new() }] }, $"{Log}.envFrom[0].secretRef.name: Required value: must be the name of a Secret"),
        ["mount: out of the volume"] = (
            c => Mount(c, m => m with { SubPath = "a/../b" }), $"{Log}.volumeMounts[0].subPath: Invalid value: \"a/../b\": must not contain '..'"),
        ["mount: from the root"] = (
            c => Mount(c, m => m with { SubPathExpr = "/$(A)" }),
            $"{Log}.volumeMounts[0].subPathExpr: Invalid value: \"/$(A)\": must be a path within the volume, without '/' at its beginning"),
        ["mount: two parts"] = (
            c => Mount(c, m => m with { SubPath = "a", SubPathExpr = "b" }), $"{Log}.volumeMounts[0].subPathExpr: Invalid value: \"b\": must not stand beside subPath, which is a"),
        ["mount: propagation"] = (
            c => Mount(c, m => m with { MountPropagation = "Both" }),
            $"{Log}.volumeMounts[0].mountPropagation: Invalid value: \"Both\": must be None, HostToContainer or Bidirectional"),
        ["mount: propagation to the host"] = (
            c => Mount(c, m => m with { MountPropagation = "Bidirectional" }),
            $"{Log}.volumeMounts[0].mountPropagation: Invalid value: \"Bidirectional\": is only allowed to privileged containers (securityContext.privileged): "
            + "HostToContainer shows what the host mounts to any"),
        ["device: no name"] = (c => Devices(c, new V1VolumeDevice { DevicePath = "/dev/a" }), $"{Log}.volumeDevices[0].name: Required value: {Volume}"),
        ["device: unknown"] = (
            c => Devices(c, new V1VolumeDevice { Name = "x", DevicePath = "/dev/a" }), $"{Log}.volumeDevices[0].name: Invalid value: \"x\": {Volume}; there is none of that name"),
        ["device: not a claim"] = (
            c => Devices(c, new V1VolumeDevice { Name = "dir", DevicePath = "/dev/a" }),
            $"{Log}.volumeDevices[0].name: Invalid value: \"dir\": must be a volume that is a claim (persistentVolumeClaim, ephemeral): no other can be a device"),
        ["device: twice"] = (
            c => Devices(c, new() { Name = "claim", DevicePath = "/dev/a" }, new() { Name = "claim", DevicePath = "/dev/b" }),
            $"{Log}.volumeDevices[1].name: Invalid value: \"claim\": must be unique: the container has this volume already, as a device or as a mount"),
        ["device: mounted"] = (
            c => Devices(Mount(c, m => m with { Name = "claim" }), new V1VolumeDevice { Name = "claim", DevicePath = "/dev/a" }),
            $"{Log}.volumeDevices[0].name: Invalid value: \"claim\": must be unique: the container has this volume already, as a device or as a mount"),
        ["device: no path"] = (c => Devices(c, new V1VolumeDevice { Name = "claim" }), $"{Log}.volumeDevices[0].devicePath: Required value: must be a path in the container"),
        ["device: at a mount"] = (
            c => Devices(Mount(c, m => m), new V1VolumeDevice { Name = "claim", DevicePath = "/dir" }),
            $"{Log}.volumeDevices[0].devicePath: Invalid value: \"/dir\": must be unique: there is a device or a mount at that path"),
        ["device: out of the way"] = (
            c => Devices(c, new V1VolumeDevice { Name = "claim", DevicePath = "/dev/../a" }), $"{Log}.volumeDevices[0].devicePath: Invalid value: \"/dev/../a\": must not contain '..'"),
        ["user"] = (c => c with { SecurityContext = new() { RunAsUser = -1 } }, $"{Log}.securityContext.runAsUser: Invalid value: \"-1\": must be 0 to 2147483647"),
        ["group"] = (
            c => c with { SecurityContext = new() { RunAsGroup = 1L << 31 } }, $"{Log}.securityContext.runAsGroup: Invalid value: \"2147483648\": must be 0 to 2147483647"),
        ["privileged without escalation"] = (
            c => c with { SecurityContext = new() { Privileged = true, AllowPrivilegeEscalation = false } },
            $"{Log}.securityContext.allowPrivilegeEscalation: Invalid value: \"false\": must be true or absent: the container is privileged"),
        ["capable without escalation"] = (
            c => c with { SecurityContext = new() { Capabilities = new() { Add = ["CAP_SYS_ADMIN"] }, AllowPrivilegeEscalation = false } },
            $"{Log}.securityContext.allowPrivilegeEscalation: Invalid value: \"false\": must be true or absent: the container is given CAP_SYS_ADMIN"),
        ["probe: no command"] = (
            c => c with { StartupProbe = new() { Exec = new() { Command = [] } } }, $"{Log}.startupProbe.exec.command: Required value: must be a program and its arguments"),
        ["probe: no port"] = (c => c with { LivenessProbe = new() { TcpSocket = new() } }, $"{Log}.livenessProbe.tcpSocket.port: Required value: {Port}"),
        ["probe: port"] = (c => c with { LivenessProbe = new() { HttpGet = new() { Port = 0 } } }, $"{Log}.livenessProbe.httpGet.port: Invalid value: \"0\": {Port}"),
        ["probe: name of a port"] = (
            c => c with { LivenessProbe = new() { HttpGet = new() { Port = "Web" } } }, $"{Log}.livenessProbe.httpGet.port: Invalid value: \"Web\": {Port}"),
        ["probe: scheme"] = (
            c => c with { LivenessProbe = new() { HttpGet = new() { Port = "web", Scheme = "FTP" } } }, $"{Log}.livenessProbe.httpGet.scheme: Invalid value: \"FTP\": must be HTTP or HTTPS"),
        ["probe: port of grpc"] = (c => c with { ReadinessProbe = new() { Grpc = new() { Port = 65536 } } }, $"{Log}.readinessProbe.grpc.port: Invalid value: \"65536\": must be 1 to 65535"),
        ["hook: two handlers"] = (
            c => c with { Lifecycle = new() { PreStop = new() { Sleep = new() { Seconds = 1 }, TcpSocket = new() { Port = 1 } } } },
            $"{Log}.lifecycle.preStop: Invalid value: \"2 handlers\": must have one of exec, httpGet, tcpSocket and sleep"),
        ["hook: no command"] = (
            c => c with { Lifecycle = new() { PostStart = new() { Exec = new() } } }, $"{Log}.lifecycle.postStart.exec.command: Required value: must be a program and its arguments"),
    };

    private static readonly Dictionary<string, (V1Volume Volume, string Message)> _volumes = new()
    {
        ["directory: no path"] = (new() { Name = "v", HostPath = new() }, "spec.volumes[0].hostPath.path: Required value: must be a path on the node"),
        ["directory: path"] = (new() { Name = "v", HostPath = new() { Path = "/a/.." } }, "spec.volumes[0].hostPath.path: Invalid value: \"/a/..\": must not contain '..'"),
        ["directory: type"] = (
            new() { Name = "v", HostPath = new() { Path = "/a", Type = "Folder" } },
            "spec.volumes[0].hostPath.type: Invalid value: \"Folder\": must be DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice or BlockDevice"),
        ["ConfigMap: no name"] = (new() { Name = "v", ConfigMap = new() }, "spec.volumes[0].configMap.name: Required value: must be the name of a ConfigMap"),
        ["ConfigMap: mode"] = (new() { Name = "v", ConfigMap = new() { Name = "m", DefaultMode = 512 } }, $"spec.volumes[0].configMap.defaultMode: Invalid value: \"512\": {Mode}"),
        ["ConfigMap: key"] = (
            new() { Name = "v", ConfigMap = new() { Name = "m", Items = [new() { Path = "p" }] } }, "spec.volumes[0].configMap.items[0].key: Required value: must be one of its keys"),
        ["ConfigMap: path"] = (
            new() { Name = "v", ConfigMap = new() { Name = "m", Items = [new() { Key = "k" }] } },
            "spec.volumes[0].configMap.items[0].path: Required value: must be a path within the volume"),
        ["Secret: no name"] = (new() { Name = "v", Secret = new() }, "spec.volumes[0].secret.secretName: Required value: must be the name of a Secret"),
        ["Secret: path"] = (
            new() { Name = "v", Secret = new() { SecretName = "s", Items = [new() { Key = "k", Path = "/p" }] } },
            "spec.volumes[0].secret.items[0].path: Invalid value: \"/p\": must be a path within the volume, without '/' at its beginning"),
        ["Secret: mode of a key"] = (
            new() { Name = "v", Secret = new() { SecretName = "s", Items = [new() { Key = "k", Path = "p", Mode = -1 }] } }, $"spec.volumes[0].secret.items[0].mode: Invalid value: \"-1\": {Mode}"),
        ["fields: mode"] = (new() { Name = "v", DownwardAPI = new() { DefaultMode = 999 } }, $"spec.volumes[0].downwardAPI.defaultMode: Invalid value: \"999\": {Mode}"),
        ["projected: mode"] = (new() { Name = "v", Projected = new() { DefaultMode = 999 } }, $"spec.volumes[0].projected.defaultMode: Invalid value: \"999\": {Mode}"),
        ["empty: size"] = (new() { Name = "v", EmptyDir = new() { SizeLimit = new("-1") } }, "spec.volumes[0].emptyDir.sizeLimit: Invalid value: \"-1\": must be >= 0"),
        ["claim: no name"] = (
            new() { Name = "v", PersistentVolumeClaim = new() }, "spec.volumes[0].persistentVolumeClaim.claimName: Required value: must be the name of a PersistentVolumeClaim"),
        ["driver: no name"] = (new() { Name = "v", Csi = new() }, "spec.volumes[0].csi.driver: Required value: must be the name of a driver"),
        ["NFS: no server"] = (new() { Name = "v", Nfs = new() { Path = "/a" } }, "spec.volumes[0].nfs.server: Required value: must be a host name or address"),
        ["NFS: path"] = (
            new() { Name = "v", Nfs = new() { Server = "s", Path = "a" } }, "spec.volumes[0].nfs.path: Invalid value: \"a\": must be a path on the server, beginning with '/'"),
    };

    public static TheoryData<string> Containers => [.. _containers.Keys];

    public static TheoryData<string> Volumes => [.. _volumes.Keys];

    [Theory]
    [MemberData(nameof(Containers))]
    public void A_container_that_no_pod_may_have_is_refused(string name) => Refused(With(_containers[name].Change), _containers[name].Message);

    [Theory]
    [MemberData(nameof(Volumes))]
    public void A_volume_that_no_pod_may_have_is_refused(string name) => Refused(Of().With(spec => spec with { Volumes = [_volumes[name].Volume] }), _volumes[name].Message);

    [Fact]
    public void A_container_with_a_bit_of_everything_is_fine() => Refused(With(c => Devices(Mount(c, m => m with { SubPathExpr = "a/$(A)..", MountPropagation = "Bidirectional" }),
        new() { Name = "claim", DevicePath = "/dev/a" }, new() { Name = "scratch", DevicePath = "/dev/b" }) with
    {
        Env =
        [
            new() { Name = "A", ValueFrom = new() { FieldRef = new() { FieldPath = "metadata.name" } } },
            new() { Name = "B", ValueFrom = new() { ResourceFieldRef = new() { Resource = "limits.cpu" } } },
            new() { Name = "C", ValueFrom = new() { SecretKeyRef = new() { Name = "s.t", Key = "k" } } },
            new() { Name = "D", ValueFrom = new() { ConfigMapKeyRef = new() { Name = "m", Key = "k", Optional = true } } },
        ],
        EnvFrom = [new() { Prefix = "P_", SecretRef = new() { Name = "s" } }, new() { ConfigMapRef = new() { Name = "m" } }],
        SecurityContext = new() { Privileged = true, RunAsUser = 0, RunAsGroup = int.MaxValue, AllowPrivilegeEscalation = true },
        LivenessProbe = new() { HttpGet = new() { Port = "web" } },
        StartupProbe = new() { Grpc = new() { Port = 1 } },
        ReadinessProbe = new() { TcpSocket = new() { Port = 65535 } },
        Lifecycle = new() { PreStop = new() { Sleep = new() { Seconds = 3 } }, PostStart = new() { Exec = new() { Command = ["true"] } } },
    }));

    [Fact]
    public void Init_containers_run_one_by_one_and_may_have_one_port_each()
    {
        V1ContainerPort port = new() { ContainerPort = 80, HostPort = 80 };
        SidecarContainer One(string name, params V1ContainerPort[] ports) => Container(name) with { Ports = ports };
        Refused(Of().With(spec => spec with { InitContainers = [One("a", port), One("b", port)] }));
        Refused(
            Of().With(spec => spec with { InitContainers = [One("a", port, port)] }),
            "spec.initContainers[0].ports[1].hostPort: Invalid value: \"80\": must be unique: it is taken by another port");
    }

    [Theory]
    [InlineData("My_Team")]
    [InlineData("a.b")]
    public void A_namespace_that_cannot_be_is_refused(string name) => Refused(
        Of().With(spec => spec with { Namespace = name }),
        $"spec.namespace: Invalid value: \"{name}\": must be the name of a namespace: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit");

    private static SidecarSet With(Func<SidecarContainer, SidecarContainer> change) => Of().WithContainer(change).With(spec => spec with
    {
        Volumes =
        [
            new() { Name = "dir", EmptyDir = new() },
            new() { Name = "claim", PersistentVolumeClaim = new() { ClaimName = "claim-0" } },
            new() { Name = "scratch", Ephemeral = new() },
        ],
    });

    private static SidecarContainer From(SidecarContainer container, V1EnvVarSource source) => container with { Env = [new() { Name = "A", ValueFrom = source }] };

    private static SidecarContainer Mount(SidecarContainer container, Func<V1VolumeMount, V1VolumeMount> change) =>
        container with { VolumeMounts = [change(new V1VolumeMount { Name = "dir", MountPath = "/dir" })] };

    private static SidecarContainer Devices(SidecarContainer container, params V1VolumeDevice[] devices) => container with { VolumeDevices = devices };

    private static void Refused(SidecarSet set, params string[] messages) =>
        Assert.Equal(messages, SidecarSetValidation.Validate(null, set, []).Select(error => error.ToString()));
}
