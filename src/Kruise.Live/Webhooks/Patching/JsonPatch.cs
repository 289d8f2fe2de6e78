using System.Globalization;
using System.Text.Json.Nodes;

namespace Kruise.Live.Webhooks.Patching;

/// <summary>
/// A JSON patch (RFC 6902) from one document to another. It names the deepest members that differ; a list whose elements were moved, or are more or fewer
/// than before, is replaced as a whole.
/// </summary>
internal static class JsonPatch
{
    /// <summary>The operations in an order in which they apply; empty when the documents are equal.</summary>
    public static JsonArray Between(JsonNode? from, JsonNode? to)
    {
        var operations = new JsonArray();
        Compare("", from, to, operations);
        return operations;
    }

    private static void Compare(string path, JsonNode? from, JsonNode? to, JsonArray operations)
    {
        switch (from, to)
        {
            case (JsonObject f, JsonObject t):
                CompareObjects(path, f, t, operations);
                break;
            case (JsonArray f, JsonArray t) when CanPair(f, t):
                for (int i = 0; i < f.Count; i++)
                {
                    Compare($"{path}/{i.ToString(CultureInfo.InvariantCulture)}", f[i], t[i], operations);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(from, to))
                {
                    operations.Add(Operation("replace", path, to));
                }

                break;
        }
    }

    private static void CompareObjects(string path, JsonObject from, JsonObject to, JsonArray operations)
    {
        foreach ((string name, JsonNode? value) in from)
        {
            string member = $"{path}/{Escape(name)}";
            if (to.TryGetPropertyValue(name, out JsonNode? wanted))
            {
                Compare(member, value, wanted, operations);
            }
            else
            {
                operations.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = member });
            }
        }

        foreach ((string name, JsonNode? wanted) in to)
        {
            if (!from.ContainsKey(name))
            {
                operations.Add(Operation("add", $"{path}/{Escape(name)}", wanted));
            }
        }
    }

    // Elements at the same place are compared only when each is still the one it was: objects that changed, but kept their name.
    private static bool CanPair(JsonArray from, JsonArray to)
    {
        if (from.Count != to.Count)
        {
            return false;
        }

        for (int i = 0; i < from.Count; i++)
        {
            bool isSame = from[i] is JsonObject f && to[i] is JsonObject t ? JsonNode.DeepEquals(f["tag"], t["tag"]) : JsonNode.DeepEquals(from[i], to[i]);
            if (!isSame)
            {
                return false;
            }
        }

        return true;
    }

    private static JsonNode Operation(string op, string path, JsonNode? value) =>
        new JsonObject { ["op"] = op, ["path"] = path, ["value"] = value?.DeepClone() };

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
