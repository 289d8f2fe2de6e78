using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>Scenario files of the tests, and folders to write others to.</summary>
internal static class Fixture
{
    public static readonly string Repository = FindRepository();

    public static string PathOf(string name) => Path.Combine(Repository, "tests", "Kruise.Sim.Tests", "Scenarios", "Fixtures", name);

    public static string TextOf(string name) => File.ReadAllText(PathOf(name));

    private static string FindRepository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kruise.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}

/// <summary>A folder with the manifests of the example files, gone when disposed.</summary>
internal sealed class Workspace : IDisposable
{
    public Workspace()
    {
        Folder = Directory.CreateTempSubdirectory("kruise-sim-tests-").FullName;
        Directory.CreateDirectory(Path.Combine(Folder, "manifests"));
        foreach (string manifest in new[] { "manifests/job-nginx.yaml", "manifests/job-with-secret.yaml", "manifests/cloneset-web.yaml" })
        {
            Write(manifest, Fixture.TextOf(manifest));
        }
    }

    public string Folder { get; }

    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public LoadResult Load(string text, params string[] sets) => ScenarioLoader.Load(Write("s.yaml", text), sets, null);

    /// <summary>The problems of a scenario with this text, with the folder's name left out.</summary>
    public string[] Problems(string text, params string[] sets) => Shorten(Load(text, sets));

    public string[] Shorten(LoadResult result) => [.. result.Problems.Select(p => p.ToString().Replace(Folder + "/", "", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
