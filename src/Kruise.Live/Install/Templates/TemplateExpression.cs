using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kruise.Live.Install.Templates;

/// <summary>Evaluates what stands between a template's braces: <c>.Values.a.b</c>, texts, numbers, parentheses, pipes and a few of Helm's functions.</summary>
internal ref struct TemplateExpression
{
    private readonly ReadOnlySpan<char> _text;
    private readonly JsonObject _values;
    private int _position;

    private TemplateExpression(ReadOnlySpan<char> text, JsonObject values)
    {
        _text = text;
        _values = values;
    }

    /// <returns>A string, a long, a bool, or a JSON object or array.</returns>
    /// <exception cref="FormatException">The expression uses something that is not known here.</exception>
    public static object? Evaluate(ReadOnlySpan<char> text, JsonObject values)
    {
        var expression = new TemplateExpression(text, values);
        object? result = expression.Pipeline();
        return expression._position == text.Length ? result : throw new FormatException($"cannot read '{text}'");
    }

    /// <summary>Go's notion of truth: not false, not zero, not empty.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        long number => number != 0,
        string text => text.Length > 0,
        JsonObject map => map.Count > 0,
        JsonArray list => list.Count > 0,
        _ => true,
    };

    /// <summary>A value as it is printed; null for a map or list.</summary>
    public static string? Text(object? value) => value switch
    {
        bool b => b ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        _ => null,
    };

    private object? Pipeline()
    {
        object? value = Command(null, piped: false);
        while (Next() == '|')
        {
            _position++;
            value = Command(value, piped: true);
        }

        return value;
    }

    private object? Command(object? input, bool piped)
    {
        if (!char.IsAsciiLetter(Next()))
        {
            return piped ? throw new FormatException($"only a function can stand after '|' in '{_text}'") : Operand();
        }

        int start = _position;
        while (_position < _text.Length && char.IsAsciiLetter(_text[_position]))
        {
            _position++;
        }

        string function = _text[start.._position].ToString();
        var arguments = new List<object?>();
        while (Next() is not ('\0' or '|' or ')'))
        {
            arguments.Add(Operand());
        }

        if (piped)
        {
            arguments.Add(input);
        }

        return Call(function, arguments);
    }

    private readonly object Call(string function, List<object?> arguments) => (function, arguments) switch
    {
        ("not", [var value]) => !IsTrue(value),
        ("contains", [string part, string whole]) => whole.Contains(part, StringComparison.Ordinal),
        ("quote", [string text]) => YamlText.Quoted(text),
        ("toYaml", [JsonNode value]) => YamlText.Of(value),
        ("nindent", [long spaces, string text]) => Indent(text, (int)spaces),
        _ => throw new FormatException($"'{function}' with {arguments.Count.ToString(CultureInfo.InvariantCulture)} arguments is not known in '{_text}'"),
    };

    private static string Indent(string text, int spaces)
    {
        string indent = "\n" + new string(' ', spaces);
        return indent + text.Replace("\n", indent, StringComparison.Ordinal);
    }

    private object? Operand()
    {
        char next = Next();
        if (next == '(')
        {
            _position++;
            object? value = Pipeline();
            if (Next() != ')')
            {
                throw new FormatException($"a parenthesis is not closed in '{_text}'");
            }

            _position++;
            return value;
        }

        if (next == '"')
        {
            int close = _text[(_position + 1)..].IndexOf('"');
            ReadOnlySpan<char> literal = _text.Slice(_position + 1, Math.Max(0, close));
            _position += close < 0 ? throw new FormatException($"a quote is not closed in '{_text}'") : close + 2;
            return literal.ToString();
        }

        int length = _text[_position..].IndexOfAny(' ', ')', '|');
        ReadOnlySpan<char> word = length < 0 ? _text[_position..] : _text.Slice(_position, length);
        _position += word.Length;
        if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        return word.StartsWith(".Values.", StringComparison.Ordinal) ? ValueAt(word[".Values.".Length..].ToString())
            : throw new FormatException($"'{word}' is not known in '{_text}'");
    }

    private readonly object ValueAt(string path)
    {
        JsonNode? node = _values;
        foreach (string name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        // No switch with one result: JsonNode converts from texts and numbers, so it would become the type of all arms.
        if (node is not JsonValue value)
        {
            return node ?? throw new FormatException($"there is no value '{path}'");
        }

        return value.GetValueKind() switch
        {
            JsonValueKind.String => (object)value.GetValue<string>(),
            JsonValueKind.Number => long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture),
            _ => value.GetValueKind() == JsonValueKind.True,
        };
    }

    private char Next()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }

        return _position < _text.Length ? _text[_position] : '\0';
    }
}
