using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A field as files have it.</summary>
internal sealed record FieldShape(string Name, PropertyInfo Property, FieldType Type, FieldAttribute Info, bool IsRequired)
{
    /// <summary>What an absent field means.</summary>
    public object? Default { get; init; }
}

/// <summary>
/// The fields of a record, taken from its attributes: <see cref="FieldAttribute"/> for scenarios, the JSON names for Kubernetes objects. What a
/// Kubernetes object may not say in a manifest is left out.
/// </summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<(Type Type, bool InTemplate), RecordShape> _shapes = new();

    private readonly Dictionary<string, FieldShape> _byName;

    private RecordShape(Type type, bool inTemplate, IReadOnlyList<FieldShape> fields)
    {
        Type = type;
        InTemplate = inTemplate;
        Fields = fields;
        _byName = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
        Shorthand = type.GetCustomAttribute<ShorthandAttribute>() is { } shorthand ? _byName[shorthand.Field] : null;
        ExactlyOneOf = type.GetCustomAttribute<ExactlyOneOfAttribute>()?.Fields ?? [];
        AtLeastOneOf = type.GetCustomAttribute<AtLeastOneOfAttribute>()?.Fields ?? [];
    }

    public Type Type { get; }

    /// <summary>Whether the record is part of a template inside a Kubernetes object, where an object's metadata and kind follow other rules.</summary>
    public bool InTemplate { get; }

    public IReadOnlyList<FieldShape> Fields { get; }

    public FieldShape? Shorthand { get; }

    public IReadOnlyList<string> ExactlyOneOf { get; }

    public IReadOnlyList<string> AtLeastOneOf { get; }

    public FieldShape? Find(string name) => _byName.GetValueOrDefault(name);

    public static RecordShape Of(Type type, bool inTemplate = false) => _shapes.GetOrAdd((type, inTemplate), key => Describe(key.Type, key.InTemplate));

    private static RecordShape Describe(Type type, bool inTemplate)
    {
        object fresh = Activator.CreateInstance(type)!;
        var fields = new List<FieldShape>();
        // The base's fields first, as a reader expects them; within a type the order of declaration.
        foreach (PropertyInfo property in type.GetProperties().OrderBy(p => Depth(p.DeclaringType!)).ThenBy(p => p.MetadataToken))
        {
            if (property.GetCustomAttribute<FieldAttribute>() is { } info)
            {
                fields.Add(new FieldShape(
                    info.Name ?? CamelCase(property.Name),
                    property,
                    info.PatchOf is { } patched ? new MergePatchType(Of(patched)) : FieldType.Of(property.PropertyType),
                    info,
                    IsRequired(property))
                {
                    Default = property.GetValue(fresh),
                });
            }
            else if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is { } json
                && Manifests.ManifestRules.Of(type, inTemplate, property, json.Name) is { } rule)
            {
                fields.Add(new FieldShape(json.Name, property, rule.Type ?? FieldType.Of(property.PropertyType), rule.Info, rule.IsRequired));
            }
        }

        return new RecordShape(type, inTemplate, fields);
    }

    // By name: a referenced library brings an attribute of the same name along.
    private static bool IsRequired(PropertyInfo property) =>
        property.CustomAttributes.Any(a => a.AttributeType.FullName == "System.Runtime.CompilerServices.RequiredMemberAttribute");

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
