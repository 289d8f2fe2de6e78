using Kruise.Sim.Measures;

namespace Kruise.Sim.Comparisons;

/// <summary>One of two things that are compared.</summary>
internal sealed record ComparedSide
{
    /// <summary>What tells it from the other, in a few words.</summary>
    public required string Label { get; init; }

    /// <summary>Where it comes from: a file with its options, or a folder.</summary>
    public required string Source { get; init; }

    public required string Scenario { get; init; }

    /// <summary>Metrics by name, seed by seed; null where a seed did not measure one.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double?>> Values { get; init; }

    /// <summary>The run with the first seed; null where only its folder is there.</summary>
    public RunResult? Run { get; init; }

    /// <summary>The run over time as its folder has it; null where the run itself is there.</summary>
    public SeriesTable? Series { get; init; }
}

/// <summary>A <c>series.csv</c>.</summary>
/// <param name="Columns">The columns by name; what is empty is NaN.</param>
internal sealed record SeriesTable(IReadOnlyDictionary<string, double[]> Columns)
{
    /// <summary>Reads one; null when it is none.</summary>
    public static SeriesTable? Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0) return null;
        string[] names = lines[0].Split(',');
        var columns = new Dictionary<string, double[]>(StringComparer.Ordinal);
        for (int column = 0; column < names.Length; column++)
        {
            int c = column;
            columns[names[c]] =
            [
                .. lines.Skip(1).Select(line => line.Split(',') is { } cells && c < cells.Length
                    && double.TryParse(cells[c], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double value) ? value : double.NaN),
            ];
        }

        return columns.ContainsKey("seconds") ? new SeriesTable(columns) : null;
    }
}
