using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Live.Install.Templates;
using Kruise.Live.Install.Values;

namespace Kruise.Manifests;

/// <summary>The chart's files that follow from the table of values.</summary>
internal static class ChartFiles
{
    private static readonly JsonSerializerOptions _options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Chart() =>
        $"""
        apiVersion: v2
        name: kruise
        description: OpenKruise v0.8.0 for .NET, image warm-up, CloneSet and SidecarSet
        type: application
        version: {InstallValues.Version}
        appVersion: v{InstallValues.Version}
        kubeVersion: ">=1.20.0-0"

        """;

    /// <summary>The defaults with their descriptions.</summary>
    public static string Values()
    {
        var text = new StringBuilder("# The values of an installation. `kruise install --values FILE` takes the same file.\n");
        Write(text, InstallValues.Root, 0);
        return text.ToString();
    }

    /// <summary>The JSON Schema that Helm and editors check a values file by; draft 7, which is the one Helm knows.</summary>
    public static string Schema()
    {
        JsonObject schema = GroupSchema(InstallValues.Root);
        var properties = (JsonObject)schema["properties"]!;
        // Helm hands this one to every chart that is part of another.
        properties["global"] = new JsonObject { ["type"] = "object" };
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", "Values of a Kruise installation");
        return schema.ToJsonString(_options) + "\n";
    }

    private static void Write(StringBuilder text, ValueGroup group, int indent)
    {
        foreach (ValueEntry entry in group.Entries)
        {
            string margin = new(' ', indent);
            text.Append(margin).Append("# ").Append(entry.Description);
            if (entry is ValueField { Kind: ValueKind.Count or ValueKind.Choice or ValueKind.Text } bounded)
            {
                text.Append(" (").Append(FieldReader.Allowed(bounded)).Append(')');
            }

            text.Append('\n').Append(margin).Append(entry.Name).Append(':');
            if (entry is ValueGroup inner)
            {
                text.Append('\n');
                Write(text, inner, indent + 2);
                continue;
            }

            JsonNode? value = JsonNode.Parse(((ValueField)entry).Default);
            string yaml = value is JsonValue v && v.GetValueKind() == JsonValueKind.String ? YamlText.Quoted(v.GetValue<string>()) : YamlText.Of(value);
            string nextLine = $"\n{margin}  ";
            text.Append(value is JsonObject { Count: > 0 } ? nextLine + yaml.Replace("\n", nextLine, StringComparison.Ordinal) : " " + yaml).Append('\n');
        }
    }

    private static JsonObject GroupSchema(ValueGroup group)
    {
        var properties = new JsonObject();
        foreach (ValueEntry entry in group.Entries)
        {
            JsonObject schema = entry is ValueGroup inner ? GroupSchema(inner) : FieldSchema((ValueField)entry);
            schema.Insert(0, "description", entry.Description);
            properties[entry.Name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject FieldSchema(ValueField field)
    {
        JsonNode value = JsonNode.Parse(field.Default)!;
        JsonObject schema = field.Kind switch
        {
            ValueKind.Flag => new JsonObject { ["type"] = "boolean" },
            ValueKind.Count => new JsonObject { ["type"] = "integer", ["minimum"] = field.Minimum, ["maximum"] = field.Maximum },
            ValueKind.Text => new JsonObject { ["type"] = "string", ["pattern"] = $"^(?:{field.Pattern})$" },
            ValueKind.Choice => new JsonObject { ["enum"] = Names(field) },
            ValueKind.TextMap => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
            ValueKind.List => new JsonObject { ["type"] = "array" },
            _ => new JsonObject { ["type"] = "object", ["propertyNames"] = new JsonObject { ["enum"] = Names(field) } },
        };
        schema["default"] = value;
        return schema;
    }

    private static JsonArray Names(ValueField field) => new(field.Names.Select(name => (JsonNode)name).ToArray());
}
