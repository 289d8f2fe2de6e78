using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Keeps a number of pods alike, and brings them to a new template in the order, at the pace and in the manner that it says.</summary>
public sealed record CloneSet : OpenRecord, IKubernetesObject<V1ObjectMeta>, ISpec<CloneSetSpec>, IStatus<CloneSetStatus>
{
    /// <summary>The kind as manifests write it.</summary>
    public const string KindName = "CloneSet";

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
    public CloneSetSpec Spec { get; set => field = value ?? new CloneSetSpec(); } = new();

    /// <summary>How far it has come.</summary>
    [JsonPropertyName("status")]
    public CloneSetStatus Status { get; set => field = value ?? new CloneSetStatus(); } = new();
}

/// <summary>What a <see cref="CloneSet"/> asks for. Kubernetes' own parts in it compare by reference.</summary>
public sealed record CloneSetSpec : OpenRecord
{
    /// <summary>Pods that there should be; 1 when absent.</summary>
    [JsonPropertyName("replicas")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Replicas { get; init; }

    /// <summary>Which pods belong to the set; must match the labels of the template, must not be empty, and cannot be changed.</summary>
    [JsonPropertyName("selector")]
    [Schema(Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public V1LabelSelector? Selector { get; init; }

    /// <summary>What a pod is made from.</summary>
    [JsonPropertyName("template")]
    [Schema(Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public V1PodTemplateSpec? Template { get; init; }

    /// <summary>A claim of each is made for every pod, and mounted as a volume of the claim's name. Cannot be changed.</summary>
    [JsonPropertyName("volumeClaimTemplates")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<V1PersistentVolumeClaim>? VolumeClaimTemplates { get; init; }

    /// <summary>Which pods go first when there are to be fewer.</summary>
    [JsonPropertyName("scaleStrategy")]
    public CloneSetScaleStrategy ScaleStrategy { get; init => field = value ?? new CloneSetScaleStrategy(); } = new();

    /// <summary>How pods are brought to a new template.</summary>
    [JsonPropertyName("updateStrategy")]
    public CloneSetUpdateStrategy UpdateStrategy { get; init => field = value ?? new CloneSetUpdateStrategy(); } = new();

    /// <summary>Revisions kept that no pod uses any more; 10 when absent.</summary>
    [JsonPropertyName("revisionHistoryLimit")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>How long a pod must have been ready before it counts as available, seconds.</summary>
    [JsonPropertyName("minReadySeconds")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MinReadySeconds { get; init; }

    /// <summary>What holds a pod's deletion or update up.</summary>
    [JsonPropertyName("lifecycle")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Lifecycle? Lifecycle { get; init; }
}

/// <summary>Which pods of a <see cref="CloneSet"/> are to go.</summary>
public sealed record CloneSetScaleStrategy : OpenRecord
{
    /// <summary>Names of pods to be deleted; replaced by new ones unless <c>replicas</c> goes down as well. Names that are gone are taken out.</summary>
    [JsonPropertyName("podsToDelete")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? PodsToDelete { get; init; }

    /// <inheritdoc/>
    public bool Equals(CloneSetScaleStrategy? other) =>
        other is not null && Equals(Unknown, other.Unknown) && ValueEquality.Same(PodsToDelete, other.PodsToDelete);

    /// <inheritdoc/>
    public override int GetHashCode() => PodsToDelete?.Count ?? 0;
}

/// <summary>How the pods of a <see cref="CloneSet"/> are brought to a new template.</summary>
public sealed record CloneSetUpdateStrategy : OpenRecord
{
    /// <summary>Old pods are deleted, new ones are made.</summary>
    public const string ReCreate = "ReCreate";

    /// <summary>In place where only images of containers or metadata differ; otherwise as <see cref="ReCreate"/>.</summary>
    public const string InPlaceIfPossible = "InPlaceIfPossible";

    /// <summary>In place; templates that cannot be reached in place are refused.</summary>
    public const string InPlaceOnly = "InPlaceOnly";

    /// <summary>ReCreate when absent.</summary>
    [JsonPropertyName("type")]
    [Schema(Values = [ReCreate, InPlaceIfPossible, InPlaceOnly])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Pods kept at the old template: a number or a percentage of replicas, rounded up; 0 when absent.</summary>
    [JsonPropertyName("partition")]
    [Schema(Minimum = 0, Pattern = "^[0-9]{1,10}%$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? Partition { get; init; }

    /// <summary>
    /// Pods that may be unavailable during an update: a number or a percentage of replicas, rounded up, or down when <see cref="MaxSurge"/> is above zero.
    /// 20% when absent.
    /// </summary>
    [JsonPropertyName("maxUnavailable")]
    [Schema(Minimum = 0, Pattern = "^[0-9]{1,10}%$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Pods above replicas during an update: a number or a percentage of replicas, rounded up; 0 when absent.</summary>
    [JsonPropertyName("maxSurge")]
    [Schema(Minimum = 0, Pattern = "^[0-9]{1,10}%$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? MaxSurge { get; init; }

    /// <summary>Whether no further pod is updated. Scaling goes on, and so do updates that have begun.</summary>
    [JsonPropertyName("paused")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paused { get; init; }

    /// <summary>Which pods are updated first, by weights or by the order of a label.</summary>
    [JsonPropertyName("priorityStrategy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UpdatePriorityStrategy? PriorityStrategy { get; init; }

    /// <summary>Labels whose pods are spread over the whole update.</summary>
    [JsonPropertyName("scatterStrategy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UpdateScatterTerm>? ScatterStrategy { get; init; }

    /// <summary>More about updates in place.</summary>
    [JsonPropertyName("inPlaceUpdateStrategy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InPlaceUpdateStrategy? InPlaceUpdateStrategy { get; init; }

    /// <inheritdoc/>
    public bool Equals(CloneSetUpdateStrategy? other) =>
        other is not null
        && Equals(Unknown, other.Unknown)
        && Type == other.Type
        && Partition?.ToString() == other.Partition?.ToString()
        && MaxUnavailable?.ToString() == other.MaxUnavailable?.ToString()
        && MaxSurge?.ToString() == other.MaxSurge?.ToString()
        && Paused == other.Paused
        && Equals(PriorityStrategy, other.PriorityStrategy)
        && ValueEquality.Same(ScatterStrategy, other.ScatterStrategy)
        && Equals(InPlaceUpdateStrategy, other.InPlaceUpdateStrategy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Paused);
}

/// <summary>How a pod is updated in place.</summary>
public sealed record InPlaceUpdateStrategy : OpenRecord
{
    /// <summary>From the moment a pod is made unready to the change of its images, seconds: time for endpoints to let go of it.</summary>
    [JsonPropertyName("gracePeriodSeconds")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int GracePeriodSeconds { get; init; }
}

/// <summary>How far a <see cref="CloneSet"/> has come.</summary>
public sealed record CloneSetStatus : OpenRecord
{
    /// <summary>The generation of the spec that the rest is about.</summary>
    [JsonPropertyName("observedGeneration")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ObservedGeneration { get; init; }

    /// <summary>Pods that are there and neither ended nor terminating.</summary>
    [JsonPropertyName("replicas")]
    [Schema(Required = true)]
    public int Replicas { get; init; }

    /// <summary>Of these, those that run and are ready.</summary>
    [JsonPropertyName("readyReplicas")]
    [Schema(Required = true)]
    public int ReadyReplicas { get; init; }

    /// <summary>Of these, those that have been ready for at least minReadySeconds.</summary>
    [JsonPropertyName("availableReplicas")]
    [Schema(Required = true)]
    public int AvailableReplicas { get; init; }

    /// <summary>Pods at the update revision.</summary>
    [JsonPropertyName("updatedReplicas")]
    [Schema(Required = true)]
    public int UpdatedReplicas { get; init; }

    /// <summary>Pods at the update revision that run and are ready.</summary>
    [JsonPropertyName("updatedReadyReplicas")]
    [Schema(Required = true)]
    public int UpdatedReadyReplicas { get; init; }

    /// <summary>The ControllerRevision of the template as it is.</summary>
    [JsonPropertyName("updateRevision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UpdateRevision { get; init; }

    /// <summary>The ControllerRevision that all pods had when last they were all alike.</summary>
    [JsonPropertyName("currentRevision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CurrentRevision { get; init; }

    /// <summary>How often the name of a new revision was taken by another.</summary>
    [JsonPropertyName("collisionCount")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? CollisionCount { get; init; }

    /// <summary>What went wrong last: FailedScale, FailedUpdate.</summary>
    [JsonPropertyName("conditions")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CloneSetCondition>? Conditions { get; init; }

    /// <summary>The selector as text, for the scale subresource.</summary>
    [JsonPropertyName("labelSelector")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LabelSelector { get; init; }

    /// <inheritdoc/>
    public bool Equals(CloneSetStatus? other) =>
        other is not null
        && Equals(Unknown, other.Unknown)
        && ObservedGeneration == other.ObservedGeneration
        && Replicas == other.Replicas
        && ReadyReplicas == other.ReadyReplicas
        && AvailableReplicas == other.AvailableReplicas
        && UpdatedReplicas == other.UpdatedReplicas
        && UpdatedReadyReplicas == other.UpdatedReadyReplicas
        && UpdateRevision == other.UpdateRevision
        && CurrentRevision == other.CurrentRevision
        && CollisionCount == other.CollisionCount
        && LabelSelector == other.LabelSelector
        && ValueEquality.Same(Conditions, other.Conditions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ObservedGeneration, Replicas, ReadyReplicas, UpdatedReplicas, UpdateRevision);
}

/// <summary>Something that holds of a <see cref="CloneSet"/> or does not.</summary>
public sealed record CloneSetCondition : OpenRecord
{
    /// <summary>Pods could not be made or deleted.</summary>
    public const string FailedScale = "FailedScale";

    /// <summary>Pods could not be updated.</summary>
    public const string FailedUpdate = "FailedUpdate";

    /// <summary>FailedScale or FailedUpdate.</summary>
    [JsonPropertyName("type")]
    [Schema(Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>True, False or Unknown.</summary>
    [JsonPropertyName("status")]
    [Schema(Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When the status last changed.</summary>
    [JsonPropertyName("lastTransitionTime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? LastTransitionTime { get; init; }

    /// <summary>Why, in a word.</summary>
    [JsonPropertyName("reason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Why, for people.</summary>
    [JsonPropertyName("message")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }
}
