using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Manifests;

/// <summary>
/// Makes a structural OpenAPI schema of a record. No part of it that is ours says x-kubernetes-preserve-unknown-fields: the API server then drops what no
/// version installed knows, and kubectl tells people about misspelt fields. Fields of a later version survive our writes where that version's CRD is installed, because
/// our records carry them along.
/// </summary>
internal sealed class CrdSchema(XmlDocs docs)
{
    /// <summary>Beyond it the API server's own bounds, which are doubles, are no longer exact.</summary>
    private const long LargestExactNumber = (1L << 53) - 1;

    /// <summary>The schema of a kind's objects.</summary>
    public JsonObject OfKind(Type type)
    {
        var properties = new JsonObject
        {
            ["apiVersion"] = Described("string", "The version of the schema that this object is written in."),
            ["kind"] = Described("string", "The kind of this object."),
            ["metadata"] = new JsonObject { ["type"] = "object" },
        };
        foreach (PropertyInfo property in Fields(type).Where(p => Name(p) is "spec" or "status"))
        {
            properties[Name(property)] = OfProperty(property);
        }

        return new JsonObject { ["description"] = docs.For(type), ["type"] = "object", ["properties"] = properties };
    }

    /// <summary>The property that a path such as <c>.status.desired</c> leads to.</summary>
    /// <exception cref="InvalidOperationException">The path leads nowhere.</exception>
    public static PropertyInfo At(Type type, string path)
    {
        PropertyInfo? property = null;
        foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            property = Fields(property?.PropertyType ?? type).SingleOrDefault(p => Name(p) == name)
                ?? throw new InvalidOperationException($"{type.Name} has no {path}");
        }

        return property!;
    }

    /// <summary>The OpenAPI type of a field without parts.</summary>
    public static string TypeName(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(int) || plain == typeof(long) ? "integer" : plain == typeof(bool) ? "boolean" : "string";
    }

    private JsonObject OfProperty(PropertyInfo property)
    {
        var schema = new JsonObject { ["description"] = docs.For(property) };
        foreach ((string key, JsonNode? value) in OfType(property.PropertyType).Where(part => part.Key != "description").ToList())
        {
            schema[key] = value?.DeepClone();
        }

        if (property.GetCustomAttribute<SchemaAttribute>() is { } bounds)
        {
            AddBounds(schema, bounds);
        }

        return schema;
    }

    private JsonObject OfType(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(IntOrString))
        {
            return new JsonObject
            {
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
                ["x-kubernetes-int-or-string"] = true,
                ["maximum"] = int.MaxValue,
            };
        }

        if (KubernetesTypes.Of(plain) is { } known)
        {
            return known;
        }

        if (plain.IsGenericType && plain.GetGenericArguments() is [_, var valueType])
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = OfType(valueType) };
        }

        if (plain.IsGenericType)
        {
            return new JsonObject { ["type"] = "array", ["items"] = OfType(plain.GetGenericArguments()[0]) };
        }

        return plain.Assembly == typeof(KruiseGroup).Assembly ? OfRecord(plain) : OfLeaf(plain);
    }

    private JsonObject OfRecord(Type type)
    {
        bool isExtended = KubernetesTypes.IsExtended(type);
        List<PropertyInfo> fields = Fields(type).Where(field => !isExtended || field.DeclaringType == type).ToList();
        var schema = new JsonObject { ["description"] = docs.For(type), ["type"] = "object" };
        JsonNode[] required = fields.Where(p => p.GetCustomAttribute<SchemaAttribute>()?.Required == true).Select(p => (JsonNode)Name(p)).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        var properties = new JsonObject();
        foreach (PropertyInfo property in fields)
        {
            properties[Name(property)] = OfProperty(property);
        }

        schema["properties"] = properties;
        if (isExtended)
        {
            KubernetesTypes.LeaveOpen(schema);
        }

        return schema;
    }

    private static JsonObject OfLeaf(Type type)
    {
        var schema = new JsonObject { ["type"] = TypeName(type) };
        string? format = type == typeof(int) ? "int32" : type == typeof(long) ? "int64" : type == typeof(DateTime) ? "date-time" : null;
        if (format is not null)
        {
            schema["format"] = format;
        }

        // The API server does not hold numbers against their format, and one that no client can read would keep all of them from listing the kind.
        if (format is "int32" or "int64")
        {
            schema["maximum"] = format == "int32" ? int.MaxValue : LargestExactNumber;
        }

        return format is not null || type == typeof(string) || type == typeof(bool) ? schema : throw new InvalidOperationException($"no schema for {type}");
    }

    private static void AddBounds(JsonObject schema, SchemaAttribute bounds)
    {
        if (bounds.Minimum != long.MinValue)
        {
            schema["minimum"] = bounds.Minimum;
        }

        if (bounds.Maximum != long.MaxValue)
        {
            schema["maximum"] = bounds.Maximum;
        }

        if (bounds.Pattern is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        if (bounds.Values is { } values)
        {
            schema["enum"] = new JsonArray(values.Select(value => (JsonNode)value).ToArray());
        }

        if (bounds.MinLength > 0)
        {
            schema["minLength"] = bounds.MinLength;
        }

        if (bounds.MaxCount != int.MaxValue)
        {
            schema["maxProperties"] = bounds.MaxCount;
        }
    }

    private static JsonObject Described(string type, string description) => new() { ["description"] = description, ["type"] = type };

    // In the order of the source. What carries unknown fields along has no name and is no field.
    private static IEnumerable<PropertyInfo> Fields(Type type) =>
        type.GetProperties().Where(p => p.GetCustomAttribute<JsonPropertyNameAttribute>() is not null).OrderBy(p => p.MetadataToken);

    private static string Name(PropertyInfo property) => property.GetCustomAttribute<JsonPropertyNameAttribute>()!.Name;
}
