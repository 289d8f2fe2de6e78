using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Containers that are put into every pod that it selects, when the pod is made, and that can be brought to new images without touching the pod's own.</summary>
public sealed record SidecarSet : OpenRecord, IKubernetesObject<V1ObjectMeta>, ISpec<SidecarSetSpec>, IStatus<SidecarSetStatus>
{
    /// <summary>The kind as manifests write it.</summary>
    public const string KindName = "SidecarSet";

    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = KruiseGroup.V1Alpha1;

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = KindName;

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    /// <summary>What is asked for.</summary>
    [JsonPropertyName("spec")]
    public SidecarSetSpec Spec { get; set => field = value ?? new SidecarSetSpec(); } = new();

    /// <summary>How far it has come.</summary>
    [JsonPropertyName("status")]
    public SidecarSetStatus Status { get; set => field = value ?? new SidecarSetStatus(); } = new();
}

/// <summary>What a <see cref="SidecarSet"/> asks for. Kubernetes' own parts in it compare by reference.</summary>
public sealed record SidecarSetSpec : OpenRecord
{
    /// <summary>Which pods get the containers; must not be empty.</summary>
    [JsonPropertyName("selector")]
    [Schema(Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public V1LabelSelector? Selector { get; init; }

    /// <summary>The one namespace in which pods are selected; all of them when absent or empty.</summary>
    [JsonPropertyName("namespace")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Namespace { get; init; }

    /// <summary>Init containers to put in, after the pod's own unless they say otherwise, by name over all sets.</summary>
    [JsonPropertyName("initContainers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SidecarContainer>? InitContainers { get; init; }

    /// <summary>Containers to put in.</summary>
    [JsonPropertyName("containers")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SidecarContainer>? Containers { get; init; }

    /// <summary>Volumes that the containers mount. Where the pod has one of the same name, the pod's is used.</summary>
    [JsonPropertyName("volumes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<V1Volume>? Volumes { get; init; }

    /// <summary>How pods that run already are brought to new images.</summary>
    [JsonPropertyName("updateStrategy")]
    public SidecarSetUpdateStrategy UpdateStrategy { get; init => field = value ?? new SidecarSetUpdateStrategy(); } = new();
}

/// <summary>How running pods are brought to the images of a <see cref="SidecarSet"/>. Pods made later have them from the start, whatever it says.</summary>
public sealed record SidecarSetUpdateStrategy : OpenRecord
{
    /// <summary>Running pods are brought to new images.</summary>
    public const string RollingUpdate = "RollingUpdate";

    /// <summary>Running pods stay as they are.</summary>
    public const string NotUpdate = "NotUpdate";

    /// <summary>RollingUpdate when absent.</summary>
    [JsonPropertyName("type")]
    [Schema(Values = [RollingUpdate, NotUpdate])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Whether to stop for now.</summary>
    [JsonPropertyName("paused")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paused { get; init; }

    /// <summary>Which of the set's pods may be updated: a canary; all when absent.</summary>
    [JsonPropertyName("selector")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public V1LabelSelector? Selector { get; init; }

    /// <summary>Pods that keep the old images: a number or a percentage of the pods that match, rounded down; 0 when absent.</summary>
    [JsonPropertyName("partition")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? Partition { get; init; }

    /// <summary>
    /// Updated pods that may be out of service at a time: a number or a percentage of the pods that match, rounded down, so that 10% of 5 pods is none and nothing
    /// is updated; 1 when absent. A pod that is out of service already is updated without counting.
    /// </summary>
    [JsonPropertyName("maxUnavailable")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Labels whose pods are spread over the update; the value <c>*</c> stands for every value that the pods have.</summary>
    [JsonPropertyName("scatterStrategy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UpdateScatterTerm>? ScatterStrategy { get; init; }
}

/// <summary>How far a <see cref="SidecarSet"/> has come. Pods count that are active and were given its containers when they were made.</summary>
public sealed record SidecarSetStatus : OpenRecord
{
    /// <summary>The generation that the counts belong to.</summary>
    [JsonPropertyName("observedGeneration")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods that match and have the containers.</summary>
    [JsonPropertyName("matchedPods")]
    [Schema(Required = true)]
    public int MatchedPods { get; init; }

    /// <summary>Those of them at the set's present containers.</summary>
    [JsonPropertyName("updatedPods")]
    [Schema(Required = true)]
    public int UpdatedPods { get; init; }

    /// <summary>Those of them that run the images they are meant to and are ready.</summary>
    [JsonPropertyName("readyPods")]
    [Schema(Required = true)]
    public int ReadyPods { get; init; }

    /// <summary>Those of them that are both.</summary>
    [JsonPropertyName("updatedReadyPods")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UpdatedReadyPods { get; init; }
}
