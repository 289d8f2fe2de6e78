using System.Buffers;
using System.Text.Json;

namespace Kruise.Core.Revisions;

/// <summary>JSON in one form only: members in ordinal order of their names, no white space. What says the same has the same bytes.</summary>
internal static class CanonicalJson
{
    // Objects whose presence says something though they are empty: a volume's kind, and selectors (empty ones select all, absent ones nothing or less).
    private static readonly HashSet<string> _meaningfulWhenEmpty = new(StringComparer.Ordinal) { "emptyDir", "labelSelector", "namespaceSelector" };

    /// <summary>The element with sorted members.</summary>
    public static byte[] Sorted(JsonElement element) => Write(element, static (value, writer) => WriteSorted(value, writer, sparse: false));

    /// <summary>
    /// The element with sorted members and without what says nothing: nulls, empty objects and lists, and creation times. Go writes some of these where
    /// .NET does not.
    /// </summary>
    public static byte[] Sparse(JsonElement element) => Write(element, static (value, writer) => WriteSorted(value, writer, sparse: true));

    private static byte[] Write(JsonElement element, Action<JsonElement, Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(element, writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSorted(JsonElement element, Utf8JsonWriter writer, bool sparse)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    if (!sparse || SaysSomething(member))
                    {
                        writer.WritePropertyName(member.Name);
                        WriteSorted(member.Value, writer, sparse);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    WriteSorted(item, writer, sparse);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool SaysSomething(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.Object => _meaningfulWhenEmpty.Contains(member.Name) || member.Value.EnumerateObject().Any(SaysSomething),
        JsonValueKind.Array => member.Value.GetArrayLength() > 0,
        _ => member.Name != "creationTimestamp",
    };
}
