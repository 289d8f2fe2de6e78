using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>The JSON Schema of scenario files (draft 2020-12), made from the same descriptions that files are read by.</summary>
internal static class ScenarioSchema
{
    private static readonly JsonSerializerOptions _options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Generate()
    {
        var definitions = new SchemaDefinitions();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Kruise simulation scenario",
            ["description"] = "A question about a cluster: its nodes and registries, what happens to them and when, and what is expected of the run.",
        };
        foreach ((string key, JsonNode? value) in definitions.Fields(RecordShape.Of(typeof(Scenario)), null).ToList())
        {
            schema[key] = value?.DeepClone();
        }

        schema["$defs"] = definitions.ToJson();
        return schema.ToJsonString(_options) + "\n";
    }
}
