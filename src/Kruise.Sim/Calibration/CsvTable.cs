using System.Globalization;

namespace Kruise.Sim.Calibration;

/// <summary>A CSV file cannot be used; the message names file, line, column, what is wrong and what is expected.</summary>
internal sealed class CsvException : Exception
{
    public CsvException(string file, int line, int column, string message)
        : base(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}: {message}"))
    {
    }
}

/// <summary>A comma-separated file with a header line and unquoted fields, read strictly.</summary>
internal sealed class CsvTable
{
    private readonly string _file;
    private readonly string[] _header;

    private CsvTable(string file, string[] header, List<CsvRow> rows)
    {
        _file = file;
        _header = header;
        Rows = rows;
    }

    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a table that has at least one row and the columns named.</summary>
    /// <exception cref="CsvException">The text is not such a table.</exception>
    public static CsvTable Parse(string file, string text, params ReadOnlySpan<string> requiredColumns)
    {
        string[] lines = text.Split('\n');
        string[] header = Fields(lines[0]);
        foreach (string column in requiredColumns)
        {
            if (Array.IndexOf(header, column) < 0)
            {
                throw new CsvException(file, 1, 1, $"column '{column}' is missing; the first line must name the columns, among them "
                    + $"{string.Join(", ", requiredColumns)}");
            }
        }

        var rows = new List<CsvRow>();
        var table = new CsvTable(file, header, rows);
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0)
            {
                continue;
            }

            int quote = line.IndexOf('"', StringComparison.Ordinal);
            if (quote >= 0)
            {
                throw new CsvException(file, i + 1, quote + 1, "a quote; expected fields without quotes, separated by commas");
            }

            string[] fields = Fields(line);
            if (fields.Length != header.Length)
            {
                throw new CsvException(file, i + 1, 1, string.Create(
                    CultureInfo.InvariantCulture, $"{fields.Length} fields; expected {header.Length}, as in the first line"));
            }

            rows.Add(new CsvRow(table, i + 1, fields));
        }

        return rows.Count > 0 ? table : throw new CsvException(file, 1, 1, "no rows; expected at least one after the first line");
    }

    internal bool Has(string column) => Array.IndexOf(_header, column) >= 0;

    internal int IndexOf(string column) => Array.IndexOf(_header, column);

    internal CsvException Error(CsvRow row, string column, string message)
    {
        int index = Math.Max(0, IndexOf(column));
        int start = 1;
        for (int i = 0; i < index; i++)
        {
            start += row.Fields[i].Length + 1;
        }

        return new CsvException(_file, row.Line, start, $"{column}: {message}");
    }

    private static string[] Fields(string line) => line.TrimEnd('\r').TrimStart('\uFEFF').Split(',');
}

/// <summary>A line of a table.</summary>
internal sealed class CsvRow(CsvTable table, int line, string[] fields)
{
    public int Line { get; } = line;

    internal string[] Fields { get; } = fields;

    /// <summary>A text that is not empty.</summary>
    public string Text(string column)
    {
        string text = Fields[table.IndexOf(column)];
        return text.Length > 0 ? text : throw Error(column, "is empty; expected a name");
    }

    /// <summary>A whole number above 0.</summary>
    public long Count(string column)
    {
        string text = Fields[table.IndexOf(column)];
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0
            ? value
            : throw Error(column, $"'{text}'; expected a whole number above 0");
    }

    /// <summary>A number above <paramref name="min"/>, or <paramref name="min"/> itself if <paramref name="orEqual"/>.</summary>
    public double Number(string column, double min, bool orEqual, string unit)
    {
        string text = Fields[table.IndexOf(column)];
        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) && (value > min || (orEqual && value == min))
            ? value
            : throw Error(column, string.Create(
                CultureInfo.InvariantCulture, $"'{text}'; expected a number of {unit} {(orEqual ? "not below" : "above")} {min}"));
    }

    public CsvException Error(string column, string message) => table.Error(this, column, message);
}
