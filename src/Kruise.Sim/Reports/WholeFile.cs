namespace Kruise.Sim.Reports;

/// <summary>Writes a file whole or not at all.</summary>
internal static class WholeFile
{
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    /// <param name="path">The file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="replace">Whether a file that is there may go; otherwise it is an error.</param>
    public static void Write(string path, byte[] bytes, bool replace = true)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        string partial = Path.Combine(folder, "." + Path.GetFileName(full) + ".partial");
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
}
