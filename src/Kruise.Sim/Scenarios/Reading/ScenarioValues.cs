using System.Globalization;

namespace Kruise.Sim.Scenarios.Reading;

/// <summary>The values that a scenario file gives, by the paths that <c>--set</c> has for them.</summary>
internal static class ScenarioValues
{
    /// <summary>Paths of all scalars below <c>spec</c>; none when the file cannot be read. Items of lists are named where every one has a name of its own.</summary>
    public static IEnumerable<string> Paths(string file)
    {
        var problems = new ProblemList();
        return SourceText.Read(file, new SourcePosition(file, 0, 0), "", "a YAML file with a scenario", problems) is { } text
            && YamlReader.ReadDocuments(text, file, problems) is [MappingNode root]
            && root.Find("spec") is { } spec
                ? Below("spec", spec.Value)
                : [];
    }

    private static IEnumerable<string> Below(string path, YamlNode node) => node switch
    {
        MappingNode mapping => mapping.Entries.SelectMany(entry => Below(path + Key(entry.Key.Value), entry.Value)),
        SequenceNode sequence => sequence.Items.SelectMany((item, i) => Below($"{path}[{Names(sequence)?[i] ?? i.ToString(CultureInfo.InvariantCulture)}]", item)),
        ScalarNode { IsNull: false } => [path],
        _ => [],
    };

    private static string Key(string key) => key.AsSpan().ContainsAny('.', '[') ? $"[{key}]" : "." + key;

    private static List<string>? Names(SequenceNode sequence)
    {
        var names = sequence.Items.Select(item => (item as MappingNode)?.Find("name")?.Value is ScalarNode name ? name.Value : "").ToList();
        return names.TrueForAll(name => name.Length > 0 && !name.AsSpan().ContainsAny('[', ']')) && names.Distinct(StringComparer.Ordinal).Count() == names.Count ? names : null;
    }
}
