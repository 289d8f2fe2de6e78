using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports;

/// <summary><c>sidecars.csv</c>: a row per upgrade of a pod to a version of a SidecarSet.</summary>
internal static class SidecarsCsv
{
    public const string FileName = "sidecars.csv";

    /// <summary>The causes that an upgrade can wait for: all but those of pods that are made.</summary>
    private static readonly PodCause[] s_causes =
    [
        .. Enum.GetValues<PodCause>().Where(cause => cause == PodCause.WaitingForTurn
            || (cause >= PodCause.KubeletSync && cause is not PodCause.Sandbox and not PodCause.InitContainers and not PodCause.ReadinessGate)),
    ];

    /// <summary>The columns in their order; what <see cref="Row"/> writes follows it.</summary>
    public static readonly IReadOnlyList<OutputField> Columns =
    [
        new("sidecarSet", "text", "name of the SidecarSet"),
        new("version", "count", "1 for the first version after the set's creation, 2 for the next, and so on"),
        new("namespace", "text", "namespace of the pod"),
        new("pod", "text", "name of the pod"),
        new("node", "text", "node of the pod; empty when it had none"),
        new("labels", "text", "labels (`key=value`, a space between two) that the pod had when its upgrade began, beside the controllers'"),
        new("askedSeconds", "s", "when the version was asked for: the commit of the set's other hash"),
        new("begunSeconds", "s", "when the API server stored the pod with the version's images"),
        new("pulledSeconds", "s", "when the last pull of an image ended well; empty when there was none"),
        new("startedSeconds", "s", "when the last of the set's containers started"),
        new("readySeconds", "s", "when the API server stored that the pod was ready with them; empty when it never was"),
        new("upgradeSeconds", "s", "readySeconds − begunSeconds; empty when it never was ready"),
        new("pulls", "count", "pulls begun"),
        new("bytes", "B", "bytes of images fetched from registries (payload, without headers)"),
        new("outcome", "text", "`upgraded`, `failed` (not ready when the next version came or the run ended) or `left` (the pod or the set went before)"),
        .. s_causes.Select((cause, i) => new OutputField(
            PodCauses.Keys[(int)cause] + "Seconds", "s", "time that went to: " + PodCauses.Titles[(int)cause] + (i == 0 ? ". The columns from here on sum to readySeconds − askedSeconds exactly" : ""))),
    ];

    public static void Write(Stream stream, IReadOnlyList<SidecarRow> rows)
    {
        using CsvWriter csv = new(stream);
        foreach (OutputField column in Columns) csv.Cell(column.Name);
        csv.EndRow();
        foreach (SidecarRow row in rows) Row(csv, row);
    }

    /// <summary>The cells of one row, and its end.</summary>
    public static void Row(IRowSink sink, SidecarRow row)
    {
        sink.Cell(row.Set);
        sink.Cell(row.Rollout);
        sink.Cell(row.Namespace);
        sink.Cell(row.Pod);
        sink.Cell(row.Node);
        sink.Cell(string.Join(' ', row.Labels));
        sink.Seconds(row.Asked.Nanoseconds);
        sink.Seconds(row.Begun.Nanoseconds);
        sink.Seconds(row.Pulled?.Nanoseconds);
        sink.Seconds(row.Started?.Nanoseconds);
        sink.Seconds(row.Done?.Nanoseconds);
        sink.Seconds(row.Done is { } done ? (done - row.Begun).Nanoseconds : null);
        sink.Cell(row.PullAttempts);
        sink.Cell(row.BytesFetched);
        sink.Cell(row.Outcome switch { SidecarOutcome.Upgraded => "upgraded", SidecarOutcome.Failed => "failed", _ => "left" });
        foreach (PodCause cause in s_causes) sink.Seconds(row.CauseNanoseconds[(int)cause]);
        sink.EndRow();
    }
}
