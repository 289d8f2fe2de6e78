using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// The bytes that Go's <c>encoding/json</c> would write: fields in the order of their struct, maps by key, <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c> escaped.
/// Fields that the struct does not have yet follow those that it has, by name: Go would have dropped them, and a change of them gone unnoticed.
/// </summary>
internal sealed class GoJson
{
    private readonly StringBuilder _text = new();

    /// <summary>What was written so far, in UTF-8.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Writes what is fixed.</summary>
    public void Raw(string text) => _text.Append(text);

    /// <summary>Writes a list of structs; null is not an empty list.</summary>
    public void List(JsonElement? items, string type)
    {
        if (items is { } list)
        {
            Value(list, type);
        }
        else
        {
            _text.Append("null");
        }
    }

    private void Value(JsonElement value, string? type)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Object(value, type is null ? [] : GoFields.Of(type));
                break;
            case JsonValueKind.Array:
                _text.Append('[');
                string separator = "";
                foreach (JsonElement item in value.EnumerateArray())
                {
                    _text.Append(separator);
                    Value(item, type);
                    separator = ",";
                }

                _text.Append(']');
                break;
            case JsonValueKind.String:
                String(value.GetString()!);
                break;
            default:
                _text.Append(value.GetRawText());
                break;
        }
    }

    private void Object(JsonElement value, GoField[] fields)
    {
        _text.Append('{');
        int start = _text.Length;
        foreach (GoField field in fields)
        {
            if (value.TryGetProperty(field.Name, out JsonElement member) && (field.IsPointer || !IsZero(member, field)))
            {
                Name(field.Name, start);
                Value(member, field.Type);
            }
            else if (field.Zero is { } zero)
            {
                Name(field.Name, start);
                _text.Append(zero);
            }
        }

        IEnumerable<JsonProperty> rest = value.EnumerateObject()
            .Where(member => member.Value.ValueKind != JsonValueKind.Null && !Array.Exists(fields, field => field.Name == member.Name));
        foreach (JsonProperty member in rest.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            Name(member.Name, start);
            Value(member.Value, null);
        }

        _text.Append('}');
    }

    // A struct is there or not: empty ones are written. Maps and lists without entries are not.
    private static bool IsZero(JsonElement value, GoField field) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Number => value.TryGetInt64(out long number) && number == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => field.Type is null && !value.EnumerateObject().Any(),
        _ => false,
    };

    private void Name(string name, int start)
    {
        if (_text.Length > start)
        {
            _text.Append(',');
        }

        String(name);
        _text.Append(':');
    }

    private void String(string text)
    {
        _text.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => _text.Append('\\').Append(c),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }
}
