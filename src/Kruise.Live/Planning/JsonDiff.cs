using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kruise.Live.Planning;

/// <summary>
/// The differences between two objects, the largest subtree that was added or removed as one. Entries of lists are matched by what names them (their tag, uid
/// or name), so that an insertion is an insertion and not a change of everything behind it.
/// </summary>
internal static class JsonDiff
{
    private static readonly string[] _names = ["tag", "uid", "name"];

    public static IReadOnlyList<JsonChange> Of(JsonObject before, JsonObject after)
    {
        var changes = new List<JsonChange>();
        Compare("", before, after, changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<JsonChange> changes)
    {
        switch (before, after)
        {
            case (JsonObject left, JsonObject right):
                foreach (string name in left.Select(field => field.Key).Union(right.Select(field => field.Key), StringComparer.Ordinal))
                {
                    Compare(Member(path, name), left[name], right[name], changes);
                }

                break;
            case (JsonArray left, JsonArray right) when NameOfEntries(left, right) is { } name:
                Dictionary<string, JsonNode?> old = Entries(left, name);
                Dictionary<string, JsonNode?> current = Entries(right, name);
                foreach (string entry in old.Keys.Union(current.Keys, StringComparer.Ordinal))
                {
                    Compare($"{path}[{entry}]", old.GetValueOrDefault(entry), current.GetValueOrDefault(entry), changes);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                {
                    changes.Add(new JsonChange(path, before, after));
                }

                break;
        }
    }

    // The property that every entry of both lists has and that no two entries of one list share.
    private static string? NameOfEntries(JsonArray left, JsonArray right) =>
        left.Count + right.Count == 0 ? null : Array.Find(_names, name => IsNamedBy(left, name) && IsNamedBy(right, name));

    private static bool IsNamedBy(JsonArray list, string name)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return list.All(entry => entry is JsonObject fields && Text(fields[name]) is { } text && seen.Add(text));
    }

    private static Dictionary<string, JsonNode?> Entries(JsonArray list, string name) =>
        list.ToDictionary(entry => Text(entry![name])!, entry => entry, StringComparer.Ordinal);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static string Member(string path, string name)
    {
        bool isPlain = name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return isPlain ? (path.Length == 0 ? name : path + "." + name) : string.Create(CultureInfo.InvariantCulture, $"{path}[\"{name}\"]");
    }
}
