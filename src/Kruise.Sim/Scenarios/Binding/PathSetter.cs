using System.Globalization;
using Kruise.Sim.Scenarios.Manifests;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>
/// Replaces one value of a scenario by its path: <c>spec.cluster.nodePools[0].count</c>, where brackets hold an index or the <c>name</c> of an item, or a
/// map's key that has dots. <c>spec.</c> and <c>spec.cluster.</c> may be left out. Below <c>apply</c> a path goes on in the first object, or in the one
/// whose index is given.
/// </summary>
internal sealed class PathSetter
{
    private readonly string _path;
    private readonly YamlNode _value;
    private readonly SourcePosition _blame;
    private readonly Func<ScalarNode, YamlNode> _openManifest;
    private readonly ProblemList _problems;
    private IReadOnlyList<Segment> _segments = [];
    private YamlNode? _found;
    private YamlNode? _nearest;
    private int _objectStart;

    private PathSetter(string path, YamlNode value, SourcePosition blame, Func<ScalarNode, YamlNode> openManifest, ProblemList problems)
    {
        _path = path;
        _value = value;
        _blame = blame;
        _openManifest = openManifest;
        _problems = problems;
    }

    /// <summary>The tree with the value in its place; the tree as it was when the path leads nowhere, which is reported.</summary>
    public static YamlNode Set(YamlNode root, string path, YamlNode value, SourcePosition blame, Func<ScalarNode, YamlNode> openManifest, ProblemList problems)
    {
        var setter = new PathSetter(path, value, blame, openManifest, problems);
        return setter.Parse() && setter.Complete() ? setter.Step(root, FieldType.Of(typeof(Scenario)), 0) ?? root : root;
    }

    /// <summary>What stands at a path today; null when the path leads nowhere, which is reported.</summary>
    public static WrittenValue? Find(YamlNode root, string path, SourcePosition blame, Func<ScalarNode, YamlNode> openManifest, ProblemList problems)
    {
        var setter = new PathSetter(path, new ScalarNode(blame, "", isPlain: true), blame, openManifest, problems);
        if (!setter.Parse() || !setter.Complete() || setter.Step(root, FieldType.Of(typeof(Scenario)), 0) is null)
        {
            return null;
        }

        YamlNode at = setter._found ?? setter._nearest ?? root;
        return new WrittenValue(setter._found is null ? null : FlowText.Of(setter._found), at.Position, setter.InFile());
    }

    private readonly record struct Segment(string Text, bool InBrackets, int End);

    private bool Parse()
    {
        var segments = new List<Segment>();
        int i = 0;
        while (i < _path.Length)
        {
            int start = i;
            if (_path[i] == '[')
            {
                int close = _path.IndexOf(']', i);
                if (close <= i + 1)
                {
                    break;
                }

                i = close + 1;
                segments.Add(new Segment(_path[(start + 1)..close].Trim('"', '\''), true, i));
            }
            else
            {
                if (segments.Count > 0)
                {
                    if (_path[i] != '.')
                    {
                        break;
                    }

                    start = ++i;
                }

                int end = _path.AsSpan(i).IndexOfAny('.', '[');
                i = end < 0 ? _path.Length : i + end;
                if (i == start)
                {
                    break;
                }

                segments.Add(new Segment(_path[start..i], false, i));
            }
        }

        _segments = segments;
        bool whole = segments.Count > 0 && segments[^1].End == _path.Length && segments.Count <= YamlReader.MaxDepth;
        if (!whole)
        {
            Fail(new Finding($"{Quote.Text(_path)} is not a path", "a path such as spec.cluster.nodePools[0].count or nodePools[web].count"));
        }

        return whole;
    }

    // Puts the parts in front that may be left out.
    private bool Complete()
    {
        string first = _segments[0].Text;
        (string[] Prefix, Type Type)[] roots = [([], typeof(Scenario)), (["spec"], typeof(ScenarioSpec)), (["spec", "cluster"], typeof(ClusterSpec))];
        foreach ((string[] prefix, Type type) in roots)
        {
            if (RecordShape.Of(type).Find(first) is not null)
            {
                _segments = [.. prefix.Select(p => new Segment(p, false, 0)), .. _segments];
                return true;
            }
        }

        var known = roots.SelectMany(r => RecordShape.Of(r.Type).Fields.Select(f => f.Name)).Distinct(StringComparer.Ordinal).ToList();
        Fail(new Finding($"unknown field {Quote.Text(first)}", string.Join(", ", known), Nearest.Of(first, known)));
        return false;
    }

    private YamlNode? Step(YamlNode? node, FieldType? type, int index)
    {
        if (node is { Position.Line: > 0 })
        {
            _nearest = node;
        }

        if (index == _segments.Count)
        {
            _found = node;
            return _value;
        }

        if (node is ScalarNode { IsNull: true })
        {
            node = null;
        }

        return type switch
        {
            ApplyType => StepIntoApply(node, index),
            MergePatchType patch => StepIntoRecord(node, patch.Shape, index, null),
            RecordType record => StepIntoRecord(node, record.Shape, index, null),
            UnionType union => union.FormOf(node ?? _value) is { } form ? StepIntoRecord(node, RecordShape.Of(form.Type), index, UnionType.Discriminator) : StepUntyped(node, index),
            ChoiceType choice => choice.ShapeOf(node ?? _value) is { } shape ? StepIntoRecord(node, shape, index, null) : StepUntyped(node, index),
            LatencyType => StepIntoLatency(node, index),
            ListType list => StepIntoList(node, list, index),
            MapType map => StepIntoMap(node, map.Element is AnyType ? null : map.Element, index),
            null or AnyType => StepUntyped(node, index),
            _ => Fail(new Finding($"{Before(index)} has no fields", "a path that ends there")),
        };
    }

    private YamlNode? StepIntoRecord(YamlNode? node, RecordShape shape, int index, string? discriminator)
    {
        Segment segment = _segments[index];
        IEnumerable<string> names = shape.Fields.Select(f => f.Name).Concat(discriminator is null ? [] : [discriminator]);
        FieldShape? field = shape.Find(segment.Text);
        if (field is null && !segment.InBrackets && TakesAway(index) && ManifestRules.WhyRefused(shape, segment.Text) is not null)
        {
            return StepIntoMapping(node, segment.Text, null, index);
        }

        if (segment.InBrackets || (field is null && segment.Text != discriminator))
        {
            string before = index == 0 ? "a scenario" : Before(index);
            return Fail(new Finding($"{before} has no field {Quote.Text(segment.Text)}", string.Join(", ", names), Nearest.Of(segment.Text, names)));
        }

        if (node is ScalarNode alone && shape.Shorthand is { } shorthand)
        {
            node = new MappingNode(alone.Position, [new MappingEntry(new ScalarNode(alone.Position, shorthand.Name, true), alone)]);
        }

        return StepIntoMapping(node, segment.Text, field?.Type ?? FieldType.Of(typeof(string)), index);
    }

    // Null takes away a field that is refused, so that a cluster's own manifest can be run without it.
    private bool TakesAway(int index) => index == _segments.Count - 1 && _value is ScalarNode { IsNull: true };

    private YamlNode? StepIntoLatency(YamlNode? node, int index)
    {
        string name = _segments[index].Text;
        if (name is not (LatencyType.P50 or LatencyType.P99))
        {
            return Fail(new Finding($"{Before(index)} has no field {Quote.Text(name)}", "p50, p99", Nearest.Of(name, [LatencyType.P50, LatencyType.P99])));
        }

        if (node is ScalarNode constant)
        {
            node = new MappingNode(
                constant.Position,
                [new(new ScalarNode(constant.Position, LatencyType.P50, true), constant), new(new ScalarNode(constant.Position, LatencyType.P99, true), constant)]);
        }

        return StepIntoMapping(node, name, FieldType.Of(typeof(Engine.SimTime)), index);
    }

    private YamlNode? StepIntoMap(YamlNode? node, FieldType? element, int index) => StepIntoMapping(node, _segments[index].Text, element, index);

    private YamlNode? StepIntoMapping(YamlNode? node, string key, FieldType? type, int index)
    {
        if (node is not (null or MappingNode))
        {
            return Fail(new Finding($"{Before(index)} is {node.Describe()}", "a path through mappings and lists"));
        }

        var mapping = (MappingNode?)node ?? new MappingNode(_blame, []);
        YamlNode? value = Step(mapping.Find(key)?.Value, type, index + 1);
        return value is null ? null : mapping.With(new ScalarNode(_blame, key, true), value);
    }

    private YamlNode? StepIntoList(YamlNode? node, ListType list, int index)
    {
        if (node is not SequenceNode sequence)
        {
            return Fail(new Finding($"{Before(index)} is {node?.Describe() ?? "not in the scenario"}", "a path to what the scenario has, or to the whole list"));
        }

        if (FindItem(sequence.Items, index) is not { } i)
        {
            return null;
        }

        YamlNode? item = Step(sequence.Items[i], list.Element, index + 1);
        return item is null ? null : sequence.With(i, item);
    }

    // The item that a segment means: by index, or by name among items that have one.
    private int? FindItem(IReadOnlyList<YamlNode> items, int index)
    {
        Segment segment = _segments[index];
        var names = items.Select(item => item is MappingNode mapping && mapping.Find("name")?.Value is ScalarNode name ? name.Value : null).ToList();
        if (segment.InBrackets)
        {
            if (int.TryParse(segment.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int i) && i < items.Count)
            {
                return i;
            }

            int byName = names.IndexOf(segment.Text);
            if (byName >= 0)
            {
                return byName;
            }
        }

        string allowed = items.Count == 0 ? "nothing: the list is empty" : $"[0] to [{items.Count - 1}]";
        var known = names.OfType<string>().Take(20).ToList();
        if (known.Count > 0)
        {
            allowed += ", or by name: " + string.Join(", ", known.Select(name => $"[{Quote.Bare(name)}]"));
        }

        Fail(new Finding(
            segment.InBrackets ? $"{Before(index)} has no item {Quote.Text(segment.Text)}" : $"{Before(index)} is a list and has no field {Quote.Text(segment.Text)}",
            allowed,
            Nearest.Of(segment.Text, known)));
        return null;
    }

    private YamlNode? StepIntoApply(YamlNode? node, int index)
    {
        if (node is ScalarNode path)
        {
            node = _openManifest(path);
        }

        bool indexed = _segments[index].InBrackets;
        switch (node)
        {
            case ManifestNode manifest:
                {
                    if ((indexed ? FindItem(manifest.Documents, index) : manifest.Documents.Count > 0 ? 0 : null) is not { } i)
                    {
                        return null;
                    }

                    YamlNode? document = StepIntoObject(manifest.Documents[i], index + (indexed ? 1 : 0));
                    var documents = manifest.Documents.ToList();
                    documents[i] = document ?? documents[i];
                    return document is null ? null : new ManifestNode(manifest.Path, documents);
                }

            case SequenceNode { Items.Count: > 0 } sequence:
                {
                    if ((indexed ? FindItem(sequence.Items, index) : 0) is not { } i)
                    {
                        return null;
                    }

                    int next = index + (indexed ? 1 : 0);
                    YamlNode? item = next == _segments.Count ? _value : StepIntoApply(sequence.Items[i], next);
                    return item is null ? null : sequence.With(i, item);
                }

            case MappingNode when !(indexed && _segments[index].Text != "0"):
                return StepIntoObject(node, index + (indexed ? 1 : 0));
            default:
                return Fail(new Finding($"{Before(index)} is {node?.Describe() ?? "not in the scenario"}", "a path to what the scenario has"));
        }
    }

    private YamlNode? StepIntoObject(YamlNode node, int index)
    {
        _objectStart = index;
        return Step(node, ManifestRules.TypeOf(node) is { } type ? FieldType.Of(type.Type) : null, index);
    }

    // The path from the beginning of the document that it leads into: the scenario, or the object that it applies.
    private string InFile()
    {
        var path = new System.Text.StringBuilder();
        foreach (Segment segment in _segments.Skip(_objectStart))
        {
            path.Append(segment.InBrackets ? $"[{segment.Text}]" : path.Length == 0 ? segment.Text : "." + segment.Text);
        }

        return path.ToString();
    }

    private YamlNode? StepUntyped(YamlNode? node, int index) => node is SequenceNode sequence
        ? FindItem(sequence.Items, index) is { } i && Step(sequence.Items[i], null, index + 1) is { } item ? sequence.With(i, item) : null
        : StepIntoMapping(node, _segments[index].Text, null, index);

    // The path up to a segment, as the user wrote it.
    private string Before(int index) => index == 0 || _segments[index - 1].End == 0
        ? string.Join('.', _segments.Take(index).Select(s => s.Text))
        : Quote.Bare(_path[.._segments[index - 1].End]);

    private YamlNode? Fail(Finding finding)
    {
        // On the command line the source repeats the path already.
        _problems.Error(_blame, _blame.Line > 0 && finding.Found.IndexOf(_path, StringComparison.Ordinal) < 0 ? finding with { Found = $"{Quote.Text(_path)}: {finding.Found}" } : finding);
        return null;
    }
}
