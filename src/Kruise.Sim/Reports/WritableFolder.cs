namespace Kruise.Sim.Reports;

/// <summary>Whether something can be put into a folder.</summary>
internal static class WritableFolder
{
    /// <summary>Why nothing of that name can be created in it, or the folder itself cannot be, in a few words; null when it can. Leaves nothing behind.</summary>
    public static string? Objection(string folder, string name)
    {
        string existing = folder;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing)) return $"'{existing}' is a file, not a folder";
            if (Path.GetDirectoryName(existing) is not { } parent) return "no such folder";
            existing = parent;
        }

        try
        {
            using FileStream probe = new(
                Path.Combine(existing, "." + name + ".probe"),
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system's message would name the probe, which is no file of the user's.
            return $"nothing can be created in '{existing}'";
        }
    }
}
