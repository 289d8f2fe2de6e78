using System.Text.Json.Serialization;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Which pods are updated first: by weight or by order, never both.</summary>
public sealed record UpdatePriorityStrategy : OpenRecord
{
    /// <summary>A pod's weight is the sum of the terms that match it; the heavier go first.</summary>
    [JsonPropertyName("weightPriority")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UpdatePriorityWeightTerm>? WeightPriority { get; init; }

    /// <summary>A pod's level is the first key that it carries; pods that carry none go first, then level by level.</summary>
    [JsonPropertyName("orderPriority")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UpdatePriorityOrderTerm>? OrderPriority { get; init; }

    /// <inheritdoc/>
    public bool Equals(UpdatePriorityStrategy? other) =>
        other is not null
        && Equals(Unknown, other.Unknown)
        && ValueEquality.Same(WeightPriority, other.WeightPriority)
        && ValueEquality.Same(OrderPriority, other.OrderPriority);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(WeightPriority?.Count, OrderPriority?.Count);
}

/// <summary>What the pods that a selector matches weigh.</summary>
public sealed record UpdatePriorityWeightTerm : OpenRecord
{
    /// <summary>What is added to the weight of a matching pod.</summary>
    [JsonPropertyName("weight")]
    [Schema(Required = true, Minimum = 0, Maximum = 100)]
    public int Weight { get; init; }

    /// <summary>Which pods.</summary>
    [JsonPropertyName("matchSelector")]
    [Schema(Required = true)]
    public V1LabelSelector MatchSelector { get; init => field = value ?? new V1LabelSelector(); } = new();

    /// <inheritdoc/>
    public bool Equals(UpdatePriorityWeightTerm? other) =>
        other is not null
        && Equals(Unknown, other.Unknown)
        && Weight == other.Weight
        && ValueEquality.Same(MatchSelector, other.MatchSelector);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Weight, MatchSelector.MatchLabels?.Count, MatchSelector.MatchExpressions?.Count);
}

/// <summary>A label whose value ends in a number: the larger number goes first.</summary>
public sealed record UpdatePriorityOrderTerm : OpenRecord
{
    /// <summary>The label's key.</summary>
    [JsonPropertyName("orderedKey")]
    [Schema(Required = true, MinLength = 1)]
    public string OrderedKey { get; init => field = value ?? ""; } = "";
}
