using System.Text.Json.Serialization;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>A container of a <see cref="SidecarSet"/>: one of Kubernetes, and how it is put into a pod.</summary>
public sealed record SidecarContainer : V1Container
{
    /// <summary>Before the pod's own containers.</summary>
    public const string BeforeAppContainer = "BeforeAppContainer";

    /// <summary>After the pod's own containers.</summary>
    public const string AfterAppContainer = "AfterAppContainer";

    /// <summary>BeforeAppContainer when absent; an init container without it goes after the pod's own.</summary>
    [JsonPropertyName("podInjectPolicy")]
    [Schema(Values = [BeforeAppContainer, AfterAppContainer])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PodInjectPolicy { get; init; }

    /// <summary>How the container comes to a new image.</summary>
    [JsonPropertyName("upgradeStrategy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SidecarUpgradeStrategy? UpgradeStrategy { get; init; }

    /// <summary>Whether it sees what the pod's own containers mount.</summary>
    [JsonPropertyName("shareVolumePolicy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShareVolumePolicy? ShareVolumePolicy { get; init; }

    /// <summary>Variables to take over from the pod's own containers.</summary>
    [JsonPropertyName("transferEnv")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TransferEnvVar>? TransferEnv { get; init; }

    /// <summary>The fields that were read and are not known here; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? Unknown { get; set; }

    /// <summary>The container as it stands in a pod.</summary>
    public V1Container ToContainer() => new()
    {
        Args = Args,
        Command = Command,
        Env = Env,
        EnvFrom = EnvFrom,
        Image = Image,
        ImagePullPolicy = ImagePullPolicy,
        Lifecycle = Lifecycle,
        LivenessProbe = LivenessProbe,
        Name = Name,
        Ports = Ports,
        ReadinessProbe = ReadinessProbe,
        ResizePolicy = ResizePolicy,
        Resources = Resources,
        RestartPolicy = RestartPolicy,
        RestartPolicyRules = RestartPolicyRules,
        SecurityContext = SecurityContext,
        StartupProbe = StartupProbe,
        Stdin = Stdin,
        StdinOnce = StdinOnce,
        TerminationMessagePath = TerminationMessagePath,
        TerminationMessagePolicy = TerminationMessagePolicy,
        Tty = Tty,
        VolumeDevices = VolumeDevices,
        VolumeMounts = VolumeMounts,
        WorkingDir = WorkingDir,
    };
}

/// <summary>How a sidecar comes to a new image.</summary>
public sealed record SidecarUpgradeStrategy : OpenRecord
{
    /// <summary>The container is restarted with its new image.</summary>
    public const string ColdUpgrade = "ColdUpgrade";

    /// <summary>ColdUpgrade when absent. Cannot be changed.</summary>
    [JsonPropertyName("upgradeType")]
    [Schema(Values = [ColdUpgrade])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UpgradeType { get; init; }
}

/// <summary>Whether a sidecar sees what the pod's own containers mount.</summary>
public sealed record ShareVolumePolicy : OpenRecord
{
    /// <summary>It does, at the same paths.</summary>
    public const string Enabled = "enabled";

    /// <summary>It has its own mounts only.</summary>
    public const string Disabled = "disabled";

    /// <summary>disabled when absent.</summary>
    [JsonPropertyName("type")]
    [Schema(Values = [Enabled, Disabled])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }
}

/// <summary>A variable that a sidecar takes over from one of the pod's own containers.</summary>
public sealed record TransferEnvVar : OpenRecord
{
    /// <summary>The pod's own container that has it.</summary>
    [JsonPropertyName("sourceContainerName")]
    public string SourceContainerName { get; init => field = value ?? ""; } = "";

    /// <summary>Its name. A pod without it is made nevertheless.</summary>
    [JsonPropertyName("envName")]
    public string EnvName { get; init => field = value ?? ""; } = "";
}
