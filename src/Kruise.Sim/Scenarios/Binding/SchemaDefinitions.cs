using System.Text.Json.Nodes;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>The named parts of a JSON Schema, each written once.</summary>
internal sealed class SchemaDefinitions
{
    private readonly SortedDictionary<string, JsonObject> _definitions = new(StringComparer.Ordinal);

    /// <summary>A reference to a part, which is made on first use.</summary>
    public JsonObject Refer(string name, Func<JsonObject> make)
    {
        if (!_definitions.ContainsKey(name))
        {
            // In place before it is made: parts may refer to themselves.
            _definitions.Add(name, []);
            _definitions[name] = make();
        }

        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    public JsonObject Record(RecordShape shape) => Refer(Name(shape), () =>
    {
        JsonObject mapping = Fields(shape, null);
        return shape.Shorthand is { } shorthand
            ? new JsonObject { ["anyOf"] = new JsonArray(Field(shorthand), mapping) }
            : mapping;
    });

    public JsonObject Union(string name, IReadOnlyList<FormAttribute> forms) => Refer(CamelCase(name), () => new JsonObject
    {
        ["oneOf"] = new JsonArray([.. forms.Select(form => (JsonNode)Fields(RecordShape.Of(form.Type), form))]),
    });

    public JsonObject Choice(string name, IReadOnlyList<RecordShape> shapes) => Refer(CamelCase(name), () => new JsonObject
    {
        ["oneOf"] = new JsonArray([.. shapes.Select(shape => (JsonNode)Fields(shape, null))]),
    });

    public JsonObject Manifests(IReadOnlyList<ManifestType> types) => Refer("apply", () =>
    {
        JsonNode Item() => new JsonObject
        {
            ["anyOf"] = new JsonArray(
            [
                new JsonObject { ["type"] = "string", ["description"] = "A manifest's path, relative to this file." },
                .. types.Select(type => (JsonNode)Manifest(type)),
            ]),
        };
        return new JsonObject { ["anyOf"] = new JsonArray(Item(), new JsonObject { ["type"] = "array", ["items"] = Item() }) };
    });

    /// <summary>A record's fields as a schema, outside the named parts.</summary>
    public JsonObject Fields(RecordShape shape, FormAttribute? form)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        if (form is not null)
        {
            properties[UnionType.Discriminator] = new JsonObject { ["const"] = form.Kind, ["description"] = form.Description };
            required.Add(UnionType.Discriminator);
        }

        foreach (FieldShape field in shape.Fields)
        {
            properties[field.Name] = Field(field);
            if (field.IsRequired)
            {
                required.Add(field.Name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["additionalProperties"] = false;
        if (shape.ExactlyOneOf.Count > 0)
        {
            schema["oneOf"] = Choices(shape.ExactlyOneOf);
        }

        if (shape.AtLeastOneOf.Count > 0)
        {
            schema["anyOf"] = Choices(shape.AtLeastOneOf);
        }

        return schema;
    }

    public JsonObject ToJson() => new([.. _definitions.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))]);

    private JsonObject Manifest(ManifestType type) => Refer(Name(type.Type), () =>
    {
        JsonObject schema = Fields(RecordShape.Of(type.Type), null);
        JsonObject properties = schema["properties"]!.AsObject();
        properties["apiVersion"] = new JsonObject { ["const"] = type.ApiVersion };
        properties["kind"] = new JsonObject { ["const"] = type.Kind };
        return schema;
    });

    /// <summary>A field with its description and default.</summary>
    public JsonObject Field(FieldShape field)
    {
        JsonObject schema = field.Type.Schema(this, field.Info);
        if (field.Info.Format == TextFormat.Constant)
        {
            schema = new JsonObject { ["const"] = (string)field.Default! };
        }

        if (field.Info.Only is { } only)
        {
            schema = new JsonObject { ["enum"] = new JsonArray([.. only.Select(word => field.Type is BooleanType ? (JsonNode)JsonValue.Create(bool.Parse(word)) : JsonValue.Create(word)!)]) };
        }

        string description = field.Info.Description;
        string range = field.Type switch
        {
            UnitType<SimTime> duration => duration.Range(field.Info),
            UnitType<Bandwidth> bandwidth => bandwidth.Range(field.Info),
            UnitType<DataSize> size => size.Range(field.Info),
            LatencyType => LatencyType.Range(field.Info),
            _ => "",
        };
        description += range.Length == 0 ? "" : $" Allowed:{range}.";
        description += field.Info.WhenAbsent is { } absent ? $" When absent: {absent}." : "";
        if (description.Length > 0)
        {
            schema["description"] = description;
        }

        if (!field.IsRequired && field.Info.WhenAbsent is null && field.Default is { } value && field.Type.DefaultText(value) is { } text)
        {
            schema["default"] = text;
        }

        return schema;
    }

    private static JsonArray Choices(IReadOnlyList<string> fields) =>
        new([.. fields.Select(field => (JsonNode)new JsonObject { ["required"] = new JsonArray(field) })]);

    /// <summary>The name of a record's part.</summary>
    public static string Name(RecordShape shape) => Name(shape.Type) + (shape.InTemplate ? "InTemplate" : "");

    private static string Name(Type type) => CamelCase(type.Name.EndsWith("Spec", StringComparison.Ordinal) && type.Namespace == typeof(Scenario).Namespace ? type.Name[..^4] : type.Name);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
