using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>
/// <c>summary.json</c>: what a run measured, for programs. Numbers are written with the shortest digits that read back as the same value; what is
/// infinite or unknown is null. For one scenario, seed and version only the line of <c>wallSeconds</c> differs from run to run.
/// </summary>
internal static partial class SummaryJson
{
    public const string FileName = "summary.json";

    /// <summary>Every field by path, as <c>docs/outputs.md</c> lists them.</summary>
    public static IReadOnlyList<OutputField> Fields =>
    [
        new("scenario", "text", "name of the scenario"),
        new("variant", "text", "name of the variant; absent when the scenario has none"),
        new("question", "text", "the question that the scenario answers; absent when it states none"),
        new("seed", "integer", "seed of every random draw, 0 to 2⁶⁴ − 1"),
        new("hash", "16 hex digits", "hash of the event log: the same for the same scenario, seed and version on any machine"),
        new("preset", "text", "the control plane's preset, `default` or `openkruise-0.8`"),
        new("virtualSeconds", "s", "simulated time from the beginning of the run to its end"),
        new("wallSeconds", "s", "time the simulation took on the machine that ran it; the only figure that differs from run to run"),
        new("events", "count", "events of the simulation"),
        new("jobs[]", "array", "one entry per ImagePullJob, in order of namespace and name"),
        new("jobs[].namespace", "text", "namespace of the job"),
        new("jobs[].name", "text", "name of the job"),
        new("jobs[].image", "text", "the image it pulls"),
        new("jobs[].desired", "nodes", "nodes the job wants the image on, at the end"),
        new("jobs[].succeeded", "nodes", "nodes that have it"),
        new("jobs[].failed", "nodes", "nodes that gave up"),
        new("jobs[].startSeconds", "s", "when the job was applied"),
        new("jobs[].completionSeconds", "s", "when the API server stored the job's completion; null when the job had not finished"),
        new("jobs[].warmup", "object", "percentiles of warmupSeconds over the nodes that succeeded; null when none did"),
        new("jobs[].warmup.p50", "s", "half of the nodes were warm this long after they were asked"),
        new("jobs[].warmup.p90", "s", "nine in ten"),
        new("jobs[].warmup.p99", "s", "99 in a hundred"),
        new("jobs[].warmup.max", "s", "all of them"),
        new("registries[]", "array", "one entry per registry of the scenario"),
        new("registries[].name", "text", "host name of the registry"),
        new("registries[].bytesSent", "B", "bytes sent over the whole run, as they are on the wire: headers and payload"),
        new("registries[].peakBytesPerSecond", "B/s", "the largest rate of a sampling interval"),
        new("registries[].meanUtilisation", "0 to 1", "bytes sent over what the egress could have sent from the first to the last byte; 0 when nothing was sent or the egress is unlimited"),
        new("registries[].requests", "count", "requests received"),
        new("registries[].throttled", "count", "requests answered with 429"),
        new("registries[].errors", "count", "requests that failed otherwise"),
        new("attribution", "object", "where the time went: seconds by cause, summed over the rows of nodes.csv"),
        .. WarmupCauses.Keys.Select((key, cause) => new OutputField("attribution." + key, "s", WarmupCauses.Titles[cause])),
        new("controlPlane", "object", "load on the API server and the controllers"),
        new("controlPlane.apiWrites", "count", "write requests to the API server"),
        new("controlPlane.apiReads", "count", "read requests to the API server"),
        new("controlPlane.conflicts", "count", "writes refused because the object had changed"),
        new("controlPlane.reconciles", "count", "keys the controllers worked on"),
        new("controlPlane.catchUpTimeouts", "count", "times a controller stopped waiting for its cache to show its own write"),
        new("controlPlane.watchEvents", "count", "events delivered to watchers"),
        .. WorkloadFields,
        .. SidecarFields,
        new("expectations[]", "array", "the scenario's expectations, in its order"),
        new("expectations[].metric", "text", "name of the metric"),
        new("expectations[].value", "the metric's", "what was measured; null when there was nothing to measure"),
        new("expectations[].min", "the metric's", "the least that passes; null when there is none"),
        new("expectations[].max", "the metric's", "the most that passes; null when there is none"),
        new("expectations[].passed", "boolean", "whether it held for this seed"),
        new("expectations[].overSeeds", "boolean", "whether it is of a share of seeds or a quantile over them, so that `kruise-sim check` decides and this run does not"),
        new("notes[]", "text", "things to know of the run, for example a job cut off by the scenario's duration"),
        new("whatIf[]", "array", "the same run with one thing changed; empty unless asked for with `--what-if`"),
        new("whatIf[].change", "text", "the change in words"),
        new("whatIf[].set[]", "text", "the `--set` arguments that make it"),
        new("whatIf[].succeeded", "nodes", "nodes warmed, over all jobs"),
        new("whatIf[].failed", "nodes", "nodes given up, over all jobs"),
        new("whatIf[].desired", "nodes", "nodes to warm, over all jobs"),
        new("whatIf[].completionSeconds", "s", "when the last job completed; null when one did not"),
        new("whatIf[].warmup", "object", "percentiles over all nodes of all jobs, as in `jobs[].warmup`; null when none succeeded"),
        new("whatIf[].warmup.p50", "s", "as in `jobs[].warmup`"),
        new("whatIf[].warmup.p90", "s", "as in `jobs[].warmup`"),
        new("whatIf[].warmup.p99", "s", "as in `jobs[].warmup`"),
        new("whatIf[].warmup.max", "s", "as in `jobs[].warmup`"),
    ];

    // Letters beyond ASCII and the quotes of messages stay readable: the file is never part of a web page.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The summary of one run.</summary>
    public static byte[] Of(RunResult run) => Write(json => Run(json, run));

    /// <summary>The summaries of a scenario's variants: <c>scenario</c>, <c>question</c> and <c>variants[]</c>, each as for one run.</summary>
    public static byte[] OfVariants(ScenarioReport report) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("scenario", report.Scenario);
        if (report.Question is not null) json.WriteString("question", report.Question);
        json.WriteStartArray("variants");
        foreach (RunResult run in report.Runs) Run(json, run);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>What <c>--format json</c> prints: an array with the summary of every run.</summary>
    public static byte[] OfAll(IEnumerable<RunResult> runs) => Write(json =>
    {
        json.WriteStartArray();
        foreach (RunResult run in runs) Run(json, run);
        json.WriteEndArray();
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_options)) content(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Run(Utf8JsonWriter json, RunResult run)
    {
        json.WriteStartObject();
        json.WriteString("scenario", run.Scenario);
        if (run.Variant is not null) json.WriteString("variant", run.Variant);
        if (run.Question is not null) json.WriteString("question", run.Question);
        json.WriteNumber("seed", run.Seed);
        json.WriteString("hash", run.Hash.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteString("preset", run.Preset);
        Number(json, "virtualSeconds", run.VirtualTime.Seconds);
        Number(json, "wallSeconds", run.WallSeconds);
        json.WriteNumber("events", run.Events);
        Array(json, "jobs", run.Jobs, Job);
        Array(json, "registries", run.Registries, Registry);
        Causes(json, Attribution.Of(run.Nodes));
        ControlPlane(json, run.ControlPlane);
        Workloads(json, run);
        SidecarSets(json, run);
        Array(json, "expectations", run.Expectations, Expectation);
        Array(json, "notes", run.Notes, static (json, note) => json.WriteStringValue(note));
        Array(json, "whatIf", run.WhatIfs, WhatIf);
        json.WriteEndObject();
    }

    private static void Job(Utf8JsonWriter json, JobResult job)
    {
        json.WriteStartObject();
        json.WriteString("namespace", job.Namespace);
        json.WriteString("name", job.Name);
        json.WriteString("image", job.Image);
        json.WriteNumber("desired", job.Desired);
        json.WriteNumber("succeeded", job.Succeeded);
        json.WriteNumber("failed", job.Failed);
        Number(json, "startSeconds", job.Start.Seconds);
        Number(json, "completionSeconds", job.Completion?.Seconds);
        Percentiles(json, "warmup", job.Warmup);
        json.WriteEndObject();
    }

    private static void Percentiles(Utf8JsonWriter json, string name, Percentiles? percentiles)
    {
        if (percentiles is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Number(json, "p50", percentiles.P50);
        Number(json, "p90", percentiles.P90);
        Number(json, "p99", percentiles.P99);
        Number(json, "max", percentiles.Max);
        json.WriteEndObject();
    }

    private static void Registry(Utf8JsonWriter json, RegistryResult registry)
    {
        json.WriteStartObject();
        json.WriteString("name", registry.Name);
        json.WriteNumber("bytesSent", (long)Math.Round(registry.BytesSent));
        Number(json, "peakBytesPerSecond", registry.PeakBytesPerSecond);
        Number(json, "meanUtilisation", registry.MeanUtilisation);
        json.WriteNumber("requests", registry.Requests);
        json.WriteNumber("throttled", registry.Throttled);
        json.WriteNumber("errors", registry.Errors);
        json.WriteEndObject();
    }

    private static void Causes(Utf8JsonWriter json, Attribution attribution)
    {
        json.WriteStartObject("attribution");
        for (int cause = 0; cause < WarmupCauses.Count; cause++) Number(json, WarmupCauses.Keys[cause], attribution.Seconds((WarmupCause)cause));
        json.WriteEndObject();
    }

    private static void ControlPlane(Utf8JsonWriter json, ControlPlaneResult controlPlane)
    {
        json.WriteStartObject("controlPlane");
        json.WriteNumber("apiWrites", controlPlane.ApiWrites);
        json.WriteNumber("apiReads", controlPlane.ApiReads);
        json.WriteNumber("conflicts", controlPlane.Conflicts);
        json.WriteNumber("reconciles", controlPlane.Reconciles);
        json.WriteNumber("catchUpTimeouts", controlPlane.CatchUpTimeouts);
        json.WriteNumber("watchEvents", controlPlane.WatchEvents);
        json.WriteEndObject();
    }

    private static void Expectation(Utf8JsonWriter json, ExpectationResult expectation)
    {
        json.WriteStartObject();
        json.WriteString("metric", expectation.Metric);
        Number(json, "value", expectation.Value);
        Number(json, "min", expectation.Min);
        Number(json, "max", expectation.Max);
        json.WriteBoolean("passed", expectation.Passed);
        json.WriteBoolean("overSeeds", expectation.IsOverSeeds);
        json.WriteEndObject();
    }

    private static void WhatIf(Utf8JsonWriter json, WhatIf whatIf)
    {
        json.WriteStartObject();
        json.WriteString("change", whatIf.Change);
        Array(json, "set", whatIf.Set, static (json, argument) => json.WriteStringValue(argument));
        json.WriteNumber("succeeded", whatIf.Succeeded);
        json.WriteNumber("failed", whatIf.Failed);
        json.WriteNumber("desired", whatIf.Desired);
        Number(json, "completionSeconds", whatIf.CompletionSeconds);
        Percentiles(json, "warmup", whatIf.Warmup);
        json.WriteEndObject();
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items) write(json, item);
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
