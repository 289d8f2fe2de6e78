using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>What stands at a path of a scenario or of a manifest that it applies.</summary>
/// <param name="Text">The value as YAML in one line; null where none is written, so that a default counts.</param>
/// <param name="At">Where it stands, or what is nearest to it where it does not.</param>
/// <param name="PathInFile">The path within the document that has it.</param>
internal sealed record WrittenValue(string? Text, SourcePosition At, string PathInFile);

/// <summary>Values as YAML in one line.</summary>
internal static class FlowText
{
    private static readonly System.Buffers.SearchValues<char> s_special = System.Buffers.SearchValues.Create(":#,[]{}\"'\n\\");

    public static string Of(YamlNode node) => node switch
    {
        ScalarNode scalar => scalar.IsPlain || !NeedsQuotes(scalar.Value) ? scalar.Value : Quoted(scalar.Value),
        SequenceNode list => "[" + string.Join(", ", list.Items.Select(Of)) + "]",
        MappingNode mapping => "{" + string.Join(", ", mapping.Entries.Select(entry => $"{Of(entry.Key)}: {Of(entry.Value)}")) + "}",
        ManifestNode manifest => manifest.Path.Value,
        _ => node.Describe(),
    };

    // A text that would read as something else without its quotes, or as more than one thing.
    private static bool NeedsQuotes(string text) =>
        text.Length == 0 || !char.IsAsciiLetter(text[0]) || text is "true" or "false" or "null" || text.AsSpan().ContainsAny(s_special) || text[^1] == ' ';

    private static string Quoted(string text) => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
