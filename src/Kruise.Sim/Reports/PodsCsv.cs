using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports;

/// <summary><c>pods.csv</c>: a row per pod and rollout.</summary>
internal static class PodsCsv
{
    public const string FileName = "pods.csv";

    /// <summary>The columns in their order; what <see cref="Row"/> writes follows it.</summary>
    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("namespace", "text", "namespace of the CloneSet"),
        new("workload", "text", "name of the CloneSet"),
        new("rollout", "count", "0 for the set's creation, 1 for its first update, and so on"),
        new("pod", "text", "name of the pod; of the old one as long as the new one is not there"),
        new("replaces", "text", "the pod whose place it took; deletions and creations are matched in order. Empty for updates in place and for new places"),
        new("node", "text", "node of the pod; empty as long as it has none"),
        new("way", "text", "`inPlace`, `reCreated` (a new pod in the place of an old one) or `created` (a new place: the set's creation, surge, more replicas)"),
        new("labels", "text", "labels (`key=value`, a space between two) that the pod had when its update began, beside its template's and the controller's"),
        new("askedSeconds", "s", "when the rollout began (the commit of the changed template), or more replicas were asked for"),
        new("begunSeconds", "s", "when the API server stored the first write that began it"),
        new("requestedSeconds", "s", "when the controller's first request for the new pod reached the API server; empty for updates in place"),
        new("createdSeconds", "s", "when the new pod was stored; empty for updates in place"),
        new("boundSeconds", "s", "when the new pod was bound to its node; empty for updates in place"),
        new("pulledSeconds", "s", "when the last pull of an image ended well; empty when there was none"),
        new("startedSeconds", "s", "when the last container started"),
        new("readySeconds", "s", "when the API server stored that the pod was at the new revision and ready; empty when it never was"),
        new("updateSeconds", "s", "readySeconds − askedSeconds; empty for an unfinished row"),
        new("pulls", "count", "pulls begun"),
        new("bytes", "B", "bytes of images fetched from registries (payload, without headers)"),
        new("outcome", "text", "`updated` or `unfinished` (it had begun when the run ended or the next update came, or its pod went)"),
        .. PodCauses.Keys.Select((key, cause) => new OutputField(
            key + "Seconds", "s", "time that went to: " + PodCauses.Titles[cause] + (cause == 0 ? ". The columns from here on sum to updateSeconds exactly" : ""))),
    ];

    public static void Write(Stream stream, IReadOnlyList<PodRow> rows)
    {
        using CsvWriter csv = new(stream);
        foreach (OutputField column in Columns) csv.Cell(column.Name);
        csv.EndRow();
        foreach (PodRow row in rows) Row(csv, row);
    }

    /// <summary>The cells of one row, and its end.</summary>
    public static void Row(IRowSink sink, PodRow row)
    {
        sink.Cell(row.Namespace);
        sink.Cell(row.Workload);
        sink.Cell(row.Rollout);
        sink.Cell(row.Pod);
        sink.Cell(row.Replaces);
        sink.Cell(row.Node);
        sink.Cell(row.Way switch { PodUpdateWay.InPlace => "inPlace", PodUpdateWay.ReCreated => "reCreated", _ => "created" });
        sink.Cell(string.Join(' ', row.Labels));
        sink.Seconds(row.Asked.Nanoseconds);
        sink.Seconds(row.Begun?.Nanoseconds);
        sink.Seconds(row.Requested?.Nanoseconds);
        sink.Seconds(row.Created?.Nanoseconds);
        sink.Seconds(row.Bound?.Nanoseconds);
        sink.Seconds(row.Pulled?.Nanoseconds);
        sink.Seconds(row.Started?.Nanoseconds);
        sink.Seconds(row.Done?.Nanoseconds);
        sink.Seconds(row.Done is { } done ? (done - row.Asked).Nanoseconds : null);
        sink.Cell(row.PullAttempts);
        sink.Cell(row.BytesFetched);
        sink.Cell(row.Outcome == PodOutcome.Updated ? "updated" : "unfinished");
        foreach (long nanoseconds in row.CauseNanoseconds) sink.Seconds(nanoseconds);
        sink.EndRow();
    }
}
