using System.Text;
using System.Text.Json.Nodes;

namespace Kruise.Live.Install.Templates;

/// <summary>
/// Renders the Helm chart's templates without Helm, so that the chart and <c>kruise install</c> have one source. Knows the part of Go's template language
/// that they use: values, <c>if</c> / <c>else</c> / <c>end</c>, trimming, pipes, and the functions of <see cref="TemplateExpression"/>. Anything else is refused.
/// </summary>
internal sealed class ChartTemplate
{
    private readonly string _name;
    private readonly string _text;
    private readonly JsonObject _values;
    private readonly StringBuilder _output = new();
    private int _position;
    private bool _trims;

    private ChartTemplate(string name, string text, JsonObject values)
    {
        _name = name;
        _text = text;
        _values = values;
    }

    /// <exception cref="FormatException">The template uses something that is not known here; its tests render every template.</exception>
    public static string Render(string name, string text, JsonObject values)
    {
        var template = new ChartTemplate(name, text, values);
        string end = template.Block(writes: true);
        return end.Length == 0 ? template._output.ToString() : throw template.Wrong($"'{end}' without an if");
    }

    // Reads up to the end of the text or an else or end of its own, which it returns.
    private string Block(bool writes)
    {
        while (_position < _text.Length)
        {
            int open = _text.IndexOf("{{", _position, StringComparison.Ordinal);
            bool trimsBefore = open >= 0 && open + 2 < _text.Length && _text[open + 2] == '-';
            Literal(_text[_position..(open < 0 ? _text.Length : open)], trimsBefore, writes);
            if (open < 0)
            {
                _position = _text.Length;
                break;
            }

            string action = Action(open, trimsBefore);
            if (action is "end" or "else")
            {
                return action;
            }

            if (action.StartsWith("if ", StringComparison.Ordinal))
            {
                If(TemplateExpression.Evaluate(action.AsSpan(3), _values), writes);
            }
            else if (writes && !action.StartsWith("/*", StringComparison.Ordinal))
            {
                object? value = TemplateExpression.Evaluate(action, _values);
                _output.Append(TemplateExpression.Text(value) ?? throw Wrong($"'{action}' is a map or a list: print it with toYaml"));
            }
        }

        return "";
    }

    private void If(object? condition, bool writes)
    {
        bool holds = TemplateExpression.IsTrue(condition);
        string end = Block(writes && holds);
        if (end == "else")
        {
            end = Block(writes && !holds);
        }

        if (end != "end")
        {
            throw Wrong("an if without an end");
        }
    }

    private void Literal(string literal, bool trimsEnd, bool writes)
    {
        literal = _trims ? literal.TrimStart() : literal;
        literal = trimsEnd ? literal.TrimEnd() : literal;
        if (writes)
        {
            _output.Append(literal);
        }
    }

    private string Action(int open, bool trimsBefore)
    {
        int close = _text.IndexOf("}}", open, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Wrong("'{{' without '}}'");
        }

        _trims = _text[close - 1] == '-';
        _position = close + 2;
        return _text[(open + (trimsBefore ? 3 : 2))..(_trims ? close - 1 : close)].Trim();
    }

    private FormatException Wrong(string problem) => new($"{_name}: {problem}");
}
