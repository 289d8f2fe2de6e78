using System.Text.Json.Serialization;

namespace Kruise.Core.Api;

/// <summary>A label whose pods are spread over the course of an update, instead of being updated one after the other.</summary>
public sealed record UpdateScatterTerm : OpenRecord
{
    /// <summary>The label's key.</summary>
    [JsonPropertyName("key")]
    [Schema(Required = true, MinLength = 1)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The label's value.</summary>
    [JsonPropertyName("value")]
    [Schema(Required = true)]
    public string Value { get; init => field = value ?? ""; } = "";
}
