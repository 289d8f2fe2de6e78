using System.Text.Json.Serialization;
using k8s.Models;

namespace Kruise.Live.Cluster.Events;

/// <summary>An event as the API server takes it: core/v1, which <c>kubectl describe</c> and <c>kubectl get events</c> show.</summary>
internal sealed record EventObject
{
    // Instance properties, so that they are written.
    public string ApiVersion { get; } = "v1";

    public string Kind { get; } = "Event";

    public required EventMetadata Metadata { get; init; }

    public required V1ObjectReference InvolvedObject { get; init; }

    /// <summary>Normal or Warning.</summary>
    public required string Type { get; init; }

    /// <summary>One word in upper camel case, for programs.</summary>
    public required string Reason { get; init; }

    public required string Message { get; init; }

    public required EventSourceName Source { get; init; }

    /// <summary>UTC, whole seconds: more is not stored.</summary>
    public required DateTime FirstTimestamp { get; init; }

    /// <inheritdoc cref="FirstTimestamp"/>
    public required DateTime LastTimestamp { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>The source's component again, where newer readers look for it.</summary>
    public string ReportingComponent => Source.Component;

    /// <summary>The source's host again, where newer readers look for it.</summary>
    public string ReportingInstance => Source.Host ?? "";
}

internal sealed record EventMetadata(string Name, string Namespace);

/// <summary>Who reports.</summary>
/// <param name="Component">For example <c>nodeimage-controller</c> or <c>imagepuller</c>.</param>
/// <param name="Host">The node, for daemons; null otherwise.</param>
internal sealed record EventSourceName(string Component, string? Host);

/// <summary>What changes in an event that happens again.</summary>
internal sealed record EventPatch(int Count, DateTime LastTimestamp, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventObject))]
[JsonSerializable(typeof(EventPatch))]
internal sealed partial class EventJson : JsonSerializerContext;
