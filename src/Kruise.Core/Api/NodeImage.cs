using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>The images wanted on one node and what became of them. Cluster-scoped, named like its node.</summary>
public sealed record NodeImage : OpenRecord, IKubernetesObject<V1ObjectMeta>, ISpec<NodeImageSpec>, IStatus<NodeImageStatus>
{
    /// <summary>The kind as manifests write it.</summary>
    public const string KindName = "NodeImage";

    /// <summary>A label whose presence keeps a NodeImage that has no node.</summary>
    public const string FakeLabel = "apps.kruise.io/fake-nodeimage";

    /// <inheritdoc/>
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = KruiseGroup.V1Alpha1;

    /// <inheritdoc/>
    [JsonPropertyName("kind")]
    public string Kind { get; set; } = KindName;

    /// <inheritdoc/>
    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();

    /// <summary>What is wanted.</summary>
    [JsonPropertyName("spec")]
    public NodeImageSpec Spec { get; set => field = value ?? new NodeImageSpec(); } = new();

    /// <summary>What the node's daemon reported.</summary>
    [JsonPropertyName("status")]
    public NodeImageStatus Status { get; set => field = value ?? new NodeImageStatus(); } = new();
}

/// <summary>The images wanted on a node.</summary>
public sealed record NodeImageSpec : OpenRecord
{
    /// <summary>By familiar image name (<c>nginx</c>, <c>reg.example/team/app</c>); at most 256.</summary>
    [JsonPropertyName("images")]
    [Schema(MaxCount = NodeImageValidation.MaxImages)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, ImageSpec>? Images { get; init; }

    /// <inheritdoc/>
    public bool Equals(NodeImageSpec? other) => other is not null && ValueEquality.Same(Images, other.Images);

    /// <inheritdoc/>
    public override int GetHashCode() => Images?.Count ?? 0;
}

/// <summary>One image and the tags wanted of it.</summary>
public sealed record ImageSpec : OpenRecord
{
    /// <summary>Secrets to try.</summary>
    [JsonPropertyName("pullSecrets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReferenceObject>? PullSecrets { get; init; }

    /// <summary>Tags wanted, sorted by tag.</summary>
    [JsonPropertyName("tags")]
    [Schema(Required = true)]
    public IReadOnlyList<ImageTagSpec> Tags { get; init => field = value ?? []; } = [];

    /// <inheritdoc/>
    public bool Equals(ImageSpec? other) =>
        other is not null && ValueEquality.Same(PullSecrets, other.PullSecrets) && ValueEquality.Same(Tags, other.Tags);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PullSecrets?.Count, Tags.Count);
}

/// <summary>A namespaced name.</summary>
public sealed record ReferenceObject : OpenRecord
{
    /// <summary>The namespace.</summary>
    [JsonPropertyName("namespace")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Namespace { get; init; }

    /// <summary>The name.</summary>
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>One tag wanted on a node.</summary>
public sealed record ImageTagSpec : OpenRecord
{
    /// <summary>A tag, or a digest (<c>sha256:...</c>).</summary>
    [JsonPropertyName("tag")]
    [Schema(Required = true, MinLength = 1)]
    public string Tag { get; init => field = value ?? ""; } = "";

    /// <summary>When the tag was last asked for: the start of the response and deadline clocks.</summary>
    [JsonPropertyName("createdAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? CreatedAt { get; init; }

    /// <summary>Limits of the pull.</summary>
    [JsonPropertyName("pullPolicy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageTagPullPolicy? PullPolicy { get; init; }

    /// <summary>The jobs that want the tag.</summary>
    [JsonPropertyName("ownerReferences")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<V1ObjectReference>? OwnerReferences { get; init; }

    /// <summary>Raised by one to have the tag pulled again.</summary>
    [JsonPropertyName("version")]
    [Schema(Minimum = 0)]
    public long Version { get; init; }

    /// <inheritdoc/>
    public bool Equals(ImageTagSpec? other) =>
        other is not null
        && Tag == other.Tag
        && CreatedAt == other.CreatedAt
        && Equals(PullPolicy, other.PullPolicy)
        && ValueEquality.Same(OwnerReferences, other.OwnerReferences)
        && Version == other.Version;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tag, CreatedAt, Version);
}

/// <summary>Limits of the pull of one tag.</summary>
public sealed record ImageTagPullPolicy : OpenRecord
{
    /// <summary>Limit of one attempt, seconds; 600 when absent.</summary>
    [JsonPropertyName("timeoutSeconds")]
    [Schema(Minimum = 1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>Attempts after the first; 3 when absent.</summary>
    [JsonPropertyName("backoffLimit")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BackoffLimit { get; init; }

    /// <summary>How long after completion the tag is dropped, seconds.</summary>
    [JsonPropertyName("ttlSecondsAfterFinished")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary>Overall limit, seconds.</summary>
    [JsonPropertyName("activeDeadlineSeconds")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ActiveDeadlineSeconds { get; init; }
}

/// <summary>What became of the images wanted on a node.</summary>
public sealed record NodeImageStatus : OpenRecord
{
    /// <summary>Tags wanted.</summary>
    [JsonPropertyName("desired")]
    [Schema(Required = true, Minimum = 0)]
    public int Desired { get; init; }

    /// <summary>Tags present.</summary>
    [JsonPropertyName("succeeded")]
    [Schema(Required = true, Minimum = 0)]
    public int Succeeded { get; init; }

    /// <summary>Tags given up.</summary>
    [JsonPropertyName("failed")]
    [Schema(Required = true, Minimum = 0)]
    public int Failed { get; init; }

    /// <summary>Tags being pulled or waiting for it.</summary>
    [JsonPropertyName("pulling")]
    [Schema(Required = true, Minimum = 0)]
    public int Pulling { get; init; }

    /// <summary>By familiar image name.</summary>
    [JsonPropertyName("imageStatuses")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, ImageStatus>? ImageStatuses { get; init; }

    /// <summary>The daemon's first report after its start.</summary>
    [JsonPropertyName("firstSyncStatus")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SyncStatus? FirstSyncStatus { get; init; }

    /// <inheritdoc/>
    public bool Equals(NodeImageStatus? other) =>
        other is not null
        && Desired == other.Desired
        && Succeeded == other.Succeeded
        && Failed == other.Failed
        && Pulling == other.Pulling
        && ValueEquality.Same(ImageStatuses, other.ImageStatuses)
        && Equals(FirstSyncStatus, other.FirstSyncStatus);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Desired, Succeeded, Failed, Pulling);
}

/// <summary>The tags of one image.</summary>
public sealed record ImageStatus : OpenRecord
{
    /// <summary>Sorted by tag.</summary>
    [JsonPropertyName("tags")]
    public IReadOnlyList<ImageTagStatus> Tags { get; init => field = value ?? []; } = [];

    /// <inheritdoc/>
    public bool Equals(ImageStatus? other) => other is not null && ValueEquality.Same(Tags, other.Tags);

    /// <inheritdoc/>
    public override int GetHashCode() => Tags.Count;
}

/// <summary>What became of one tag.</summary>
public sealed record ImageTagStatus : OpenRecord
{
    /// <summary>A tag, or a digest.</summary>
    [JsonPropertyName("tag")]
    [Schema(Required = true, MinLength = 1)]
    public string Tag { get; init => field = value ?? ""; } = "";

    /// <summary>Waiting, Pulling, Succeeded or Failed.</summary>
    [JsonPropertyName("phase")]
    [Schema(Required = true, Values = [ImagePullPhase.Waiting, ImagePullPhase.Pulling, ImagePullPhase.Succeeded, ImagePullPhase.Failed])]
    public string Phase { get; init => field = value ?? ImagePullPhase.Waiting; } = ImagePullPhase.Waiting;

    /// <summary>Percent, 0 to 100.</summary>
    [JsonPropertyName("progress")]
    [Schema(Minimum = 0, Maximum = 100)]
    public int Progress { get; init; }

    /// <summary>When the pull began, by the node's clock.</summary>
    [JsonPropertyName("startTime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? StartTime { get; init; }

    /// <summary>When it ended, by the node's clock (by the manager's for a failure that the manager declares).</summary>
    [JsonPropertyName("completionTime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? CompletionTime { get; init; }

    /// <summary>The version of the spec that this reports on.</summary>
    [JsonPropertyName("version")]
    [Schema(Minimum = 0)]
    public long Version { get; init; }

    /// <summary><c>name@id</c> as the runtime knows the image.</summary>
    [JsonPropertyName("imageID")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ImageId { get; init; }

    /// <summary>The last error.</summary>
    [JsonPropertyName("message")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }
}

/// <summary>The phases of a tag on a node.</summary>
public static class ImagePullPhase
{
    /// <summary>Accepted, but the node has no free place to pull.</summary>
    public const string Waiting = "Waiting";

    /// <summary>Being pulled.</summary>
    public const string Pulling = "Pulling";

    /// <summary>Present.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>Given up.</summary>
    public const string Failed = "Failed";
}

/// <summary>The result of a daemon's first report.</summary>
public sealed record SyncStatus : OpenRecord
{
    /// <summary>When.</summary>
    [JsonPropertyName("syncAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? SyncAt { get; init; }

    /// <summary>A single word.</summary>
    [JsonPropertyName("status")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>A summary for people.</summary>
    [JsonPropertyName("message")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }
}
