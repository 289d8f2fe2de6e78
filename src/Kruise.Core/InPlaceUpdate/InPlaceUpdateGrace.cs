using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>
/// The annotation of an update that waits for the end of its grace. It holds the whole change, so that the update can be finished when the revision
/// is gone. Field names are upstream's.
/// </summary>
internal sealed record InPlaceUpdateGrace
{
    /// <summary>The revision that the pod comes to.</summary>
    [JsonPropertyName("revision")]
    public string? Revision { get; init; }

    /// <summary>New images by container.</summary>
    [JsonPropertyName("containerImages")]
    public IReadOnlyDictionary<string, string>? ContainerImages { get; init; }

    /// <summary>A strategic merge patch of the pod's metadata.</summary>
    [JsonPropertyName("metaDataPatch")]
    public byte[]? MetadataPatch { get; init; }

    /// <summary>How long the update waits.</summary>
    [JsonPropertyName("graceSeconds")]
    public int GraceSeconds { get; init; }

    /// <summary>The annotation's text under its present or its old key; null when the pod has none.</summary>
    public static string? Text(V1Pod pod) =>
        PodState.Annotation(pod, WorkloadKeys.InPlaceUpdateGrace, WorkloadKeys.InPlaceUpdateGraceOld) is { Length: > 0 } text ? text : null;

    /// <summary>The change that waits; null when the text cannot be read.</summary>
    public static InPlaceUpdateSpec? Read(string text)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, CoreJson.Default.InPlaceUpdateGrace) is not { } grace)
            {
                return null;
            }

            return new InPlaceUpdateSpec(
                grace.Revision ?? "",
                grace.ContainerImages ?? new Dictionary<string, string>(StringComparer.Ordinal),
                grace.MetadataPatch is { } patch ? MetadataChange.FromPatch(patch) : null,
                grace.GraceSeconds);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The annotation's text for a change.</summary>
    public static string Write(InPlaceUpdateSpec spec) => JsonSerializer.Serialize(
        new InPlaceUpdateGrace
        {
            Revision = spec.Revision,
            ContainerImages = spec.ContainerImages.Count == 0
                ? null
                : new SortedDictionary<string, string>(spec.ContainerImages.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            MetadataPatch = spec.Metadata?.ToPatch(),
            GraceSeconds = spec.GraceSeconds,
        },
        CoreJson.Default.InPlaceUpdateGrace);
}
