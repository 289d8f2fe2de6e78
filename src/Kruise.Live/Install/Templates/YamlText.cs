using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kruise.Live.Install.Templates;

/// <summary>Writes JSON values as block YAML that YAML 1.1 and 1.2 readers read alike: whatever could be taken for something else is quoted.</summary>
internal static partial class YamlText
{
    /// <summary>The text, without a line break at its end; <c>{}</c> or <c>[]</c> for what is empty.</summary>
    public static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0, afterKey: false);
        return text.ToString().Trim('\n');
    }

    /// <summary>A text as it must stand in YAML: plain where nothing can mistake it, else between double quotes.</summary>
    public static string Scalar(string text) => Plain().IsMatch(text) && !Reserved().IsMatch(text) ? text : Quoted(text);

    /// <summary>A text between double quotes, with JSON's escapes, which YAML understands.</summary>
    public static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value + "\"";

    private static void Write(StringBuilder text, JsonNode? value, int indent, bool afterKey)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                bool first = true;
                foreach ((string key, JsonNode? item) in map)
                {
                    // The first key of a list's item stands on the line of its dash.
                    Begin(text, indent, afterKey || !first);
                    text.Append(Scalar(key)).Append(':');
                    Value(text, item, indent + 2);
                    first = false;
                }

                break;
            case JsonArray { Count: > 0 } list:
                foreach (JsonNode? item in list)
                {
                    Begin(text, indent, newLine: true);
                    text.Append("- ");
                    Write(text, item, indent + 2, afterKey: false);
                }

                break;
            default:
                text.Append(Leaf(value));
                break;
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            Write(text, value, indent, afterKey: true);
        }
        else
        {
            text.Append(' ').Append(Leaf(value));
        }
    }

    private static void Begin(StringBuilder text, int indent, bool newLine)
    {
        if (newLine)
        {
            text.Append('\n').Append(' ', indent);
        }
    }

    private static string Leaf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => Scalar(v.GetValue<string>()),
        JsonValue v when v.TryGetValue(out double number) && !v.TryGetValue(out long _) => number.ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToJsonString(),
    };

    [GeneratedRegex(@"^[A-Za-z_/][-A-Za-z0-9_./]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();

    // Words that YAML 1.1 or 1.2 take for booleans, nothing or numbers.
    [GeneratedRegex(
        "^(y|n|yes|no|on|off|true|false|null|infinity|inf|nan)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reserved();
}
