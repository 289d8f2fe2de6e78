using System.Globalization;
using System.Text.Json.Nodes;

namespace Kruise.Live.Webhooks.Patching;

/// <summary>
/// A JSON patch (RFC 6902) from one document to another. It names the deepest members that differ. Elements of a list that have a key of their own
/// (<see cref="ListKeys"/>) are put in and taken out one by one; a list whose elements were moved, or have no key and are more or fewer than before, is replaced as a whole.
/// </summary>
internal static class JsonPatch
{
    /// <summary>The operations in an order in which they apply; empty when the documents are equal.</summary>
    public static JsonArray Between(JsonNode? from, JsonNode? to)
    {
        var operations = new JsonArray();
        Compare("", "", from, to, operations);
        return operations;
    }

    private static void Compare(string path, string name, JsonNode? from, JsonNode? to, JsonArray operations)
    {
        switch (from, to)
        {
            case (JsonObject f, JsonObject t):
                CompareObjects(path, f, t, operations);
                break;
            case (JsonArray f, JsonArray t) when TryCompareKeyed(path, name, f, t, operations):
                break;
            case (JsonArray f, JsonArray t) when ListKeys.Of(name, f) is null && CanPair(f, t):
                for (int i = 0; i < f.Count; i++)
                {
                    Compare(At(path, i), "", f[i], t[i], operations);
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
                Compare(member, name, value, wanted, operations);
            }
            else
            {
                operations.Add(Removal(member));
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

    // What is gone goes first, from the end; then each place is filled or compared in turn, so that places are those of the new list.
    private static bool TryCompareKeyed(string path, string name, JsonArray from, JsonArray to, JsonArray operations)
    {
        if (ListKeys.Of(name, from) is not { } had || ListKeys.Of(name, to) is not { } wanted)
        {
            return false;
        }

        HashSet<(string, int)> before = [.. had], after = [.. wanted];
        if (!had.Where(after.Contains).SequenceEqual(wanted.Where(before.Contains)))
        {
            return false;
        }

        for (int i = had.Length - 1; i >= 0; i--)
        {
            if (!after.Contains(had[i]))
            {
                operations.Add(Removal(At(path, i)));
            }
        }

        Dictionary<(string, int), int> places = had.Select((key, i) => (key, i)).ToDictionary(pair => pair.key, pair => pair.i);
        for (int i = 0; i < wanted.Length; i++)
        {
            if (places.TryGetValue(wanted[i], out int place))
            {
                Compare(At(path, i), "", from[place], to[i], operations);
            }
            else
            {
                operations.Add(Operation("add", At(path, i), to[i]));
            }
        }

        return true;
    }

    // Elements at the same place are compared where there are as many as before, and those that are no objects are the same.
    private static bool CanPair(JsonArray from, JsonArray to)
    {
        if (from.Count != to.Count)
        {
            return false;
        }

        for (int i = 0; i < from.Count; i++)
        {
            if (!(from[i] is JsonObject && to[i] is JsonObject) && !JsonNode.DeepEquals(from[i], to[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string At(string path, int place) => $"{path}/{place.ToString(CultureInfo.InvariantCulture)}";

    private static JsonNode Removal(string path) => new JsonObject { ["op"] = "remove", ["path"] = path };

    private static JsonNode Operation(string op, string path, JsonNode? value) =>
        new JsonObject { ["op"] = op, ["path"] = path, ["value"] = value?.DeepClone() };

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
