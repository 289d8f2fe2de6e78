using System.Globalization;
using System.Text;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Recording;

/// <summary>
/// A recorded timeline in the columns of the twin's <c>nodes.csv</c>, so that the two can be laid on each other: UTF-8, quoted as in RFC 4180, lines ending
/// with a line feed, seconds with nine decimals. What a cluster does not tell is empty.
/// </summary>
internal static class TimelineCsv
{
    private const decimal NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The columns in their order.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "jobNamespace", "job", "image", "pool", "node", "askedSeconds", "dispatchedSeconds", "startedSeconds", "firstByteSeconds", "downloadedSeconds",
        "unpackedSeconds", "reportedSeconds", "warmupSeconds", "attempts", "bytes", "outcome", "message", "waitingForSlotSeconds", "dispatchSeconds",
        "pickUpSeconds", "nodeQueueSeconds", "backOffSeconds", "runtimeCallSeconds", "registryLatencySeconds", "downloadRegistrySeconds",
        "downloadUplinkSeconds", "downloadNicSeconds", "downloadConnectionSeconds", "unpackSeconds", "reportingSeconds",
    ];

    public static void Write(Stream stream, ObjectKey job, IEnumerable<RecordedRow> rows)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        WriteLine(writer, Columns);
        foreach (RecordedRow row in rows)
        {
            string?[] known =
            [
                job.Namespace, job.Name, row.Image, null, row.Node, Seconds(row.Asked), Seconds(row.Dispatched), Seconds(row.Started), null, null,
                null, Seconds(row.Reported), Seconds(row.Warmup), Number(row.Attempts), Number(row.Bytes), Name(row.Outcome), row.Message,
                Seconds(row.WaitingForSlot), Seconds(row.Dispatch),
            ];
            WriteLine(writer, known.Concat(Enumerable.Repeat<string?>(null, Columns.Count - known.Length)));
        }
    }

    private static void WriteLine(StreamWriter writer, IEnumerable<string?> cells)
    {
        writer.Write(string.Join(',', cells.Select(Quote)));
        writer.Write('\n');
    }

    private static string Quote(string? text) =>
        text is null ? "" : text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string? Seconds(long? nanoseconds) => (nanoseconds / NanosecondsPerSecond)?.ToString("0.000000000", CultureInfo.InvariantCulture);

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Name(RecordedOutcome outcome) => outcome switch
    {
        RecordedOutcome.Succeeded => "succeeded",
        RecordedOutcome.Failed => "failed",
        _ => "unfinished",
    };
}
