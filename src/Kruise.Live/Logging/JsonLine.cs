using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kruise.Live.Logging;

/// <summary>
/// A log line for collectors: <c>ts</c>, <c>level</c>, <c>logger</c>, <c>msg</c>, then the message's values under their own names, flat, and <c>exception</c>.
/// The console formatter of the framework nests the values and writes each message twice.
/// </summary>
internal static class JsonLine
{
    private static readonly string[] _levels = ["trace", "debug", "info", "warn", "error", "fatal"];

    private static readonly JsonWriterOptions _options = new()
    {
        // Read by collectors, never put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        using (var json = new Utf8JsonWriter(output, _options))
        {
            json.WriteStartObject();
            json.WriteString("ts", entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", _levels[(int)entry.Level]);
            json.WriteString("logger", entry.Source);
            json.WriteString("msg", entry.Message);
            for (int i = 0; i < entry.Values?.Count; i++)
            {
                if (entry.Values[i] is { Key: not "{OriginalFormat}" } value)
                {
                    WriteValue(json, NameOf(value.Key), value.Value);
                }
            }

            if (entry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>The field's name: lower case at first, and not one of the line's own.</summary>
    private static string NameOf(string placeholder)
    {
        string name = placeholder.Length == 0 ? "_" : char.ToLowerInvariant(placeholder[0]) + placeholder[1..];
        return name is "ts" or "level" or "logger" or "msg" or "exception" ? name + "_" : name;
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case sbyte or short or int or long or byte or ushort or uint:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumber(name, number);
                break;
            case decimal number:
                json.WriteNumber(name, number);
                break;
            case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                json.WriteNumber(name, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case TimeSpan time:
                json.WriteString(name, time.ToString("c", CultureInfo.InvariantCulture));
                break;
            case DateTime or DateTimeOffset:
                json.WriteString(name, ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture));
                break;
            case System.Collections.IEnumerable items:
                json.WriteStartArray(name);
                foreach (object? item in items)
                {
                    json.WriteStringValue(Text(item));
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteString(name, Text(value));
                break;
        }
    }

    private static string? Text(object? value) =>
        value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString();
}
