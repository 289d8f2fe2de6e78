using System.Globalization;
using System.Text;

namespace Kruise.Live.Cluster.Events;

/// <summary>What the API server demands of an event's name and message.</summary>
internal static class EventText
{
    /// <summary>The longest message, in bytes of UTF-8.</summary>
    public const int MaxMessageBytes = 1024;

    private const int MaxNameLength = 253;

    private const string Ellipsis = "...";

    /// <summary>The event's name: the object's, a dot, and the moment in hexadecimal nanoseconds since 1970.</summary>
    public static string NameFor(string objectName, long unixNanoseconds)
    {
        string suffix = "." + unixNanoseconds.ToString("x", CultureInfo.InvariantCulture);
        int room = MaxNameLength - suffix.Length;
        return (objectName.Length <= room ? objectName : objectName[..room].TrimEnd('.', '-')) + suffix;
    }

    /// <summary>The message, cut at a whole character where it is too long.</summary>
    public static string Fit(string message)
    {
        if (message.Length <= MaxMessageBytes / 3 || Encoding.UTF8.GetByteCount(message) <= MaxMessageBytes)
        {
            return message;
        }

        int bytes = 0;
        int end = 0;
        foreach (Rune rune in message.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxMessageBytes - Ellipsis.Length)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return string.Concat(message.AsSpan(0, end), Ellipsis);
    }
}
