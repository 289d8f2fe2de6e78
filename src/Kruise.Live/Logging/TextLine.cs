using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kruise.Live.Logging;

/// <summary>A log line for people: <c>2026-07-01T12:00:00.123Z WARN Reflector: message</c>. An exception follows on indented lines.</summary>
internal static class TextLine
{
    private static readonly string[] _levels = ["TRACE", "DEBUG", "INFO ", "WARN ", "ERROR", "FATAL"];

    public static void Write(IBufferWriter<byte> output, in LogEntry entry)
    {
        var line = new StringBuilder(160);
        line.Append(entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append(' ').Append(_levels[(int)entry.Level])
            .Append(' ').Append(entry.Source).Append(": ");
        AppendSafe(line, entry.Message);
        if (entry.Exception is { } exception)
        {
            foreach (string part in exception.ToString().Split('\n'))
            {
                line.Append("\n    ");
                AppendSafe(line, part.TrimEnd('\r'));
            }
        }

        line.Append('\n');
        foreach (ReadOnlyMemory<char> chunk in line.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, output);
        }
    }

    // What others wrote must not make lines, or move the cursor, of a person's terminal.
    private static void AppendSafe(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            switch (c)
            {
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '\t':
                    line.Append(' ');
                    break;
                case var control when char.IsControl(control):
                    line.Append(CultureInfo.InvariantCulture, $"\\u{(int)control:x4}");
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
    }
}
