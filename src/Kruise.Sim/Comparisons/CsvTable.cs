using System.Globalization;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Comparisons;

/// <summary>The numbers of a table that a run left behind.</summary>
/// <param name="Columns">The columns by name, all as long; what is empty or no number is NaN.</param>
internal sealed record CsvTable(IReadOnlyDictionary<string, double[]> Columns)
{
    /// <summary>Reads one; null when it is not there, has no row, or lacks a column.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needed">Columns that it must have.</param>
    /// <exception cref="ReportException">The file cannot be read.</exception>
    public static CsvTable? Read(string path, params ReadOnlySpan<string> needed)
    {
        if (!File.Exists(path)) return null;
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }

        if (lines.Length < 2) return null;
        string[] names = lines[0].Split(',');
        var columns = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (string name in names) columns[name] = new double[lines.Length - 1];
        for (int row = 0; row < lines.Length - 1; row++)
        {
            string[] cells = lines[row + 1].Split(',');
            for (int c = 0; c < names.Length; c++)
                columns[names[c]][row] = c < cells.Length && double.TryParse(cells[c], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
        }

        foreach (string name in needed)
        {
            if (!columns.ContainsKey(name)) return null;
        }

        return new CsvTable(columns);
    }
}
