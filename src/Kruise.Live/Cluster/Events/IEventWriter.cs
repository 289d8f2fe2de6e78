using System.Text.Json;

namespace Kruise.Live.Cluster.Events;

/// <summary>Writes events, each with one request; failures are thrown.</summary>
internal interface IEventWriter
{
    Task CreateAsync(EventObject e, CancellationToken cancellationToken);

    /// <summary>Brings count, time and message of the event of this name up to date.</summary>
    Task PatchAsync(EventObject e, CancellationToken cancellationToken);
}

/// <summary>Writes events to the API server.</summary>
/// <param name="client">A client with a limit of its own, so that events do not hold up the controllers.</param>
internal sealed class ApiEventWriter(ApiClient client) : IEventWriter
{
    public Task CreateAsync(EventObject e, CancellationToken cancellationToken) => client.SendJsonAsync(
        HttpMethod.Post, PathOf(e.Metadata.Namespace), JsonSerializer.SerializeToNode(e, EventJson.Default.EventObject)!, cancellationToken);

    public Task PatchAsync(EventObject e, CancellationToken cancellationToken) => client.SendJsonAsync(
        HttpMethod.Patch,
        PathOf(e.Metadata.Namespace) + "/" + Uri.EscapeDataString(e.Metadata.Name),
        JsonSerializer.SerializeToNode(new EventPatch(e.Count, e.LastTimestamp, e.Message), EventJson.Default.EventPatch)!,
        cancellationToken,
        "application/merge-patch+json");

    private static string PathOf(string @namespace) => $"api/v1/namespaces/{Uri.EscapeDataString(@namespace)}/events";
}
