namespace Kruise.Sim.Tests.Reports;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kruise-reports-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Everything in it, hidden things too.</summary>
    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
