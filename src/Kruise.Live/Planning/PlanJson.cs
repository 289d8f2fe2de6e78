using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kruise.Live.Planning;

/// <summary>A plan for programs: an entry per key, whole.</summary>
internal static class PlanJson
{
    public static void Write(TextWriter output, IReadOnlyList<KeyPlan> plans) =>
        output.Write(Text(new JsonArray([.. plans.Select(plan => (JsonNode)Plan(plan))]), indented: true) + "\n");

    public static string Compact(JsonNode? node) => node is null ? "null" : Text(node, indented: false);

    private static JsonObject Plan(KeyPlan plan) => new()
    {
        ["controller"] = plan.Controller,
        ["key"] = plan.Key.ToString(),
        ["requeueAfterSeconds"] = plan.RequeueAfter?.TotalSeconds,
        ["writes"] = new JsonArray([.. plan.Writes.Select(write => (JsonNode)Write(write))]),
    };

    private static JsonObject Write(PlannedWrite write)
    {
        var json = new JsonObject
        {
            ["group"] = write.Group,
            ["parallel"] = write.Parallel,
            ["write"] = write.Verb,
            ["kind"] = write.Kind,
            ["namespace"] = write.Key.Namespace.Length == 0 ? null : write.Key.Namespace,
            ["name"] = write.Key.Name,
        };
        if (write.Object is { } created)
        {
            json["object"] = created.DeepClone();
        }

        if (write.Changes.Count > 0)
        {
            json["changes"] = new JsonArray([.. write.Changes.Select(change => (JsonNode)Change(change))]);
        }

        if (write.Event is { } said)
        {
            json["event"] = new JsonObject { ["type"] = said.Severity.ToString(), ["reason"] = said.Reason, ["message"] = said.Message };
        }

        return json;
    }

    private static JsonObject Change(JsonChange change) =>
        new() { ["path"] = change.Path, ["old"] = change.Old?.DeepClone(), ["new"] = change.New?.DeepClone() };

    private static string Text(JsonNode node, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
