using System.Text;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>Brings the text of a runtime's error into the form in which people read it.</summary>
internal static class RuntimeText
{
    private const string GrpcBegin = "rpc error: code = ";
    private const string GrpcEnd = " desc = ";

    // Each may be followed by the image's name in quotes, which stands beside the message already.
    private static readonly string[] Wrappings =
        ["failed to pull and unpack image", "failed to resolve reference", "failed to pull image", "Error response from daemon"];

    public static string OnOneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            char shown = char.IsControl(c) ? ' ' : c;
            if (shown != ' ' || (line.Length > 0 && line[^1] != ' '))
            {
                line.Append(shown);
            }
        }

        return line.ToString().TrimEnd();
    }

    public static string Unwrap(string text)
    {
        for (int begin; (begin = text.IndexOf(GrpcBegin, StringComparison.Ordinal)) >= 0;)
        {
            int end = text.IndexOf(GrpcEnd, begin, StringComparison.Ordinal);
            if (end < 0)
            {
                break;
            }

            text = text.Remove(begin, end + GrpcEnd.Length - begin);
        }

        for (int length; (length = WrappingLength(text)) > 0;)
        {
            text = text[length..];
        }

        return text;
    }

    /// <summary>The text without what stands in quotes.</summary>
    public static string WithoutQuotes(string text)
    {
        var bare = new StringBuilder(text.Length);
        bool quoted = false;
        foreach (char c in text)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted)
            {
                bare.Append(c);
            }
        }

        return bare.ToString();
    }

    private static int WrappingLength(string text)
    {
        foreach (string wrapping in Wrappings)
        {
            if (!text.StartsWith(wrapping, StringComparison.Ordinal))
            {
                continue;
            }

            int at = wrapping.Length;
            if (text.AsSpan(at).StartsWith(" \""))
            {
                int quote = text.IndexOf('"', at + 2);
                at = quote < 0 ? at : quote + 1;
            }

            if (text.AsSpan(at).StartsWith(": "))
            {
                return at + 2;
            }
        }

        return 0;
    }
}
