using System.Globalization;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>The way from a document's root to a field; written out only for messages.</summary>
internal sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string _segment;

    private FieldPath(FieldPath? parent, string segment)
    {
        _parent = parent;
        _segment = segment;
    }

    public static FieldPath Root { get; } = new(null, "");

    public FieldPath Field(string name) => new(this, name);

    public FieldPath Item(int index) => new(this, string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    public override string ToString()
    {
        string before = _parent?.ToString() ?? "";
        return before.Length == 0 || _segment.StartsWith('[') ? before + _segment : before + "." + _segment;
    }
}

/// <summary>Collects problems while nodes become records, and remembers which node each record and list came from.</summary>
internal sealed class BindContext(ProblemList problems)
{
    private readonly Dictionary<object, YamlNode> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, FieldPath> _paths = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _broken = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, IReadOnlyList<(YamlNode Node, int Index)>> _items = new(ReferenceEqualityComparer.Instance);

    public ProblemList Problems { get; } = problems;

    public void Error(YamlNode node, FieldPath path, Finding finding) => Error(node.Position, path, finding);

    public void Error(SourcePosition at, FieldPath path, Finding finding)
    {
        string place = path.ToString();
        Problems.Error(at, place.Length == 0 ? finding.ToString() : Quote.Bare(place) + ": " + finding);
    }

    public void Remember(object record, YamlNode node) => _nodes[record] = node;

    /// <summary>Remembers where in its document a Kubernetes object stands.</summary>
    public void Remember(object record, FieldPath path) => _paths[record] = path;

    /// <summary>The way to a Kubernetes object from the root of its document.</summary>
    public FieldPath PathOf(object record) => _paths.GetValueOrDefault(record, FieldPath.Root);

    /// <summary>Notes that something in a record was wrong and reported, so that what stands in its place is not complained of again.</summary>
    public void MarkBroken(object record) => _broken.Add(record);

    public bool IsBroken(object record) => _broken.Contains(record);

    public YamlNode NodeOf(object record) => _nodes[record];

    /// <summary>Remembers the nodes of a list's items with their places in the file, from which items that were wrong are missing in the list.</summary>
    public void Remember(object list, IReadOnlyList<(YamlNode Node, int Index)> items) => _items[list] = items;

    /// <summary>Where a record's field was written: its value if that fits a line, else its key; the record itself when the field is absent.</summary>
    public SourcePosition PositionOf(object record, string field)
    {
        if (!_nodes.TryGetValue(record, out YamlNode? node))
        {
            return default;
        }

        return node is MappingNode mapping && mapping.Find(field) is { } entry ? PositionOf(entry) : node.Position;
    }

    /// <summary>Whether a record's field was written.</summary>
    public bool IsGiven(object record, string field) => _nodes.TryGetValue(record, out YamlNode? node) && node is MappingNode mapping && mapping.Find(field) is not null;

    /// <summary>Where an item of a list was written.</summary>
    public SourcePosition PositionOfItem(object list, int index) => _items[list][index].Node.Position;

    /// <summary>The path to an item of a list as the file has it.</summary>
    public FieldPath PathOfItem(FieldPath list, object items, int index) => list.Item(_items.TryGetValue(items, out var known) ? known[index].Index : index);

    public static SourcePosition PositionOf(MappingEntry entry) =>
        entry.Value is ScalarNode { Value.Length: > 0 } or ManifestNode ? entry.Value.Position : entry.Key.Position;
}
