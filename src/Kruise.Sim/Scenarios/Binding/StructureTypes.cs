using System.Collections;
using System.Text.Json.Nodes;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A mapping with fields of its own.</summary>
internal sealed class RecordType(Type type, bool inTemplate = false) : FieldType
{
    public RecordShape Shape => RecordShape.Of(type, inTemplate);

    public override string Allowed(FieldAttribute info)
    {
        string mapping = "a mapping with the fields " + string.Join(", ", Shape.Fields.Select(f => f.Name));
        return Shape.Shorthand is { } shorthand ? shorthand.Type.Allowed(shorthand.Info) + ", or " + mapping : mapping;
    }

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is MappingNode mapping)
        {
            value = Bind(context, mapping, path, Shape, null);
            return true;
        }

        if (node is ScalarNode { IsNull: false } && Shape.Shorthand is { } shorthand)
        {
            value = Activator.CreateInstance(type)!;
            context.Remember(value, node);
            if (shorthand.Type.TryBind(context, node, path, shorthand.Info, out object? alone))
            {
                shorthand.Property.SetValue(value, alone);
            }
            else
            {
                context.MarkBroken(value);
            }

            return true;
        }

        return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info)), out value);
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Record(Shape);

    /// <summary>Makes a record of a mapping. Fields that are wrong are reported and keep their defaults, so that the rest can be looked at as well.</summary>
    internal static object Bind(BindContext context, MappingNode mapping, FieldPath path, RecordShape shape, string? discriminator)
    {
        object record = Activator.CreateInstance(shape.Type)!;
        context.Remember(record, mapping);
        int errors = context.Problems.ErrorCount;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach ((ScalarNode key, YamlNode node) in mapping.Entries)
        {
            if (key.Value == discriminator)
            {
                continue;
            }

            if (shape.Find(key.Value) is not { } field)
            {
                taken.Add(ReportUnknown(context, key, node, path, shape, discriminator) ?? "");
            }
            else if (node is not ScalarNode { IsNull: true })
            {
                taken.Add(field.Name);
                if (field.Type.TryBind(context, node, path.Field(field.Name), field.Info, out object? value)
                    && CheckConstant(context, node, path.Field(field.Name), field, value)
                    && CheckOnly(context, node, path.Field(field.Name), field.Info))
                {
                    field.Property.SetValue(record, value);
                }
            }
        }

        foreach (FieldShape field in shape.Fields)
        {
            if (field.IsRequired && !taken.Contains(field.Name))
            {
                SourcePosition at = mapping.Find(field.Name) is { } empty ? empty.Key.Position : mapping.Position;
                context.Error(at, path, new Finding($"the field {Quote.Text(field.Name)} is missing", field.Type.Allowed(field.Info)));
            }
        }

        CheckChoices(context, mapping, path, shape, taken);
        if (context.Problems.ErrorCount != errors)
        {
            context.MarkBroken(record);
        }

        return record;
    }

    /// <summary>Complains of a field that a record does not have, or may not have; the field that was probably meant, if there is one.</summary>
    internal static string? ReportUnknown(BindContext context, ScalarNode key, YamlNode node, FieldPath path, RecordShape shape, string? discriminator)
    {
        string name = key.Value;
        if (Manifests.ManifestRules.WhyRefused(shape, name) is { } reason)
        {
            // Printed objects carry such fields empty.
            if (node is not ScalarNode { IsNull: true })
            {
                context.Error(key.Position, path, new Finding($"the field {Quote.Text(name)} {reason}", Names(shape, discriminator)));
            }

            return null;
        }

        string? nearest = Nearest.Of(name, shape.Fields.Select(f => f.Name));
        string? suggestion = nearest ?? shape.Fields
            .Where(f => f.Type is RecordType record && record.Shape.Find(name) is not null)
            .Select(f => f.Name + "." + name)
            .FirstOrDefault();
        context.Error(key.Position, path, new Finding($"unknown field {Quote.Text(name)}", Names(shape, discriminator), suggestion));
        return nearest;
    }

    private static string Names(RecordShape shape, string? discriminator) =>
        string.Join(", ", shape.Fields.Select(f => f.Name).Prepend(discriminator).Where(name => name is not null));

    private static bool CheckConstant(BindContext context, YamlNode node, FieldPath path, FieldShape field, object? value)
    {
        if (field.Info.Format != TextFormat.Constant || Equals(value, field.Default))
        {
            return true;
        }

        string constant = (string)field.Default!;
        context.Error(node, path, new Finding($"{node.Describe()} is not known here", constant, Nearest.Of((string)value!, [constant])));
        return false;
    }

    /// <summary>Whether a value is one of the few that its field allows, if it names them; complains otherwise.</summary>
    internal static bool CheckOnly(BindContext context, YamlNode node, FieldPath path, FieldAttribute info)
    {
        if (info.Only is not { } only || (node is ScalarNode scalar && only.Contains(scalar.Value, StringComparer.Ordinal)))
        {
            return true;
        }

        string? nearest = node is ScalarNode text ? Nearest.Of(text.Value, only) : null;
        string problem = only.Length == 1 ? "is not simulated" : "is none of the words known here";
        context.Error(node, path, new Finding($"{node.Describe()} {problem}", string.Join(", ", only), nearest));
        return false;
    }

    private static void CheckChoices(BindContext context, MappingNode mapping, FieldPath path, RecordShape shape, HashSet<string> taken)
    {
        if (shape.AtLeastOneOf.Count > 0 && !shape.AtLeastOneOf.Any(taken.Contains))
        {
            context.Error(mapping, path, new Finding($"found none of {string.Join(", ", shape.AtLeastOneOf)}", "at least one of them"));
        }

        if (shape.ExactlyOneOf.Count > 0)
        {
            var found = shape.ExactlyOneOf.Where(taken.Contains).ToList();
            if (found.Count != 1)
            {
                string what = found.Count == 0 ? "found none of " + string.Join(", ", shape.ExactlyOneOf) : "found " + string.Join(" and ", found) + " together";
                SourcePosition at = found.Count > 1 ? mapping.Find(found[1])?.Key.Position ?? mapping.Position : mapping.Position;
                context.Error(at, path, new Finding(what, found.Count == 0 ? "exactly one of them" : "exactly one of " + string.Join(", ", shape.ExactlyOneOf)));
            }
        }
    }
}

/// <summary>A mapping whose field <c>kind</c> says which fields it has besides.</summary>
internal sealed class UnionType(Type type) : FieldType
{
    public const string Discriminator = "kind";

    public IReadOnlyList<FormAttribute> Forms { get; } = [.. type.GetCustomAttributes(typeof(FormAttribute), inherit: false).Cast<FormAttribute>()];

    public override string Allowed(FieldAttribute info) => $"a mapping with a {Discriminator}: {Words}";

    private string Words => string.Join(", ", Forms.Select(f => f.Kind));

    /// <summary>The form that a mapping says it has; null when it does not say.</summary>
    public FormAttribute? FormOf(YamlNode node) =>
        node is MappingNode mapping && mapping.Find(Discriminator)?.Value is ScalarNode word ? Forms.FirstOrDefault(f => f.Kind == word.Value) : null;

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is not MappingNode mapping)
        {
            return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info)), out value);
        }

        if (FormOf(node) is { } form)
        {
            value = RecordType.Bind(context, mapping, path, RecordShape.Of(form.Type), Discriminator);
            return true;
        }

        if (mapping.Find(Discriminator) is not { } entry)
        {
            return Fail(context, node, path, new Finding($"the field {Quote.Text(Discriminator)} is missing", Words), out value);
        }

        string? nearest = entry.Value is ScalarNode word ? Nearest.Of(word.Value, Forms.Select(f => f.Kind)) : null;
        context.Error(
            BindContext.PositionOf(entry), path.Field(Discriminator), new Finding($"{entry.Value.Describe()} is none of the words known here", Words, nearest));
        value = null;
        return false;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Union(type.Name, Forms);
}

/// <summary>A mapping that is one of several, told by the field that each of them alone has.</summary>
internal sealed class ChoiceType(Type type) : FieldType
{
    private readonly FormWithAttribute[] _forms = [.. type.GetCustomAttributes(typeof(FormWithAttribute), inherit: false).Cast<FormWithAttribute>()];

    private string Words => string.Join(", ", _forms.Select(form => form.Field));

    /// <summary>The shapes that it may have.</summary>
    public IEnumerable<RecordShape> Shapes => _forms.Select(form => RecordShape.Of(form.Type));

    public override string Allowed(FieldAttribute info) => "a mapping with exactly one of the fields " + Words;

    /// <summary>The shape that a mapping says it has; null when it says none, or several.</summary>
    public RecordShape? ShapeOf(YamlNode node) => FormsOf(node) is [{ } form] ? RecordShape.Of(form.Type) : null;

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is not MappingNode mapping)
        {
            return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info)), out value);
        }

        if (ShapeOf(mapping) is { } shape)
        {
            value = RecordType.Bind(context, mapping, path, shape, null);
            return true;
        }

        value = null;
        FormWithAttribute[] found = FormsOf(mapping);
        if (found.Length > 1)
        {
            string together = "found " + string.Join(" and ", found.Select(form => form.Field)) + " together";
            context.Error(mapping.Find(found[1].Field)!.Value.Key.Position, path, new Finding(together, "exactly one of " + Words));
            return false;
        }

        ScalarNode? misspelt = mapping.Entries.Select(entry => entry.Key).FirstOrDefault(key => Nearest.Of(key.Value, _forms.Select(form => form.Field)) is not null);
        context.Error(
            misspelt?.Position ?? mapping.Position,
            path,
            new Finding("found none of " + Words, "exactly one of them", misspelt is null ? null : Nearest.Of(misspelt.Value, _forms.Select(form => form.Field))));
        return false;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Choice(type.Name, [.. _forms.Select(form => RecordShape.Of(form.Type))]);

    private FormWithAttribute[] FormsOf(YamlNode node) => node is MappingNode mapping ? [.. _forms.Where(form => mapping.Find(form.Field) is not null)] : [];
}

internal sealed class ListType(Type element, FieldType? elementType = null) : FieldType
{
    public FieldType Element { get; } = elementType ?? Of(element);

    public override string Allowed(FieldAttribute info) => "a list";

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is not SequenceNode sequence)
        {
            string? suggestion = node is ScalarNode { IsNull: false } single && Element is ScalarType ? $"[{single.Value}]" : null;
            return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info), suggestion), out value);
        }

        int count = sequence.Items.Count;
        if (count < info.Min || count > info.Max)
        {
            string bounds = double.IsNaN(info.Max) ? $"at least {info.Min}" : $"{(double.IsNaN(info.Min) ? 0 : info.Min)} to {info.Max}";
            context.Error(node, path, new Finding($"the list has {count} items", bounds));
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element), count)!;
        var nodes = new List<(YamlNode, int)>(count);
        for (int i = 0; i < count; i++)
        {
            if (Element.TryBind(context, sequence.Items[i], path.Item(i), info, out object? item))
            {
                list.Add(item);
                nodes.Add((sequence.Items[i], i));
            }
        }

        context.Remember(list, nodes);
        value = list;
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Element.Schema(definitions, new FieldAttribute("") { Format = info.Format }) };
        if (!double.IsNaN(info.Min))
        {
            schema["minItems"] = (long)info.Min;
        }

        if (!double.IsNaN(info.Max))
        {
            schema["maxItems"] = (long)info.Max;
        }

        return schema;
    }
}

/// <summary>A mapping with keys of the user's own.</summary>
internal sealed class MapType(Type element) : FieldType
{
    public FieldType Element { get; } = Of(element);

    public override string Allowed(FieldAttribute info) => "a mapping";

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        if (node is not MappingNode mapping)
        {
            return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info)), out value);
        }

        if (mapping.Entries.Count < info.Min)
        {
            context.Error(node, path, new Finding("the mapping is empty", "at least one entry"));
        }

        var map = (IDictionary)Activator.CreateInstance(typeof(SortedDictionary<,>).MakeGenericType(typeof(string), element), StringComparer.Ordinal)!;
        bool labels = info.Format == TextFormat.Labels;
        foreach ((ScalarNode key, YamlNode item) in mapping.Entries)
        {
            FieldPath at = path.Field(key.Value);
            if (labels && TextForms.CheckLabelKey(key.Value) is { } wrongKey)
            {
                context.Error(key, path, wrongKey);
            }
            else if (Element.TryBind(context, item, at, info, out object? bound))
            {
                if (labels && TextForms.CheckLabelValue((string)bound!) is { } wrongValue)
                {
                    context.Error(item, at, wrongValue);
                }

                map[key.Value] = bound;
            }
        }

        context.Remember(map, mapping);
        value = map;
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        JsonObject item = Element.Schema(definitions, new FieldAttribute(""));
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = item };
        if (info.Format == TextFormat.Labels)
        {
            item["pattern"] = TextForms.LabelValuePattern;
        }

        if (!double.IsNaN(info.Min))
        {
            schema["minProperties"] = (long)info.Min;
        }

        return schema;
    }
}

/// <summary>A delay, constant or by two percentiles.</summary>
internal sealed class LatencyType : FieldType
{
    public const string P50 = "p50";
    public const string P99 = "p99";

    private static readonly UnitType<SimTime> _duration = (UnitType<SimTime>)Of(typeof(SimTime));

    public override string Allowed(FieldAttribute info) => UnitText.DurationAllowed + ", or {p50: 5ms, p99: 50ms}";

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: false })
        {
            if (!_duration.TryBind(context, node, path, info, out object? constant))
            {
                return false;
            }

            value = Latency.Constant((SimTime)constant!);
            return true;
        }

        if (node is not MappingNode mapping)
        {
            return Fail(context, node, path, new Finding($"found {node.Describe()}", Allowed(info)), out value);
        }

        bool valid = true;
        foreach ((ScalarNode key, _) in mapping.Entries)
        {
            if (key.Value is not (P50 or P99))
            {
                context.Error(key, path, new Finding($"unknown field {Quote.Text(key.Value)}", $"{P50}, {P99}", Nearest.Of(key.Value, [P50, P99])));
                valid = false;
            }
        }

        SimTime? median = Percentile(context, mapping, P50, path, info);
        SimTime? tail = Percentile(context, mapping, P99, path, info);
        if (median is null || tail is null || !valid)
        {
            return false;
        }

        if (tail < median)
        {
            return Fail(
                context,
                mapping.Find(P99)!.Value.Value,
                path.Field(P99),
                new Finding($"{UnitText.Format(tail.Value)} is less than the median", $"durations from {P50} ({UnitText.Format(median.Value)})"),
                out value);
        }

        // A spread around nothing has no shape: the distribution is fitted through the ratio of the two.
        if (median == SimTime.Zero && tail > median)
        {
            return Fail(context, mapping.Find(P50)!.Value.Value, path.Field(P50), new Finding("the median is 0 but the 99th percentile is not", "a median above 0"), out value);
        }

        value = new Latency(median.Value, tail.Value);
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Refer("latency", () => new JsonObject
    {
        ["description"] = "A delay: constant, or spread with this median and 99th percentile.",
        ["anyOf"] = new JsonArray(
            _duration.Schema(definitions, info),
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { [P50] = _duration.Schema(definitions, info), [P99] = _duration.Schema(definitions, info) },
                ["required"] = new JsonArray(P50, P99),
                ["additionalProperties"] = false,
            }),
    });

    public static string Range(FieldAttribute info) => _duration.Range(info);

    public override JsonNode? DefaultText(object value) => value is Latency { IsConstant: false } spread
        ? new JsonObject { [P50] = UnitText.Format(spread.P50), [P99] = UnitText.Format(spread.P99) }
        : JsonValue.Create(UnitText.Format(((Latency)value).P50));

    private static SimTime? Percentile(BindContext context, MappingNode mapping, string name, FieldPath path, FieldAttribute info)
    {
        if (mapping.Find(name) is not { } entry)
        {
            context.Error(mapping, path, new Finding($"the field {Quote.Text(name)} is missing", UnitText.DurationAllowed));
            return null;
        }

        return _duration.TryBind(context, entry.Value, path.Field(name), info, out object? value) ? (SimTime)value! : null;
    }
}

/// <summary>A value of any shape.</summary>
internal sealed class AnyType : FieldType
{
    public override string Allowed(FieldAttribute info) => "any value";

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        value = new AnyValue(node.Describe());
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => [];
}
