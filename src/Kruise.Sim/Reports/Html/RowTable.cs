using System.Text.Json;

namespace Kruise.Sim.Reports.Html;

/// <summary>A CSV's table in columns, as a page holds it: texts as numbers of a list, times with all their digits.</summary>
internal sealed class RowTable(IReadOnlyList<OutputField> columns) : IRowSink
{
    private readonly List<object?>[] _cells = [.. columns.Select(_ => new List<object?>())];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private int _column;

    public int Rows { get; private set; }

    public void Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            Add(null);
            return;
        }

        if (!_texts.TryGetValue(text, out int number)) _texts[text] = number = _texts.Count;
        Add(number);
    }

    public void Cell(long value) => Add(value);

    public void Seconds(long? nanoseconds) => Add(nanoseconds / 1e9);

    public void EndRow()
    {
        _column = 0;
        Rows++;
    }

    /// <summary>Writes <c>columns</c>, <c>texts</c> and <c>data</c>; a column that holds one value throughout is that value.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("columns");
        foreach (OutputField column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("unit", column.Unit);
            json.WriteString("meaning", column.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("texts");
        foreach (string text in _texts.Keys) json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteStartArray("data");
        foreach (List<object?> cells in _cells) Column(json, cells);
        json.WriteEndArray();
    }

    private static void Column(Utf8JsonWriter json, List<object?> cells)
    {
        if (cells.Count > 0 && cells.TrueForAll(cell => Equals(cell, cells[0])))
        {
            Value(json, cells[0]);
            return;
        }

        json.WriteStartArray();
        foreach (object? cell in cells) Value(json, cell);
        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null: json.WriteNullValue(); break;
            case int text: json.WriteNumberValue(text); break;
            case long count: json.WriteNumberValue(count); break;
            default: json.WriteNumberValue((double)cell); break;
        }
    }

    private void Add(object? cell) => _cells[_column++].Add(cell);
}
