using System.Globalization;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios.Reading;

/// <summary>Finds where a field of a document was written, by a path such as <c>spec.selector.matchExpressions[0].operator</c>.</summary>
internal static class FieldLocator
{
    /// <summary>The place of the field, or of the nearest thing around it that was written.</summary>
    public static SourcePosition Find(YamlNode root, string path) => Walk(root, path).Position;

    /// <summary>The value of the field, or of the nearest thing around it that was written.</summary>
    public static YamlNode NodeAt(YamlNode root, string path) => Walk(root, path).Node;

    private static (YamlNode Node, SourcePosition Position) Walk(YamlNode root, string path)
    {
        YamlNode node = root;
        SourcePosition best = root.Position;
        foreach (string segment in path.Replace("]", "", StringComparison.Ordinal).Split('.', '['))
        {
            if (node is MappingNode mapping && mapping.Find(segment) is { } entry)
            {
                node = entry.Value;
                best = BindContext.PositionOf(entry);
            }
            else if (node is SequenceNode sequence
                && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out int i)
                && i < sequence.Items.Count)
            {
                node = sequence.Items[i];
                best = node.Position;
            }
            else
            {
                break;
            }
        }

        return (node, best);
    }
}
