using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kruise.Sim.Scenarios.Reading;

/// <summary>
/// Reads YAML into nodes with positions. A document is bounded in depth and in what its aliases expand to, so that a short file cannot stand for an
/// endless one. Faults of the text are collected; a syntax error ends the reading.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxDepth = 64;
    public const long MaxNodes = 1_000_000;

    private readonly string _source;
    private readonly ProblemList _problems;
    private readonly int _firstLine;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private IParser _parser = null!;
    private Scanner _scanner = null!;
    private long _nodes;

    private YamlReader(string source, int firstLine, ProblemList problems)
    {
        _source = source;
        _firstLine = firstLine;
        _problems = problems;
    }

    /// <summary>The documents of a text, as far as they could be read; empty documents count as nothing. Null after an error that ended the reading.</summary>
    public static IReadOnlyList<YamlNode>? ReadDocuments(string text, string source, ProblemList problems) =>
        new YamlReader(source, 1, problems).Read(text);

    /// <summary>A value given outside a file, such as on the command line: its nodes have no lines.</summary>
    public static YamlNode? ReadValue(string text, string source, ProblemList problems)
    {
        IReadOnlyList<YamlNode>? documents = new YamlReader(source, 0, problems).Read(text);
        switch (documents?.Count)
        {
            case 0:
                return new ScalarNode(new SourcePosition(source, 0, 0), "", isPlain: true);
            case 1:
                return documents[0];
            case null:
                return null;
            default:
                problems.Error(new SourcePosition(source, 0, 0), new Finding("several documents", "one value"));
                return null;
        }
    }

    private List<YamlNode>? Read(string text)
    {
        var documents = new List<YamlNode>();
        try
        {
            _scanner = new Scanner(new StringReader(text), skipComments: true);
            _parser = new Parser(_scanner);
            _parser.Consume<StreamStart>();
            while (!_parser.Accept<StreamEnd>(out _))
            {
                _parser.Consume<DocumentStart>();
                _anchors.Clear();
                _nodes = 0;
                YamlNode root = ReadNode(1);
                if (root is not ScalarNode { IsNull: true })
                {
                    documents.Add(root);
                }

                _parser.Consume<DocumentEnd>();
            }

            return documents;
        }
        catch (LimitException e)
        {
            _problems.Error(e.Position, e.Finding);
        }
        catch (YamlException e)
        {
            string reason = e.InnerException is { } inner ? inner.Message : e.Message;
            // Some faults are told without their place: the scanner stands there.
            _problems.Error(At(e.Start.Index == 0 && e.End.Index == 0 ? _scanner.CurrentPosition : e.Start), new Finding("not valid YAML: " + Sentence(reason)));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The parser's own faults on odd input (it names no place then): the place it had come to is the best there is.
            Mark reached = _scanner.CurrentPosition;
            string reason = _firstLine == 0 ? "" : FormattableString.Invariant($": what begins here cannot be read beyond line {reached.Line}, column {reached.Column}");
            _problems.Error(_parser.Current is { } last ? At(last.Start) : new SourcePosition(_source, _firstLine, _firstLine), "not valid YAML" + reason);
        }

        return null;
    }

    private YamlNode ReadNode(int depth)
    {
        ParsingEvent start = _parser.Consume<ParsingEvent>();
        SourcePosition at = At(start.Start);
        if (depth > MaxDepth)
        {
            throw new LimitException(at, new Finding("nested too deeply", $"{MaxDepth} levels"));
        }

        if (start is AnchorAlias alias)
        {
            return Resolve(alias, at, depth);
        }

        var nodeEvent = (NodeEvent)start;
        string? anchor = nodeEvent.Anchor.IsEmpty ? null : nodeEvent.Anchor.Value;
        if (anchor is not null)
        {
            _anchors[anchor] = null;
        }

        bool isText = CheckTag(nodeEvent.Tag, at);
        Spend(1, at);
        YamlNode node = start switch
        {
            Scalar scalar => new ScalarNode(at, scalar.Value, scalar.Style == ScalarStyle.Plain && !isText),
            SequenceStart => ReadSequence(at, depth),
            _ => ReadMapping(at, depth),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private SequenceNode ReadSequence(SourcePosition at, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new SequenceNode(at, items);
    }

    private MappingNode ReadMapping(SourcePosition at, int depth)
    {
        var entries = new List<MappingEntry>();
        var keys = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = ReadNode(depth + 1);
            YamlNode value = ReadNode(depth + 1);
            if (key is not ScalarNode name)
            {
                _problems.Error(key.Position, new Finding($"the key is {key.Describe()}", "text"));
            }
            else if (keys.TryGetValue(name.Value, out ScalarNode? first))
            {
                string where = first.Position.Line > 0 ? $"; it stands in line {first.Position.Line} already" : "";
                _problems.Error(name.Position, $"{Quote.Text(name.Value)} is written twice{where}");
            }
            else
            {
                keys.Add(name.Value, name);
                entries.Add(new MappingEntry(name, value));
            }
        }

        return new MappingNode(at, entries);
    }

    private YamlNode Resolve(AnchorAlias alias, SourcePosition at, int depth)
    {
        string name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out YamlNode? node))
        {
            string? nearest = Nearest.Of(name, _anchors.Keys);
            _problems.Error(at, new Finding($"no anchor {Quote.Text(name)} stands before its alias", Suggestion: nearest));
            return new ScalarNode(at, "", isPlain: true);
        }

        if (node is null)
        {
            throw new LimitException(at, new Finding($"the alias {Quote.Text(name)} stands inside the value it repeats"));
        }

        if (depth + node.Height - 1 > MaxDepth)
        {
            throw new LimitException(at, new Finding("nested too deeply", $"{MaxDepth} levels"));
        }

        Spend(node.ExpandedCount, at);
        return node;
    }

    private void Spend(long nodes, SourcePosition at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new LimitException(at, new Finding("the document is too large with its aliases written out", $"{MaxNodes} values"));
        }
    }

    // True when the tag makes a text of a plain scalar.
    private bool CheckTag(TagName tag, SourcePosition at)
    {
        if (tag.IsEmpty)
        {
            return false;
        }

        if (tag.IsNonSpecific)
        {
            return true;
        }

        const string core = "tag:yaml.org,2002:";
        string name = tag.Value;
        if (!name.StartsWith(core, StringComparison.Ordinal) || name[core.Length..] is not ("str" or "int" or "float" or "bool" or "null" or "map" or "seq"))
        {
            _problems.Error(at, new Finding($"the tag {Quote.Text(name)}", "no tags"));
        }

        return name == core + "str";
    }

    private SourcePosition At(Mark mark) =>
        _firstLine == 0 ? new SourcePosition(_source, 0, 0) : new SourcePosition(_source, (int)mark.Line, (int)mark.Column);

    private static string Sentence(string message)
    {
        string text = Quote.Bare(message).TrimEnd('.', ' ');
        return text.Length == 0 ? "cannot be read" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private sealed class LimitException(SourcePosition position, Finding finding) : Exception
    {
        public SourcePosition Position { get; } = position;

        public Finding Finding { get; } = finding;
    }
}
