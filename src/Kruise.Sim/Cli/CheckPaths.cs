using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Cli;

/// <summary>The scenario files that files and folders stand for.</summary>
internal static class CheckPaths
{
    /// <summary>How deep below a folder without scenarios is looked for some to name.</summary>
    private const int Depth = 3;

    /// <summary>Folders named at most.</summary>
    private const int Named = 3;

    /// <summary>
    /// Files as they are; of a folder the files <c>*.yaml</c> and <c>*.yml</c> in it that are scenarios, by name, and not those of its sub-folders: manifests, charts and reports lie there, of
    /// which nobody can say whether a file that cannot be read was meant to be a scenario. Null when a folder has none, or cannot be read.
    /// </summary>
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
                found = [.. Directory.GetFiles(path).Where(IsYaml).Where(IsScenario).Order(StringComparer.Ordinal)];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"{path}: the folder cannot be read: {Quote.Bare(e.Message)}");
                good = false;
                continue;
            }

            if (found.Length == 0)
            {
                errors.WriteLine($"{path}: the folder has no scenario; allowed: a folder with YAML files of kind {Scenario.KindText}{Below(path)}");
                good = false;
            }

            files.AddRange(found);
        }

        return good ? files : null;
    }

    // The sub-folders that could have been meant: links are not followed, hidden folders and those that cannot be read are passed over.
    private static string Below(string path)
    {
        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = Depth,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        };
        string[] folders =
        [
            .. Directory.EnumerateFiles(path, "*", all).Where(IsYaml).GroupBy(file => Path.GetDirectoryName(file)!, StringComparer.Ordinal).OrderBy(folder => folder.Key, StringComparer.Ordinal)
                .Where(folder => folder.Any(SaysScenario)).Select(folder => folder.Key),
        ];
        string more = folders.Length > Named ? $" and {folders.Length - Named} more" : "";
        return folders.Length == 0 ? "" : "; sub-folders are not looked into: name " + string.Join(", ", folders.Take(Named)) + more;
    }

    private static bool IsYaml(string file) => Path.GetExtension(file) is ".yaml" or ".yml";

    // A file that cannot be read as YAML is taken for a scenario, so that what is wrong with it is told.
    private static bool IsScenario(string file) => Kinds(file) is not { } kinds || kinds.Any(kind => kind is null or Scenario.KindText);

    private static bool SaysScenario(string file) => Kinds(file)?.Any(kind => kind == Scenario.KindText) ?? false;

    // Of each document; null where it has none, and for a file that cannot be read.
    private static IReadOnlyList<string?>? Kinds(string file)
    {
        var problems = new ProblemList();
        return SourceText.Read(file, new SourcePosition(file, 0, 0), "", "", problems) is { } text && YamlReader.ReadDocuments(text, file, problems) is { } documents
            ? [.. documents.Select(document => (document as MappingNode)?.Find("kind")?.Value is ScalarNode { IsNull: false } kind ? kind.Value : null)]
            : null;
    }
}
