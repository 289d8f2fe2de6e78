using System.Text.Json;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Cluster;

namespace Kruise.Live.Recording;

/// <summary>What daemons' events say of the ends of pulls; nothing else in a cluster says how many attempts there were.</summary>
internal sealed class PullEventLog
{
    // Events about objects without a namespace are kept in this one.
    private const string Path = "api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3D" + NodeImage.KindName + "&";

    private readonly ILookup<string, (DateTime At, PullEventFacts Facts)> _byNode;

    private PullEventLog(IEnumerable<(string Node, DateTime At, PullEventFacts Facts)> events) =>
        _byNode = events.ToLookup(said => said.Node, said => (said.At, said.Facts), StringComparer.Ordinal);

    public static async Task<PullEventLog> ReadAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var events = new List<(string, DateTime, PullEventFacts)>();
        await foreach (JsonElement item in ListPages.ItemsAsync(client, Path, cancellationToken))
        {
            if (Text(item, "message") is { } message
                && PullEvents.TryRead(message, out PullEventFacts? facts)
                && item.TryGetProperty("involvedObject", out JsonElement about)
                && Text(about, "name") is { } node
                && Time(item) is { } at)
            {
                events.Add((node, at, facts));
            }
        }

        return new PullEventLog(events);
    }

    /// <summary>The event of a pull: the first about this image that is not older than its end. Both times are the node's own.</summary>
    public PullEventFacts? Find(string node, string reference, DateTime completionTime) =>
        _byNode[node].Where(said => said.Facts.Reference == reference && said.At >= completionTime).OrderBy(said => said.At).FirstOrDefault().Facts;

    private static DateTime? Time(JsonElement item) =>
        item.TryGetProperty("lastTimestamp", out JsonElement last) && last.ValueKind == JsonValueKind.String ? last.GetDateTime()
        : item.TryGetProperty("eventTime", out JsonElement at) && at.ValueKind == JsonValueKind.String ? at.GetDateTime()
        : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
