using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Core.Features;
using Kruise.Live.Webhooks.Admission;

namespace Kruise.Live.Webhooks.Injection;

/// <summary>
/// Takes webhooks out of a configuration whose step the gates take away: nobody would answer, and what the webhook is for would be refused or wait for its time-out.
/// They are kept in an annotation, as they were set, and put back when the step is served again: a replica of before a gate was changed may still be running then.
/// </summary>
internal static class UnservedWebhooks
{
    /// <summary>The annotation: a JSON list of webhooks.</summary>
    public const string Annotation = "kruise.io/webhooks-not-served";

    /// <summary>Puts a configuration right, in place; whether anything differed.</summary>
    public static bool Apply(JsonObject configuration, FeatureGates gates)
    {
        var webhooks = configuration["webhooks"] as JsonArray ?? [];
        JsonArray kept = Kept(configuration), stay = [], go = [];
        foreach (JsonNode? webhook in webhooks)
        {
            (IsUnserved(webhook, gates) ? go : stay).Add(webhook?.DeepClone());
        }

        bool returns = false;
        foreach (JsonNode? webhook in kept)
        {
            string? name = NameOf(webhook);
            if (IsUnserved(webhook, gates))
            {
                if (!go.Any(other => NameOf(other) == name))
                {
                    go.Add(webhook?.DeepClone());
                }
            }
            else if (!stay.Any(other => NameOf(other) == name))
            {
                stay.Add(webhook?.DeepClone());
                returns = true;
            }
        }

        if (!returns && stay.Count == webhooks.Count && JsonNode.DeepEquals(go, kept))
        {
            return false;
        }

        configuration["webhooks"] = stay;
        Keep(configuration, go);
        return true;
    }

    private static bool IsUnserved(JsonNode? webhook, FeatureGates gates) =>
        AdmissionPaths.Find(ClientConfigEditor.PathOf((webhook as JsonObject)?["clientConfig"] as JsonObject)) is { } step && !step.IsServed(gates);

    private static string? NameOf(JsonNode? webhook) => (webhook as JsonObject)?["name"] is JsonValue value && value.TryGetValue(out string? name) ? name : null;

    private static JsonArray Kept(JsonObject configuration)
    {
        try
        {
            return (configuration["metadata"] as JsonObject)?["annotations"] is JsonObject annotations
                && annotations[Annotation] is JsonValue value && value.TryGetValue(out string? json) && JsonNode.Parse(json) is JsonArray list
                    ? list
                    : [];
        }
        catch (JsonException)
        {
            // Somebody wrote into it what we did not; it is written anew when there is something to keep.
            return [];
        }
    }

    private static void Keep(JsonObject configuration, JsonArray webhooks)
    {
        if (configuration["metadata"] is not JsonObject metadata)
        {
            configuration["metadata"] = metadata = [];
        }

        if (metadata["annotations"] is not JsonObject annotations)
        {
            metadata["annotations"] = annotations = [];
        }

        annotations.Remove(Annotation);
        if (webhooks.Count > 0)
        {
            annotations[Annotation] = webhooks.ToJsonString();
        }
    }
}
