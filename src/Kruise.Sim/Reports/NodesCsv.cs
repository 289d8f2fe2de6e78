using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary><c>nodes.csv</c>: a row per job, node and image.</summary>
internal static class NodesCsv
{
    public const string FileName = "nodes.csv";

    /// <summary>The columns in their order; what <see cref="Row"/> writes follows it.</summary>
    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("jobNamespace", "text", "namespace of the ImagePullJob"),
        new("job", "text", "name of the ImagePullJob"),
        new("image", "text", "the image as the job names it"),
        new("pool", "text", "node pool of the scenario"),
        new("node", "text", "name of the node"),
        new("askedSeconds", "s", "when the job was applied, or the node joined, whichever came later"),
        new("dispatchedSeconds", "s", "when the API server stored the node's task; empty when it never did"),
        new("startedSeconds", "s", "when the daemon began its first attempt; empty when it never did"),
        new("firstByteSeconds", "s", "when the first byte of a layer arrived; empty when none did, for example because the image was there"),
        new("downloadedSeconds", "s", "when the last byte arrived; empty when it never did"),
        new("unpackedSeconds", "s", "when the last layer was unpacked; empty when it never was"),
        new("reportedSeconds", "s", "when the API server stored the daemon's last report on the task, or the manager's verdict; empty when there was none"),
        new("warmupSeconds", "s", "reportedSeconds − askedSeconds; empty for an unfinished row"),
        new("attempts", "count", "attempts begun on the node"),
        new("bytes", "B", "bytes of the image fetched from the registry (payload, without headers), over all attempts"),
        new("outcome", "text", "`succeeded`, `failed` or `unfinished` (the run or the job ended, or the node left, before the node was done)"),
        new("message", "text", "the last error; empty when there was none"),
        .. WarmupCauses.Keys.Select((key, cause) => new OutputField(
            key + "Seconds", "s", "time that went to: " + WarmupCauses.Titles[cause] + (cause == 0 ? ". The columns from here on sum to warmupSeconds exactly" : ""))),
    ];

    public static void Write(Stream stream, IReadOnlyList<NodeRow> rows)
    {
        using CsvWriter csv = new(stream);
        foreach (OutputField column in Columns) csv.Cell(column.Name);
        csv.EndRow();
        foreach (NodeRow row in rows) Row(csv, row);
    }

    /// <summary>The cells of one row, and its end.</summary>
    public static void Row(IRowSink sink, NodeRow row)
    {
        sink.Cell(row.JobNamespace);
        sink.Cell(row.Job);
        sink.Cell(row.Image);
        sink.Cell(row.Pool);
        sink.Cell(row.Node);
        sink.Seconds(row.Asked.Nanoseconds);
        sink.Seconds(row.Dispatched?.Nanoseconds);
        sink.Seconds(row.Started?.Nanoseconds);
        sink.Seconds(row.FirstByte?.Nanoseconds);
        sink.Seconds(row.Downloaded?.Nanoseconds);
        sink.Seconds(row.Unpacked?.Nanoseconds);
        sink.Seconds(row.Reported?.Nanoseconds);
        sink.Seconds(row.Outcome != NodeOutcome.Unfinished && row.Reported is { } reported ? (reported - row.Asked).Nanoseconds : null);
        sink.Cell(row.Attempts);
        sink.Cell(row.BytesFetched);
        sink.Cell(Name(row.Outcome));
        sink.Cell(row.Message);
        foreach (long nanoseconds in row.CauseNanoseconds) sink.Seconds(nanoseconds);
        sink.EndRow();
    }

    private static string Name(NodeOutcome outcome) => outcome switch
    {
        NodeOutcome.Succeeded => "succeeded",
        NodeOutcome.Failed => "failed",
        _ => "unfinished",
    };
}
