namespace Kruise.Live.Tests.Lab;

/// <summary>A temporary folder of a fixture. Goes with it, unless KRUISE_LAB_KEEP asks for the logs to stay.</summary>
internal sealed class LabFolder : IDisposable
{
    public LabFolder(string name) => Root = Directory.CreateTempSubdirectory($"kruise-{name}-").FullName;

    public string Root { get; }

    public string this[string relative] => Path.Combine(Root, relative);

    public string Write(string relative, string content)
    {
        string path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("KRUISE_LAB_KEEP") is { Length: > 0 })
        {
            return;
        }

        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // A mount or a file that a dying process still writes: the folder is a temporary one.
        }
    }
}
