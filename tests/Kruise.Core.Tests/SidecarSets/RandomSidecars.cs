using System.Globalization;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Pods and SidecarSets drawn from a seed. They share names, labels, paths and ports often enough to meet; each pod is one that an API server takes.</summary>
public sealed class RandomSidecars(int seed)
{
    private static readonly string[] _sidecarNames = ["log", "mesh", "dns", "probe", "sync"];
    private static readonly string[] _volumeNames = ["data", "logs", "tmp", "run"];
    private static readonly string[] _paths = ["/data", "/var/log", "/tmp", "/run/app", "/etc/side"];
    private static readonly string[] _variables = ["POD_NAME", "REGION", "LEVEL", "A.b-c"];

    private readonly Random _random = new(seed);

    /// <summary>A pod with one to three containers.</summary>
    public V1Pod Pod(string name, string @namespace)
    {
        V1Volume[] volumes = Volumes();
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool onHostNetwork = Chance(0.1);
        var ports = new HashSet<int>();
        V1Container[] containers = [.. Many(1, 3, () => Container(Unique(names, ["main", "web", "job", .. _sidecarNames]), volumes, ports, onHostNetwork, isInit: false))];
        V1Container[] initContainers = [.. Many(0, 2, () => Container(Unique(names, ["prepare", "wait", "init-log", "dns"]), volumes, ports, onHostNetwork, isInit: true))];
        return new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Labels = Labels(), Annotations = Chance(0.3) ? Map("owner", "someone") : null },
            Spec = new V1PodSpec
            {
                Containers = containers,
                InitContainers = initContainers.Length == 0 ? null : initContainers,
                Volumes = volumes.Length == 0 ? null : volumes,
                HostNetwork = onHostNetwork ? true : null,
                TerminationGracePeriodSeconds = Chance(0.3) ? 5 : null,
            },
        };
    }

    /// <summary>A set as a user writes it; validation may refuse it beside others.</summary>
    public SidecarSet Set(string name, string @namespace)
    {
        V1Volume[] volumes = Volumes();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ports = new HashSet<int>();
        SidecarContainer[] initContainers = [.. Many(0, 2, () => Sidecar(Unique(names, ["init-log", "init-mesh", "init-dns"]), volumes, ports, isInit: true))];
        SidecarContainer[] containers =
            [.. Many(initContainers.Length == 0 ? 1 : 0, 2, () => Sidecar(Unique(names, _sidecarNames), volumes, ports, isInit: false))];
        return new SidecarSet
        {
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new SidecarSetSpec
            {
                Selector = Selector(),
                Namespace = Chance(0.3) ? @namespace : null,
                InitContainers = initContainers.Length == 0 ? null : initContainers,
                Containers = containers.Length == 0 ? null : containers,
                Volumes = volumes.Length == 0 ? null : volumes,
            },
        };
    }

    private SidecarContainer Sidecar(string name, V1Volume[] volumes, HashSet<int> ports, bool isInit)
    {
        V1Container plain = Container(name, volumes, ports, onHostNetwork: false, isInit);
        return new SidecarContainer
        {
            Name = name,
            Image = plain.Image,
            Args = plain.Args,
            Command = plain.Command,
            Env = plain.Env,
            Ports = plain.Ports,
            VolumeMounts = plain.VolumeMounts,
            Resources = plain.Resources,
            ReadinessProbe = plain.ReadinessProbe,
            LivenessProbe = plain.LivenessProbe,
            Lifecycle = plain.Lifecycle,
            SecurityContext = plain.SecurityContext,
            PodInjectPolicy = Pick<string?>(null, SidecarContainer.BeforeAppContainer, SidecarContainer.AfterAppContainer),
            ShareVolumePolicy = Chance(0.5) ? new ShareVolumePolicy { Type = Pick(ShareVolumePolicy.Enabled, ShareVolumePolicy.Disabled) } : null,
            TransferEnv = Chance(0.5)
                ? [.. Many(1, 2, () => new TransferEnvVar { SourceContainerName = Pick("main", "web", "log", "gone"), EnvName = Pick(_variables) })]
                : null,
        };
    }

    private V1Container Container(string name, V1Volume[] volumes, HashSet<int> ports, bool onHostNetwork, bool isInit)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var variables = new HashSet<string>(StringComparer.Ordinal);
        V1EnvVar[] env = [.. Many(0, 3, () => Variable(Unique(variables, _variables)))];
        bool isPrivileged = Chance(0.15);
        V1VolumeMount[] mounts = volumes.Length == 0 ? [] : [.. Many(0, 3, () => Mount(Pick(volumes).Name, Unique(paths, _paths), env, isPrivileged))];
        bool probed = !isInit && Chance(0.3);
        return new V1Container
        {
            Name = name,
            Image = $"example.com/{name}:{_random.Next(3).ToString(CultureInfo.InvariantCulture)}",
            Command = Chance(0.3) ? ["sleep", "<3600>&"] : null,
            Args = Chance(0.2) ? ["\"q\"", "é\t"] : null,
            Env = env.Length == 0 ? null : env,
            VolumeMounts = mounts.Length == 0 ? null : mounts,
            Ports = isInit || Chance(0.6) ? null : Ports(ports, onHostNetwork),
            Resources = Chance(0.4)
                ? new V1ResourceRequirements { Requests = Quantities("0.1", "16Mi"), Limits = Chance(0.5) ? Quantities("1500m", "1024Mi") : null }
                : null,
            ReadinessProbe = probed ? new V1Probe { HttpGet = new V1HTTPGetAction { Port = 8080, Path = "/ready" }, InitialDelaySeconds = 1 } : null,
            LivenessProbe = probed && Chance(0.5) ? new V1Probe { Exec = new V1ExecAction { Command = ["true"] } } : null,
            Lifecycle = probed ? new V1Lifecycle { PreStop = new V1LifecycleHandler { Exec = new V1ExecAction { Command = ["sleep", "1"] } } } : null,
            SecurityContext = isPrivileged ? new V1SecurityContext { Privileged = true }
                : Chance(0.3) ? new V1SecurityContext { RunAsUser = _random.Next(3), AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] } }
                : null,
        };
    }

    private V1ContainerPort[] Ports(HashSet<int> taken, bool onHostNetwork)
    {
        int port = 8000 + _random.Next(6);
        int? hostPort = Chance(0.3) && !onHostNetwork ? port : null;
        bool isFree = (hostPort is null && !onHostNetwork) || taken.Add(port);
        return isFree ? [new V1ContainerPort { ContainerPort = port, HostPort = hostPort, Name = Chance(0.5) ? "http" : null, Protocol = Pick<string?>(null, "TCP") }] : [];
    }

    private V1EnvVar Variable(string name) => Chance(0.2)
        ? new V1EnvVar { Name = name, ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } }
        : new V1EnvVar { Name = name, Value = Pick("", "1", "two", "$(REGION)") };

    private V1VolumeMount Mount(string volume, string path, V1EnvVar[] env, bool isPrivileged) => new()
    {
        Name = volume,
        MountPath = path,
        SubPathExpr = Chance(0.3) && env.Length > 0 ? $"of/$({Pick(env).Name})" : null,
        ReadOnlyProperty = Chance(0.2) ? true : null,
        MountPropagation = isPrivileged && Chance(0.5) ? "Bidirectional" : null,
    };

    private V1Volume[] Volumes()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. Many(0, 3, () => Unique(names, _volumeNames)).Select(name =>
                new V1Volume { Name = name, EmptyDir = new V1EmptyDirVolumeSource { Medium = Chance(0.2) ? "Memory" : null } }),
        ];
    }

    private V1LabelSelector Selector() => _random.Next(4) switch
    {
        0 => new V1LabelSelector { MatchLabels = Map("app", Pick("a", "b")) },
        1 => new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "tier", OperatorProperty = "Exists" }] },
        2 => new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "app", OperatorProperty = "NotIn", Values = ["b"] }] },
        _ => new V1LabelSelector
        {
            MatchLabels = Map("app", "a"),
            MatchExpressions = [new V1LabelSelectorRequirement { Key = "tier", OperatorProperty = "In", Values = ["x", "y"] }],
        },
    };

    private Dictionary<string, string>? Labels()
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Pick<string?>(null, "a", "a", "b") is { } app)
        {
            labels["app"] = app;
        }

        if (Pick<string?>(null, "x", "z") is { } tier)
        {
            labels["tier"] = tier;
        }

        return labels.Count == 0 ? null : labels;
    }

    private static Dictionary<string, string> Map(string key, string value) => new(StringComparer.Ordinal) { [key] = value };

    private static Dictionary<string, ResourceQuantity> Quantities(string cpu, string memory) =>
        new(StringComparer.Ordinal) { ["cpu"] = new ResourceQuantity(cpu), ["memory"] = new ResourceQuantity(memory) };

    private IEnumerable<T> Many<T>(int least, int most, Func<T> make) => Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => make());

    // One that is not taken yet; there are always more than are asked for.
    private string Unique(HashSet<string> taken, string[] among)
    {
        string picked = Pick([.. among.Where(name => !taken.Contains(name))]);
        taken.Add(picked);
        return picked;
    }

    private T Pick<T>(params T[] among) => among[_random.Next(among.Length)];

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
