using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Cli;

/// <summary>The scenario files that files and folders stand for.</summary>
internal static class CheckPaths
{
    /// <summary>Files as they are; of a folder the files <c>*.yaml</c> and <c>*.yml</c> in it that are scenarios, by name. Null when a folder has none, or cannot be read.</summary>
    public static IReadOnlyList<string>? Scenarios(IReadOnlyList<string> paths, TextWriter errors)
    {
        var files = new List<string>();
        bool good = true;
        foreach (string path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(path);
                continue;
            }

            string[] found;
            try
            {
                found = [.. Directory.GetFiles(path).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Where(IsScenario).Order(StringComparer.Ordinal)];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"{path}: the folder cannot be read: {Quote.Bare(e.Message)}");
                good = false;
                continue;
            }

            if (found.Length == 0)
            {
                errors.WriteLine($"{path}: the folder has no scenario; allowed: a folder with YAML files of kind {Scenario.KindText}");
                good = false;
            }

            files.AddRange(found);
        }

        return good ? files : null;
    }

    // A file that cannot be read as YAML is taken for a scenario, so that what is wrong with it is told.
    private static bool IsScenario(string file)
    {
        var problems = new ProblemList();
        return SourceText.Read(file, new SourcePosition(file, 0, 0), "", "", problems) is not { } text
            || YamlReader.ReadDocuments(text, file, problems) is not { } documents
            || documents.Any(document => (document as MappingNode)?.Find("kind")?.Value is not ScalarNode { IsNull: false } kind || kind.Value == Scenario.KindText);
    }
}
