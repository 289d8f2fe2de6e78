using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Recording;

/// <summary>Why a recording ended.</summary>
internal enum RecordingEnd
{
    Completed,
    Deleted,
    TimedOut,
    Interrupted,
}

/// <summary>A recording in a few figures; percentiles are nearest-rank, over the nodes that succeeded, as the twin's.</summary>
internal sealed class RecordingSummary
{
    private const double NanosecondsPerSecond = 1e9;

    private readonly ObjectKey _job;
    private readonly JobRecording _recording;
    private readonly double[] _warmups;

    public RecordingSummary(ObjectKey job, JobRecording recording)
    {
        _job = job;
        _recording = recording;
        _warmups = [.. recording.Rows.Where(row => row.Outcome == RecordedOutcome.Succeeded).Select(row => row.Warmup!.Value / NanosecondsPerSecond).Order()];
    }

    private double? CompletionSeconds => _recording.Completed / NanosecondsPerSecond;

    public string Text(string path)
    {
        string how = _recording.End switch
        {
            RecordingEnd.Completed => $"completed after {Seconds(CompletionSeconds!.Value)}",
            RecordingEnd.Deleted => "deleted before it completed",
            RecordingEnd.TimedOut => "not completed when the time was over",
            _ => "not completed when the recording was stopped",
        };
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_job}: {Count(RecordedOutcome.Succeeded)} of {_recording.Rows.Count} nodes warm");
        text.Append(CultureInfo.InvariantCulture, $", {Count(RecordedOutcome.Failed)} failed, {Count(RecordedOutcome.Unfinished)} unfinished; {how}\n");
        if (_warmups.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"warm-up: p50 {Seconds(Percentile(50))}, p90 {Seconds(Percentile(90))}, ");
            text.Append(CultureInfo.InvariantCulture, $"p99 {Seconds(Percentile(99))}, max {Seconds(_warmups[^1])}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"timeline: {path}\n").ToString();
    }

    public string Json(string path)
    {
        var json = new JsonObject
        {
            ["namespace"] = _job.Namespace,
            ["name"] = _job.Name,
            ["image"] = _recording.Image,
            ["desired"] = _recording.Rows.Count,
            ["succeeded"] = Count(RecordedOutcome.Succeeded),
            ["failed"] = Count(RecordedOutcome.Failed),
            ["unfinished"] = Count(RecordedOutcome.Unfinished),
            ["startSeconds"] = 0,
            ["completionSeconds"] = CompletionSeconds,
            ["warmup"] = _warmups.Length == 0
                ? null
                : new JsonObject { ["p50"] = Percentile(50), ["p90"] = Percentile(90), ["p99"] = Percentile(99), ["max"] = _warmups[^1] },
            ["end"] = _recording.End switch
            {
                RecordingEnd.Completed => "completed",
                RecordingEnd.Deleted => "deleted",
                RecordingEnd.TimedOut => "timedOut",
                _ => "interrupted",
            },
            ["sawBeginning"] = _recording.SawBeginning,
            ["out"] = path,
        };
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private int Count(RecordedOutcome outcome) => _recording.Rows.Count(row => row.Outcome == outcome);

    private double Percentile(int percent) => _warmups[(int)Math.Max(0, ((((long)percent * _warmups.Length) + 99) / 100) - 1)];

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture) + " s";
}
