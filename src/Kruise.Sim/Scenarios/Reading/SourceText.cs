using System.Text;

namespace Kruise.Sim.Scenarios.Reading;

/// <summary>Reads text files of users, with bounds, so that no file can exhaust memory or be misread in silence.</summary>
internal static class SourceText
{
    /// <summary>A list of 100,000 node names has a third of this.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>The file's text; null with a message when there is none to be had.</summary>
    /// <param name="path">The file.</param>
    /// <param name="blame">Where to put problems that are not inside the file.</param>
    /// <param name="subject">What such problems begin with.</param>
    /// <param name="allowed">What the path should be.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static string? Read(string path, SourcePosition blame, string subject, string allowed, ProblemList problems)
    {
        try
        {
            if (Directory.Exists(path))
            {
                problems.Error(blame, new Finding($"{subject}{Quote.Text(path)} is a folder", allowed));
                return null;
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new MemoryStream();
            var buffer = new byte[81920];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MaxBytes)
                {
                    problems.Error(blame, new Finding($"{subject}{Quote.Text(path)} is larger than {MaxBytes / 1024 / 1024} MiB", "files up to that size"));
                    return null;
                }
            }

            return Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), path, problems);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Error(blame, new Finding($"{subject}there is no file {Quote.Text(path)}", allowed, NearestFile(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            problems.Error(blame, $"{subject}{Quote.Text(path)} cannot be read: {Quote.Bare(e.Message)}");
        }

        return null;
    }

    /// <summary>The text that bytes stand for; null when they are no text.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, string source, ProblemList problems)
    {
        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        // Invalid bytes become U+FFFD, which no scenario needs.
        string text = _utf8.GetString(bytes);
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n')
            {
                line++;
                lineStart = i + 1;
            }
            else if (c == '\uFFFD' || (char.IsControl(c) && c is not ('\t' or '\r' or '\u0085')))
            {
                string what = c == '\uFFFD' ? "bytes that are not UTF-8" : $"the control character U+{(int)c:X4}";
                problems.Error(new SourcePosition(source, line, i - lineStart + 1), new Finding("not a YAML file: " + what, "YAML as UTF-8 text"));
                return null;
            }
        }

        return text;
    }

    private static string? NearestFile(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(folder))
        {
            return null;
        }

        try
        {
            string? nearest = Nearest.Of(
                Path.GetFileName(path),
                Directory.EnumerateFiles(folder).Take(1000).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
            return nearest is null ? null : Path.Combine(Path.GetDirectoryName(path) ?? "", nearest).Replace('\\', '/');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
