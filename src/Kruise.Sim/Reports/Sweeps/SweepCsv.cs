using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary><c>sweep.csv</c>: a row for each setting and seed.</summary>
internal static class SweepCsv
{
    public const string FileName = "sweep.csv";

    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("setting", "number", "which setting, from 1"),
        new("seed", "integer", "seed of every random draw; the same for all settings"),
        new("hash", "16 hex digits", "hash of the event log"),
        new("PATH", "as set", "a column for each value that varies, named by its path; empty where it is not set"),
        new("violations", "count", "times something happened that must never be"),
        new("METRIC", "the metric's", "a column for each metric; empty where there was nothing to measure"),
    ];

    public static void Write(Stream stream, SweepPlan plan, IEnumerable<(int Setting, SweepPoint Point, SweepTrial Trial)> rows)
    {
        using CsvWriter csv = new(stream);
        csv.Cell("setting");
        csv.Cell("seed");
        csv.Cell("hash");
        foreach (VariedValue axis in plan.Axes) csv.Cell(axis.Path);
        csv.Cell("violations");
        foreach (string metric in plan.Metrics) csv.Cell(metric);
        csv.EndRow();
        foreach ((int setting, SweepPoint point, SweepTrial trial) in rows)
        {
            csv.Cell(setting);
            csv.Cell(trial.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
            csv.Cell(trial.Hash);
            foreach (string? value in point.Values) csv.Cell(value);
            csv.Cell(trial.Violations);
            foreach (double? value in trial.Values) csv.Cell(value ?? double.NaN);
            csv.EndRow();
        }
    }
}
