using System.Text.Json.Nodes;

namespace Kruise.Live.Webhooks.Patching;

/// <summary>
/// Carries a change of typed objects over to the JSON that the first of them was read from. The JSON may hold more than the type knows, and spell things in
/// other ways; only what differs between the two typed objects is touched, all else stays as it was sent.
/// </summary>
internal static class JsonOverlay
{
    /// <summary>What identifies an element of a list: the lists that defaulting reorders are those of tags.</summary>
    private const string ElementKey = "tag";

    /// <summary>The sent JSON with the change in it; the arguments are left alone.</summary>
    /// <param name="sent">The JSON as it came.</param>
    /// <param name="before">The typed object that was read from it, as JSON.</param>
    /// <param name="after">The typed object after the change, as JSON.</param>
    public static JsonNode? Apply(JsonNode? sent, JsonNode? before, JsonNode? after) =>
        JsonNode.DeepEquals(before, after) ? sent?.DeepClone()
        : (sent, before, after) switch
        {
            (JsonObject s, JsonObject b, JsonObject a) => ApplyObject(s, b, a),
            (JsonArray s, JsonArray b, JsonArray a) when s.Count == b.Count => ApplyArray(s, b, a),
            _ => after?.DeepClone(),
        };

    private static JsonObject ApplyObject(JsonObject sent, JsonObject before, JsonObject after)
    {
        var result = new JsonObject();
        foreach ((string name, JsonNode? value) in sent)
        {
            if (after.TryGetPropertyValue(name, out JsonNode? wanted))
            {
                // A null that was sent counts as absent: the typed object does not have it.
                result.Add(name, before.TryGetPropertyValue(name, out JsonNode? had) ? Apply(value, had, wanted) : wanted?.DeepClone());
            }
            else if (!before.ContainsKey(name))
            {
                result.Add(name, value?.DeepClone());
            }
        }

        foreach ((string name, JsonNode? wanted) in after)
        {
            if (!sent.ContainsKey(name) && !(before.TryGetPropertyValue(name, out JsonNode? had) && JsonNode.DeepEquals(had, wanted)))
            {
                result.Add(name, wanted?.DeepClone());
            }
        }

        return result;
    }

    private static JsonArray ApplyArray(JsonArray sent, JsonArray before, JsonArray after)
    {
        // Elements keep their order among equals, so the first of a name stays the first.
        var places = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (int i = 0; i < before.Count; i++)
        {
            string key = KeyOf(before[i], i);
            if (!places.TryGetValue(key, out Queue<int>? queue))
            {
                places.Add(key, queue = []);
            }

            queue.Enqueue(i);
        }

        var result = new JsonArray();
        for (int i = 0; i < after.Count; i++)
        {
            bool isKnown = places.TryGetValue(KeyOf(after[i], i), out Queue<int>? queue) && queue.Count > 0;
            int place = isKnown ? queue!.Dequeue() : -1;
            result.Add(isKnown ? Apply(sent[place], before[place], after[i]) : after[i]?.DeepClone());
        }

        return result;
    }

    private static string KeyOf(JsonNode? element, int index) =>
        element is JsonObject obj && obj[ElementKey] is JsonValue value && value.TryGetValue(out string? name) ? "=" + name : "#" + index;
}
