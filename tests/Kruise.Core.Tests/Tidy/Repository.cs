namespace Kruise.Core.Tests.Tidy;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", ".github", "artifacts", "bin", "obj", "reports", "node_modules"];

    public static string Folder { get; } = Find();

    /// <summary>Files of a folder of the repository by their path from its root, in ordinal order; what builds and runs write is left out.</summary>
    public static IEnumerable<(string Name, string[] Lines)> Texts(string folder, params string[] endings) =>
        Names(Path.Combine(Folder, folder))
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Where(name => endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, File.ReadAllLines(Path.Combine(Folder, name))));

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder)
            .Concat(Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner), StringComparer.Ordinal)).SelectMany(Names));

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kruise.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}
