using Kruise.Live.Install;
using Kruise.Manifests;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>What is made from the types and from the table of values is committed as it would be made now.</summary>
public sealed class GeneratedFilesTests
{
    [Fact]
    public void Nothing_under_deploy_has_drifted()
    {
        IReadOnlyDictionary<string, string> made = GeneratedFiles.Of(Repository.Root);

        foreach ((string path, string text) in made)
        {
            string file = Repository.At(path);
            Assert.True(File.Exists(file) && File.ReadAllText(file) == text, $"{path} is out of date: dotnet run --project eng/Kruise.Manifests");
        }

        string[] left = [.. Directory.EnumerateFiles(Repository.At("deploy/crds")), .. Directory.EnumerateFiles(Repository.At("deploy/kustomize"))];
        Assert.All(left, file => Assert.Contains(Path.GetRelativePath(Repository.Root, file), made.Keys));
    }

    [Fact]
    public void The_program_carries_the_charts_templates_as_they_are()
    {
        string folder = Repository.At("deploy/helm/kruise/templates");
        Dictionary<string, string> files = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .ToDictionary(file => Path.ChangeExtension(Path.GetRelativePath(folder, file), null), File.ReadAllText, StringComparer.Ordinal);

        IReadOnlyDictionary<string, string> embedded = InstallManifests.Embedded();

        Assert.Equal(files.OrderBy(f => f.Key, StringComparer.Ordinal), embedded.OrderBy(f => f.Key, StringComparer.Ordinal));
    }
}
