using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary><c>series.csv</c>: the run over time, a row per sample.</summary>
internal static class SeriesCsv
{
    public const string FileName = "series.csv";

    /// <summary>Columns that every run has.</summary>
    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("seconds", "s", "the moment of the sample, since the run began"),
        new("desired", "count", "rows of nodes.csv (job × node) asked for so far"),
        new("succeeded", "count", "rows that succeeded so far"),
        new("failed", "count", "rows that failed so far"),
        new("activeNodes", "count", "nodes with a task that has neither succeeded nor failed, over all jobs"),
        new("activePulls", "count", "pulls inside container runtimes"),
        new("queueDepth", "count", "keys waiting in the controllers' work queues"),
        new("parallelism", "nodes", "sum of the unfinished jobs' parallelism"),
    ];

    /// <summary>Columns for each registry, in the order of <c>summary.json</c>; <c>NAME</c> stands for its name.</summary>
    public static readonly IReadOnlyList<OutputField> RegistryColumns =
    [
        new("bytesPerSecond[NAME]", "B/s", "what the registry sent, mean over the interval that ends at the sample"),
        new("limitBytesPerSecond[NAME]", "B/s", "what its egress allowed at the sample, faults included; empty when unlimited"),
    ];

    public static void Write(Stream stream, TimeSeries series, IReadOnlyList<RegistryResult> registries)
    {
        using CsvWriter csv = new(stream);
        foreach (OutputField column in Columns) csv.Cell(column.Name);
        foreach (RegistryResult registry in registries)
        {
            foreach (OutputField column in RegistryColumns) csv.Cell(column.Name.Replace("NAME", registry.Name, StringComparison.Ordinal));
        }

        csv.EndRow();
        for (int sample = 0; sample < series.Seconds.Length; sample++)
        {
            csv.Cell(series.Seconds[sample]);
            csv.Cell(series.Desired[sample]);
            csv.Cell(series.Succeeded[sample]);
            csv.Cell(series.Failed[sample]);
            csv.Cell(series.ActiveNodes[sample]);
            csv.Cell(series.ActivePulls[sample]);
            csv.Cell(series.QueueDepth[sample]);
            csv.Cell(series.Parallelism[sample]);
            for (int registry = 0; registry < registries.Count; registry++)
            {
                csv.Cell(series.RegistryBytesPerSecond[registry][sample]);
                csv.Cell(series.RegistryLimitBytesPerSecond[registry][sample]);
            }

            csv.EndRow();
        }
    }
}
