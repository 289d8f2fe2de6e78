using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary><c>points.csv</c>: a row for each setting.</summary>
internal static class PointsCsv
{
    public const string FileName = "points.csv";

    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("setting", "number", "which setting, from 1"),
        new("PATH", "as set", "a column for each value that varies, named by its path; empty where it is not set"),
        new("present", "boolean", "whether it is what is set today"),
        new("recommended", "boolean", "whether it is the one to take"),
        new("front", "boolean", "whether no other admissible setting is better in one objective and worse in none"),
        new("objections", "text", "why it is not to be recommended; empty where it may be"),
        new("METRIC", "the metric's", "mean over the seeds that measured it; empty when none did"),
        new("METRIC low", "the metric's", "lower end of the mean's 95 % interval (Student's); empty for a single seed"),
        new("METRIC high", "the metric's", "upper end"),
    ];

    public static void Write(Stream stream, SweepResult result)
    {
        using CsvWriter csv = new(stream);
        csv.Cell("setting");
        foreach (VariedValue axis in result.Plan.Axes) csv.Cell(axis.Path);
        foreach (string column in (ReadOnlySpan<string>)["present", "recommended", "front", "objections"]) csv.Cell(column);
        foreach (string metric in result.Plan.Metrics)
        {
            csv.Cell(metric);
            csv.Cell(metric + " low");
            csv.Cell(metric + " high");
        }

        csv.EndRow();
        foreach (PointResult point in result.Points)
        {
            csv.Cell(point.Index + 1);
            foreach (string? value in point.Point.Values) csv.Cell(value);
            csv.Cell(Boolean(point.Point.IsPresent));
            csv.Cell(Boolean(point == result.Recommendation?.Point));
            csv.Cell(Boolean(point.IsOnFront));
            csv.Cell(string.Join("; ", point.Objections));
            foreach (PointMetric? metric in point.Metrics)
            {
                csv.Cell(metric?.Mean ?? double.NaN);
                csv.Cell(metric?.Low ?? double.NaN);
                csv.Cell(metric?.High ?? double.NaN);
            }

            csv.EndRow();
        }
    }

    private static string Boolean(bool value) => value ? "true" : "false";
}
