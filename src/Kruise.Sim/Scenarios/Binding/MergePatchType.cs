using System.Text.Json.Nodes;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A merge patch of a record: its fields by name and type, none of them required.</summary>
internal sealed class MergePatchType(RecordShape shape) : FieldType
{
    /// <summary>The record that is patched.</summary>
    public RecordShape Shape { get; } = shape;

    public override string Allowed(FieldAttribute info) => "a mapping with some of the fields " + string.Join(", ", Shape.Fields.Select(f => f.Name));

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is not MappingNode { Entries.Count: > 0 } mapping)
        {
            return Fail(context, node, path, new Finding(node is MappingNode ? "the mapping is empty" : $"found {node.Describe()}", Allowed(info)), out value);
        }

        value = Bind(context, mapping, path, Shape);
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => Schema(definitions, Shape);

    private static MergePatch Bind(BindContext context, MappingNode mapping, FieldPath path, RecordShape shape)
    {
        var changes = new List<MergePatch.Change>();
        foreach ((ScalarNode key, YamlNode node) in mapping.Entries)
        {
            if (shape.Find(key.Value) is not { } field)
            {
                RecordType.ReportUnknown(context, key, node, path, shape, null);
                continue;
            }

            FieldPath at = path.Field(field.Name);
            if (node is ScalarNode { IsNull: true })
            {
                changes.Add(new MergePatch.Change(field.Property, null, null, null));
                continue;
            }

            switch (field.Type)
            {
                case RecordType record when node is MappingNode inner:
                    changes.Add(new MergePatch.Change(field.Property, null, Bind(context, inner, at, record.Shape), null));
                    break;
                case MapType map when node is MappingNode inner:
                    changes.Add(new MergePatch.Change(field.Property, null, null, Entries(context, inner, at, map, field.Info)));
                    break;
                default:
                    if (field.Type.TryBind(context, node, at, field.Info, out object? value) && RecordType.CheckOnly(context, node, at, field.Info))
                    {
                        changes.Add(new MergePatch.Change(field.Property, value, null, null));
                    }

                    break;
            }
        }

        return new MergePatch(mapping, changes);
    }

    // What is to be set is read as a map of its own, so that keys and values are checked as elsewhere.
    private static SortedDictionary<string, object?> Entries(BindContext context, MappingNode mapping, FieldPath path, MapType map, FieldAttribute info)
    {
        var entries = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (MappingEntry entry in mapping.Entries)
        {
            if (entry.Value is ScalarNode { IsNull: true })
            {
                entries[entry.Key.Value] = null;
            }
            else if (map.TryBind(context, new MappingNode(mapping.Position, [entry]), path, info, out object? bound)
                && ((System.Collections.IDictionary)bound!)[entry.Key.Value] is { } value)
            {
                entries[entry.Key.Value] = value;
            }
        }

        return entries;
    }

    private static JsonObject Schema(SchemaDefinitions definitions, RecordShape shape) => definitions.Refer(SchemaDefinitions.Name(shape) + "Patch", () =>
    {
        var properties = new JsonObject();
        foreach (FieldShape field in shape.Fields)
        {
            JsonObject patched = field.Type switch
            {
                RecordType record => Schema(definitions, record.Shape),
                MapType => new JsonObject { ["type"] = "object" },
                _ => definitions.Field(field),
            };
            properties[field.Name] = new JsonObject { ["anyOf"] = new JsonArray(patched, new JsonObject { ["type"] = "null" }) };
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    });
}
