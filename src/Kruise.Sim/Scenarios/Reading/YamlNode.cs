namespace Kruise.Sim.Scenarios.Reading;

/// <summary>Where a node was written. Line and column count from 1; 0 where the source has no lines.</summary>
internal readonly record struct SourcePosition(string Source, int Line, int Column);

/// <summary>
/// A value of a YAML document with its position. Nodes never change: aliases share them, and replacing a value makes new nodes on the way down to it.
/// </summary>
internal abstract class YamlNode(SourcePosition position)
{
    public SourcePosition Position { get; } = position;

    /// <summary>Nodes in this value with every alias written out.</summary>
    public abstract long ExpandedCount { get; }

    /// <summary>Levels in this value: 1 for a scalar.</summary>
    public abstract int Height { get; }

    /// <summary>What it is, for messages: <c>a list</c>.</summary>
    public abstract string Describe();
}

internal sealed class ScalarNode(SourcePosition position, string value, bool isPlain) : YamlNode(position)
{
    public string Value { get; } = value;

    /// <summary>Whether it was written without quotes, so that it may be a number, a boolean or nothing.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether it stands for no value at all.</summary>
    public bool IsNull => IsPlain && Value is ("" or "~" or "null" or "Null" or "NULL");

    public override long ExpandedCount => 1;

    public override int Height => 1;

    public override string Describe() => IsNull ? "nothing" : Quote.Text(Value);
}

internal readonly record struct MappingEntry(ScalarNode Key, YamlNode Value);

internal sealed class MappingNode : YamlNode
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    public MappingNode(SourcePosition position, IReadOnlyList<MappingEntry> entries)
        : base(position)
    {
        Entries = entries;
        ExpandedCount = 1;
        Height = 1;
        for (int i = 0; i < entries.Count; i++)
        {
            _index[entries[i].Key.Value] = i;
            ExpandedCount += 1 + entries[i].Value.ExpandedCount;
            Height = Math.Max(Height, 1 + entries[i].Value.Height);
        }
    }

    /// <summary>In the order written; no key occurs twice.</summary>
    public IReadOnlyList<MappingEntry> Entries { get; }

    public override long ExpandedCount { get; }

    public override int Height { get; }

    public MappingEntry? Find(string key) => _index.TryGetValue(key, out int i) ? Entries[i] : null;

    /// <summary>A copy in which the key has the value.</summary>
    public MappingNode With(ScalarNode key, YamlNode value)
    {
        var entries = new List<MappingEntry>(Entries);
        if (_index.TryGetValue(key.Value, out int i))
        {
            entries[i] = new MappingEntry(entries[i].Key, value);
        }
        else
        {
            entries.Add(new MappingEntry(key, value));
        }

        return new MappingNode(Position, entries);
    }

    public override string Describe() => "a mapping";
}

internal sealed class SequenceNode : YamlNode
{
    public SequenceNode(SourcePosition position, IReadOnlyList<YamlNode> items)
        : base(position)
    {
        Items = items;
        ExpandedCount = 1 + items.Sum(item => item.ExpandedCount);
        Height = 1 + (items.Count == 0 ? 0 : items.Max(item => item.Height));
    }

    public IReadOnlyList<YamlNode> Items { get; }

    public override long ExpandedCount { get; }

    public override int Height { get; }

    /// <summary>A copy with another item in one place.</summary>
    public SequenceNode With(int index, YamlNode item)
    {
        var items = new List<YamlNode>(Items) { [index] = item };
        return new SequenceNode(Position, items);
    }

    public override string Describe() => "a list";
}

/// <summary>The documents of a manifest file in the place where a scenario names the file.</summary>
internal sealed class ManifestNode(ScalarNode path, IReadOnlyList<YamlNode> documents) : YamlNode(path.Position)
{
    public ScalarNode Path { get; } = path;

    public IReadOnlyList<YamlNode> Documents { get; } = documents;

    public override long ExpandedCount => 1;

    public override int Height => 1;

    public override string Describe() => Path.Describe();
}
