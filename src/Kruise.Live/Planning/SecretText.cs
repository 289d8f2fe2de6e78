using System.Text.Json.Nodes;
using k8s.Models;

namespace Kruise.Live.Planning;

/// <summary>Takes the contents out of secrets before anything is shown.</summary>
internal static class SecretText
{
    // kubectl keeps a whole copy of what was applied.
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>
    /// A copy in which the values of a Secret are their lengths; other kinds as they are. A value that differs from the one in <paramref name="before"/>
    /// (contents and all) says so: its length alone would not tell.
    /// </summary>
    public static JsonObject Hide(JsonObject obj, JsonObject? before)
    {
        if (obj["kind"]?.GetValue<string>() != V1Secret.KubeKind)
        {
            return obj;
        }

        var hidden = (JsonObject)obj.DeepClone();
        foreach (string field in new[] { "data", "stringData" })
        {
            if (hidden[field] is not JsonObject values)
            {
                continue;
            }

            foreach (string name in values.Select(value => value.Key).ToArray())
            {
                string value = values[name]?.GetValue<string>() ?? "";
                bool differs = before?[field]?[name] is { } old && old.GetValue<string>() != value;
                int bytes = field == "data" ? Convert.FromBase64String(value).Length : System.Text.Encoding.UTF8.GetByteCount(value);
                values[name] = $"(hidden, {bytes} {(differs ? "other bytes" : "bytes")})";
            }
        }

        if (hidden["metadata"]?["annotations"] is JsonObject annotations && annotations.ContainsKey(LastApplied))
        {
            annotations[LastApplied] = "(hidden)";
        }

        return hidden;
    }
}
