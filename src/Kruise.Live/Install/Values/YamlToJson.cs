using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Install.Values;

/// <summary>
/// Turns YAML nodes into JSON by the rules of YAML 1.2's core schema: plain true, false, null and numbers are what they look like, everything else is text.
/// </summary>
internal sealed partial class YamlToJson
{
    private const int MaxDepth = 64;

    // Aliases can make a small file unfold into a huge tree.
    private const int MaxNodes = 100_000;

    private int _nodes;

    /// <exception cref="ValueProblemException">A key is no text, or the tree is too deep or too large.</exception>
    public static JsonNode? Convert(YamlNode node) => new YamlToJson().Convert(node, 0);

    private JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > MaxDepth || ++_nodes > MaxNodes)
        {
            throw new ValueProblemException(node.Start, $"is nested more than {MaxDepth} deep or has more than {MaxNodes} parts");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var result = new JsonObject();
                foreach ((YamlNode key, YamlNode value) in mapping.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name })
                    {
                        throw new ValueProblemException(key.Start, "has a key that is not text");
                    }

                    result[name] = Convert(value, depth + 1);
                }

                return result;
            case YamlSequenceNode sequence:
                var list = new JsonArray();
                foreach (YamlNode item in sequence.Children)
                {
                    list.Add(Convert(item, depth + 1));
                }

                return list;
            default:
                return Scalar((YamlScalarNode)node);
        }
    }

    /// <summary>Whether a scalar stands for nothing: <c>null</c>, <c>~</c> or no text at all, unquoted.</summary>
    public static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain } scalar && (scalar.Value is null or "" or "~" or "null" or "Null" or "NULL");

    private static JsonNode? Scalar(YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        if (IsNull(scalar))
        {
            return null;
        }

        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            return JsonValue.Create(text[0] is 't' or 'T');
        }

        if (WholeNumber().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return JsonValue.Create(whole);
        }

        return Number().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? JsonValue.Create(number)
            : JsonValue.Create(text);
    }

    [GeneratedRegex("^[-+]?[0-9]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
