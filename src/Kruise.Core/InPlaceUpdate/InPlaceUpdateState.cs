using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>The annotation that says what an in-place update changed: by it the update's end is recognised. Field names are upstream's.</summary>
internal sealed record InPlaceUpdateState
{
    /// <summary>The revision that the pod comes to.</summary>
    [JsonPropertyName("revision")]
    public string Revision { get; init => field = value ?? ""; } = "";

    /// <summary>When the update began, in whole seconds.</summary>
    [JsonPropertyName("updateTimestamp")]
    public DateTime? UpdateTimestamp { get; init; }

    /// <summary>What the containers that change were running before, by name.</summary>
    [JsonPropertyName("lastContainerStatuses")]
    public IReadOnlyDictionary<string, InPlaceUpdateContainer> LastContainerStatuses { get; init => field = value ?? Nothing; } = Nothing;

    private static Dictionary<string, InPlaceUpdateContainer> Nothing { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the pod has the annotation, under its present or its old key; <paramref name="state"/> is null when it cannot be read.</summary>
    public static bool TryGet(V1Pod pod, out InPlaceUpdateState? state)
    {
        string? json = PodState.Annotation(pod, WorkloadKeys.InPlaceUpdateState, WorkloadKeys.InPlaceUpdateStateOld);
        try
        {
            state = json is null ? null : JsonSerializer.Deserialize(json, CoreJson.Default.InPlaceUpdateState);
        }
        catch (JsonException)
        {
            state = null;
        }

        return json is not null;
    }

    /// <summary>The annotation's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CoreJson.Default.InPlaceUpdateState);
}

/// <summary>What a container ran before an update.</summary>
internal sealed record InPlaceUpdateContainer
{
    /// <summary>The id of its image, as the kubelet reported it.</summary>
    [JsonPropertyName("imageID")]
    public string ImageId { get; init => field = value ?? ""; } = "";
}
