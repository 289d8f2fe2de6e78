namespace Kruise.Sim.Reports;

/// <summary>Writes a file whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Why a file could not be written, in a few words, so that nobody runs for an hour to learn it; null when it could.</summary>
    public static string? Objection(string path)
    {
        if (string.IsNullOrWhiteSpace(path)) return "has no name";
        try
        {
            string full = Target(path);
            return Directory.Exists(full) ? "is a folder" : WritableFolder.Objection(Path.GetDirectoryName(full)!, Path.GetFileName(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e.Message.ReplaceLineEndings(" ");
        }
    }

    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <param name="path">The file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="replace">Whether a file that is there may go; otherwise it is an error.</param>
    public static void Write(string path, byte[] bytes, bool replace = true)
    {
        string full = Target(path);
        if (Directory.Exists(full)) throw new IOException($"'{path}' is a folder");
        string folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        // No two processes have the same, on one machine or several.
        string partial = Path.Combine(folder, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}.partial");
        try
        {
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, full, overwrite: replace);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    // The file that a link points to is replaced, not the link.
    private static string Target(string path)
    {
        FileInfo file = new(Path.GetFullPath(path));
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;
    }
}
