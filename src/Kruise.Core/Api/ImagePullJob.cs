using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Asks for an image to be pulled on many nodes before anything needs it there.</summary>
public sealed record ImagePullJob : OpenRecord, IKubernetesObject<V1ObjectMeta>, ISpec<ImagePullJobSpec>, IStatus<ImagePullJobStatus>
{
    /// <summary>The kind as manifests write it.</summary>
    public const string KindName = "ImagePullJob";

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
    public ImagePullJobSpec Spec { get; set => field = value ?? new ImagePullJobSpec(); } = new();

    /// <summary>How far it has come.</summary>
    [JsonPropertyName("status")]
    public ImagePullJobStatus Status { get; set => field = value ?? new ImagePullJobStatus(); } = new();
}

/// <summary>What an <see cref="ImagePullJob"/> asks for.</summary>
public sealed record ImagePullJobSpec : OpenRecord
{
    /// <summary>The image reference to warm, for example <c>nginx:1.9.1</c>. Required.</summary>
    [JsonPropertyName("image")]
    [Schema(Required = true, MinLength = 1)]
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>Names of pull secrets in the job's namespace.</summary>
    [JsonPropertyName("pullSecrets")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? PullSecrets { get; init; }

    /// <summary>Which nodes, by name or by label, never both; all of them when absent.</summary>
    [JsonPropertyName("selector")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImagePullJobNodeSelector? Selector { get; init; }

    /// <summary>How many nodes may be worked on at a time: a number or a percentage of the targets, rounded up. 1 when absent; 0 pauses.</summary>
    [JsonPropertyName("parallelism")]
    [Schema(Minimum = 0, Pattern = "^[0-9]{1,10}%?$")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntOrString? Parallelism { get; init; }

    /// <summary>Limits of one node's pull.</summary>
    [JsonPropertyName("pullPolicy")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PullPolicy? PullPolicy { get; init; }

    /// <summary>When the job is finished. Required, but may be empty.</summary>
    [JsonPropertyName("completionPolicy")]
    [Schema(Required = true)]
    public CompletionPolicy CompletionPolicy { get; init => field = value ?? new CompletionPolicy(); } = new();

    /// <inheritdoc/>
    public bool Equals(ImagePullJobSpec? other) =>
        other is not null
        && Image == other.Image
        && ValueEquality.Same(PullSecrets, other.PullSecrets)
        && Equals(Selector, other.Selector)
        && Parallelism?.ToString() == other.Parallelism?.ToString()
        && Equals(PullPolicy, other.PullPolicy)
        && Equals(CompletionPolicy, other.CompletionPolicy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Image, PullPolicy, CompletionPolicy);
}

/// <summary>Selects nodes by name or by label; never both.</summary>
public sealed record ImagePullJobNodeSelector : OpenRecord
{
    /// <summary>Node names. Present but empty selects nothing. A name that occurs twice counts once.</summary>
    [JsonPropertyName("names")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Labels that the node must carry.</summary>
    [JsonPropertyName("matchLabels")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Requirements on the node's labels.</summary>
    [JsonPropertyName("matchExpressions")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<V1LabelSelectorRequirement>? MatchExpressions { get; init; }

    /// <inheritdoc/>
    public bool Equals(ImagePullJobNodeSelector? other) =>
        other is not null
        && ValueEquality.Same(Names, other.Names)
        && ValueEquality.Same(MatchLabels, other.MatchLabels)
        && ValueEquality.Same(MatchExpressions, other.MatchExpressions, ValueEquality.Same);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Names?.Count, MatchLabels?.Count, MatchExpressions?.Count);
}

/// <summary>Limits of one node's pull.</summary>
public sealed record PullPolicy : OpenRecord
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
}

/// <summary>When a job is finished.</summary>
public sealed record CompletionPolicy : OpenRecord
{
    /// <summary>The job finishes when every target node has.</summary>
    public const string Always = "Always";

    /// <summary>The job goes on for nodes still to come.</summary>
    public const string Never = "Never";

    /// <summary><see cref="Always"/> (also when absent) or <see cref="Never"/>.</summary>
    [JsonPropertyName("type")]
    [Schema(Values = [Always, Never])]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Limit of the whole job, seconds; only with <see cref="Always"/>.</summary>
    [JsonPropertyName("activeDeadlineSeconds")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ActiveDeadlineSeconds { get; init; }

    /// <summary>How long a finished job stays before it is deleted, seconds; only with <see cref="Always"/>.</summary>
    [JsonPropertyName("ttlSecondsAfterFinished")]
    [Schema(Minimum = 0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TtlSecondsAfterFinished { get; init; }
}

/// <summary>How far an <see cref="ImagePullJob"/> has come.</summary>
public sealed record ImagePullJobStatus : OpenRecord
{
    /// <summary>When a controller first worked on the job.</summary>
    [JsonPropertyName("startTime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? StartTime { get; init; }

    /// <summary>When the job finished, by completion or by its deadline.</summary>
    [JsonPropertyName("completionTime")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? CompletionTime { get; init; }

    /// <summary>Target nodes.</summary>
    [JsonPropertyName("desired")]
    [Schema(Required = true, Minimum = 0)]
    public int Desired { get; init; }

    /// <summary>Nodes being worked on.</summary>
    [JsonPropertyName("active")]
    [Schema(Required = true, Minimum = 0)]
    public int Active { get; init; }

    /// <summary>Nodes that have the image.</summary>
    [JsonPropertyName("succeeded")]
    [Schema(Required = true, Minimum = 0)]
    public int Succeeded { get; init; }

    /// <summary>Nodes that gave up.</summary>
    [JsonPropertyName("failed")]
    [Schema(Required = true, Minimum = 0)]
    public int Failed { get; init; }

    /// <summary>A summary for people.</summary>
    [JsonPropertyName("message")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    /// <summary>Names of the nodes that gave up, sorted.</summary>
    [JsonPropertyName("failedNodes")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FailedNodes { get; init; }

    /// <inheritdoc/>
    public bool Equals(ImagePullJobStatus? other) =>
        other is not null
        && StartTime == other.StartTime
        && CompletionTime == other.CompletionTime
        && Desired == other.Desired
        && Active == other.Active
        && Succeeded == other.Succeeded
        && Failed == other.Failed
        && Message == other.Message
        && ValueEquality.Same(FailedNodes, other.FailedNodes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StartTime, CompletionTime, Desired, Active, Succeeded, Failed);
}
