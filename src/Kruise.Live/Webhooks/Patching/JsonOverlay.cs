using System.Text.Json.Nodes;

namespace Kruise.Live.Webhooks.Patching;

/// <summary>
/// Carries a change of typed objects over to the JSON that the first of them was read from. The JSON may hold more than the type knows, and spell things in
/// other ways; only what differs between the two typed objects is touched, all else stays as it was sent, also in elements of lists that change their place.
/// </summary>
internal static class JsonOverlay
{
    /// <summary>The sent JSON with the change in it; the arguments are left alone.</summary>
    /// <param name="sent">The JSON as it came.</param>
    /// <param name="before">The typed object that was read from it, as JSON.</param>
    /// <param name="after">The typed object after the change, as JSON.</param>
    public static JsonNode? Apply(JsonNode? sent, JsonNode? before, JsonNode? after) => Apply("", sent, before, after);

    private static JsonNode? Apply(string name, JsonNode? sent, JsonNode? before, JsonNode? after) =>
        JsonNode.DeepEquals(before, after) ? sent?.DeepClone()
        : (sent, before, after) switch
        {
            (JsonObject s, JsonObject b, JsonObject a) => ApplyObject(s, b, a),
            (JsonArray s, JsonArray b, JsonArray a) when s.Count == b.Count => ApplyArray(name, s, b, a),
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
                result.Add(name, before.TryGetPropertyValue(name, out JsonNode? had) ? Apply(name, value, had, wanted) : wanted?.DeepClone());
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

    private static JsonArray ApplyArray(string name, JsonArray sent, JsonArray before, JsonArray after)
    {
        int[] places = Places(name, before, after);
        var result = new JsonArray();
        for (int i = 0; i < after.Count; i++)
        {
            int place = places[i];
            result.Add(place >= 0 ? Apply("", sent[place], before[place], after[i]) : after[i]?.DeepClone());
        }

        return result;
    }

    // Where each element was before; -1 for a new one.
    private static int[] Places(string name, JsonArray before, JsonArray after)
    {
        if (ListKeys.Of(name, before) is not { } had || ListKeys.Of(name, after) is not { } wanted)
        {
            return [.. Enumerable.Range(0, after.Count).Select(i => i < before.Count ? i : -1)];
        }

        Dictionary<(string, int), int> places = had.Select((key, i) => (key, i)).ToDictionary(pair => pair.key, pair => pair.i);
        return [.. wanted.Select(key => places.TryGetValue(key, out int place) ? place : -1)];
    }
}
