using System.Text;
using System.Text.Json.Nodes;
using Kruise.Live.Webhooks.Admission;

namespace Kruise.Live.Webhooks.Injection;

/// <summary>
/// Says in a webhook configuration how the API server reaches our paths and whom it trusts there. Only <c>clientConfig</c> of the webhooks with a path of ours
/// is touched; rules, selectors, time-outs, policies and other people's webhooks stay as they were set.
/// </summary>
internal static class ClientConfigEditor
{
    /// <summary>Puts a configuration right, in place.</summary>
    /// <param name="configuration">A MutatingWebhookConfiguration or ValidatingWebhookConfiguration.</param>
    /// <param name="options">How we are reached.</param>
    /// <param name="authoritiesPem">Whom to trust.</param>
    /// <returns>Whether anything differed, and the names of webhooks whose path has no handler.</returns>
    public static (bool Changed, IReadOnlyList<string> WithoutHandler) Apply(JsonObject configuration, WebhookOptions options, string authoritiesPem)
    {
        string bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(authoritiesPem));
        bool changed = false;
        var withoutHandler = new List<string>();
        foreach (JsonObject webhook in (configuration["webhooks"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var current = webhook["clientConfig"] as JsonObject;
            if (PathOf(current) is not { } path || AdmissionPaths.Find(path) is null)
            {
                withoutHandler.Add(Text(webhook["name"]) ?? "(no name)");
                continue;
            }

            JsonObject wanted = Wanted(current!, options, path, bundle);
            if (!JsonNode.DeepEquals(current, wanted))
            {
                webhook["clientConfig"] = wanted;
                changed = true;
            }
        }

        return (changed, withoutHandler);
    }

    /// <summary>The path that a client configuration leads to; null when it names none.</summary>
    public static string? PathOf(JsonObject? clientConfig) =>
        Text((clientConfig?["service"] as JsonObject)?["path"])
        ?? (Uri.TryCreate(Text(clientConfig?["url"]), UriKind.Absolute, out Uri? url) ? url.AbsolutePath : null);

    private static JsonObject Wanted(JsonObject current, WebhookOptions options, string path, string bundle)
    {
        var wanted = (JsonObject)current.DeepClone();
        wanted["caBundle"] = bundle;
        if (options.UrlOf(path) is { } url)
        {
            wanted.Remove("service");
            wanted["url"] = url;
            return wanted;
        }

        wanted.Remove("url");
        if (wanted["service"] is not JsonObject service)
        {
            wanted["service"] = service = [];
        }

        service["namespace"] = options.Namespace;
        service["name"] = options.ServiceName;
        service["path"] = path;
        return wanted;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
