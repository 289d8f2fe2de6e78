using System.Text.Json.Serialization;

namespace Kruise.Core.Api;

/// <summary>Moments at which a pod waits until others have let go of it.</summary>
public sealed record Lifecycle : OpenRecord
{
    /// <summary>Before a pod is deleted.</summary>
    [JsonPropertyName("preDelete")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LifecycleHook? PreDelete { get; init; }

    /// <summary>Before and after a pod is updated in place.</summary>
    [JsonPropertyName("inPlaceUpdate")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LifecycleHook? InPlaceUpdate { get; init; }
}

/// <summary>The labels and finalizers by which others hold a pod. Controllers only look at them; whoever hooks sets and removes them.</summary>
public sealed record LifecycleHook : OpenRecord
{
    /// <summary>Labels, with the values that hold.</summary>
    [JsonPropertyName("labelsHandler")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IDictionary<string, string>? LabelsHandler { get; init; }

    /// <summary>Finalizers that hold.</summary>
    [JsonPropertyName("finalizersHandler")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? FinalizersHandler { get; init; }

    /// <inheritdoc/>
    public bool Equals(LifecycleHook? other) =>
        other is not null
        && Equals(Unknown, other.Unknown)
        && ValueEquality.Same(LabelsHandler, other.LabelsHandler)
        && ValueEquality.Same(FinalizersHandler, other.FinalizersHandler);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(LabelsHandler?.Count, FinalizersHandler?.Count);
}
