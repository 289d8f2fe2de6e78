using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Install.Values;

/// <summary>Reads one field's value as its definition says.</summary>
internal static class FieldReader
{
    /// <exception cref="ValueProblemException">The value is not of the field's kind or out of its bounds.</exception>
    public static JsonNode? Read(ValueField field, YamlNode node)
    {
        switch (field.Kind)
        {
            case ValueKind.Map or ValueKind.TextMap:
                if (YamlToJson.IsNull(node))
                {
                    return new JsonObject();
                }

                if (node is not YamlMappingNode)
                {
                    throw new ValueProblemException(node.Start, "must be a map");
                }

                return Checked(field, node, (JsonObject)(field.Kind == ValueKind.TextMap ? Texts(node) : YamlToJson.Convert(node)!));
            case ValueKind.List:
                return YamlToJson.IsNull(node)
                    ? new JsonArray()
                    : node is YamlSequenceNode ? YamlToJson.Convert(node) : throw new ValueProblemException(node.Start, "must be a list");
            default:
                if (node is not YamlScalarNode { Value: { } text } || YamlToJson.IsNull(node))
                {
                    throw new ValueProblemException(node.Start, "must be " + Allowed(field));
                }

                return Scalar(field, text, node.Start);
        }
    }

    /// <summary>Reads a value that has no parts from its text.</summary>
    /// <exception cref="ValueProblemException">The value is not of the field's kind or out of its bounds.</exception>
    public static JsonNode Scalar(ValueField field, string text, Mark position)
    {
        JsonNode? value = field.Kind switch
        {
            ValueKind.Flag => text is "true" or "false" ? JsonValue.Create(text == "true") : null,
            ValueKind.Count => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
                && count >= field.Minimum && count <= field.Maximum ? JsonValue.Create(count) : null,
            ValueKind.Choice => field.Names.Contains(text, StringComparer.Ordinal) ? JsonValue.Create(text) : null,
            _ => Matches(field.Pattern, text) ? JsonValue.Create(text) : null,
        };
        return value ?? throw new ValueProblemException(position, $"must be {Allowed(field)}, not '{text}'");
    }

    /// <summary>Refuses keys that a map cannot have.</summary>
    /// <exception cref="ValueProblemException">There is one.</exception>
    public static JsonObject Checked(ValueField field, YamlNode? node, JsonObject map)
    {
        foreach ((string key, _) in map)
        {
            if (field.Names.Count > 0 && !field.Names.Contains(key, StringComparer.Ordinal))
            {
                Mark position = (node as YamlMappingNode)?.Children.Keys.First(k => k is YamlScalarNode s && s.Value == key).Start ?? Mark.Empty;
                string nearest = NearestName.Of(key, field.Names) is { } name ? $": did you mean '{name}'?" : $"; allowed: {string.Join(", ", field.Names)}";
                throw new ValueProblemException(position, $"has no '{key}'" + nearest);
            }
        }

        return map;
    }

    /// <summary>What may be written for a field that has no parts.</summary>
    public static string Allowed(ValueField field) => field.Kind switch
    {
        ValueKind.Flag => "true or false",
        ValueKind.Count => string.Create(CultureInfo.InvariantCulture, $"a whole number from {field.Minimum} to {field.Maximum}"),
        ValueKind.Choice => string.Join(" or ", field.Names),
        ValueKind.List => "a list",
        ValueKind.Map or ValueKind.TextMap => "a map",
        _ => field.Allowed,
    };

    private static JsonObject Texts(YamlNode node)
    {
        var texts = new JsonObject();
        foreach ((YamlNode key, YamlNode value) in ((YamlMappingNode)node).Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || value is not YamlScalarNode text)
            {
                throw new ValueProblemException(value.Start, "must be a map of texts");
            }

            texts[name] = YamlToJson.IsNull(value) ? null : text.Value;
        }

        return texts;
    }

    // A pattern must match to the very end: '$' alone would let a line break through.
    private static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, @"\A(?:" + pattern + @")\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
