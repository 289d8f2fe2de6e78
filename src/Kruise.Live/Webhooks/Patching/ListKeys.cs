using System.Text.Json.Nodes;

namespace Kruise.Live.Webhooks.Patching;

/// <summary>
/// What tells the elements of a list apart, so that an element is found again when others come before it: the fields by which Kubernetes merges its lists, and the
/// tags of NodeImages.
/// </summary>
internal static class ListKeys
{
    private static readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal)
    {
        ["containers"] = "name",
        ["env"] = "name",
        ["ephemeralContainers"] = "name",
        ["initContainers"] = "name",
        ["tags"] = "tag",
        ["volumeDevices"] = "devicePath",
        ["volumeMounts"] = "mountPath",
        ["volumes"] = "name",
    };

    /// <summary>
    /// The key of each element, no two alike: its field, and which of the elements with that value it is. Null for a list whose elements are told apart by their place alone.
    /// </summary>
    /// <param name="listName">The member that holds the list.</param>
    /// <param name="list">The list.</param>
    public static (string Value, int Occurrence)[]? Of(string listName, JsonArray list)
    {
        if (!_fields.TryGetValue(listName, out string? field))
        {
            return null;
        }

        var keys = new (string Value, int Occurrence)[list.Count];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < keys.Length; i++)
        {
            if (list[i] is not JsonObject element)
            {
                return null;
            }

            // An element without the field is one of those without it.
            string value = element[field] is JsonValue text && text.TryGetValue(out string? name) ? "=" + name : "";
            seen[value] = seen.GetValueOrDefault(value) + 1;
            keys[i] = (value, seen[value]);
        }

        return keys;
    }
}
