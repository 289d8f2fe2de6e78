using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Trials;

/// <summary>A file of JSON objects, one a line, that grows while trials run, so that nothing that is done is lost: a line that says of what, then a line for each trial.</summary>
internal sealed class TrialFile : IDisposable
{
    /// <summary>One line each, the same bytes on every machine.</summary>
    public static readonly JsonSerializerOptions Compact = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;

    private TrialFile(FileStream stream) => _stream = stream;

    /// <summary>Begins a file with what is kept of it, so that a line that was cut off is gone.</summary>
    /// <exception cref="ReportException">The file cannot be written, or another process is writing it.</exception>
    public static TrialFile Open(string path, byte[] kept)
    {
        try
        {
            if (File.Exists(path))
            {
                // Fails where another process is writing it.
                using FileStream probe = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            Keep(path, kept);
            return new TrialFile(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot write '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Its whole lines. A last one that was cut off is left out, and so is what is no object: the logs of a pod have what it said while it ran among its results.</summary>
    /// <exception cref="ReportException">The file cannot be read.</exception>
    public static string[] Read(string path)
    {
        try
        {
            return [.. File.ReadAllText(path, s_utf8).Split('\n')[..^1].Where(line => line.StartsWith('{'))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>A whole file.</summary>
    public static byte[] Whole<THeader, TLine>(THeader header, IEnumerable<TLine> lines)
    {
        var text = new StringBuilder();
        text.Append(JsonSerializer.Serialize(header, Compact)).Append('\n');
        foreach (TLine line in lines) text.Append(JsonSerializer.Serialize(line, Compact)).Append('\n');
        return s_utf8.GetBytes(text.ToString());
    }

    /// <summary>Puts a whole file in its place, or leaves what is there.</summary>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public static void Keep(string path, byte[] whole)
    {
        try
        {
            WholeFile.Write(path, whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot write '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>In one write, so that a kill leaves a line whole or cut, and nothing behind it.</summary>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public void Add<TLine>(TLine line)
    {
        try
        {
            _stream.Write(s_utf8.GetBytes(JsonSerializer.Serialize(line, Compact) + "\n"));
            _stream.Flush();
        }
        catch (IOException e)
        {
            throw new ReportException($"cannot write '{_stream.Name}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    public void Dispose() => _stream.Dispose();
}
