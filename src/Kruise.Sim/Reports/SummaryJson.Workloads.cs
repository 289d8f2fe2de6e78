using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports;

// What a summary says of workloads; a run without any says nothing.
internal static partial class SummaryJson
{
    /// <summary>Samples kept of a set's series, evenly over the run.</summary>
    private const int MostSamples = 200;

    private static readonly IReadOnlyList<(string Name, WorkloadGauge Gauge, string Meaning)> s_series =
    [
        ("desired", WorkloadGauge.Desired, "pods asked for"),
        ("pods", WorkloadGauge.Pods, "pods that are neither ended nor terminating"),
        ("updated", WorkloadGauge.Updated, "of these, those at the update revision"),
        ("ready", WorkloadGauge.Ready, "those that are ready"),
        ("updatedReady", WorkloadGauge.UpdatedReady, "those that are both"),
        ("available", WorkloadGauge.Available, "those that are available"),
    ];

    private static IReadOnlyList<OutputField> WorkloadFields =>
    [
        new("workloads[]", "array", "one entry per CloneSet, in order of creation; absent when the scenario has none, as are `pods` and `violations[]`"),
        new("workloads[].namespace", "text", "namespace of the set"),
        new("workloads[].name", "text", "name of the set"),
        new("workloads[].desired", "pods", "pods it is to have, at the end"),
        new("workloads[].pods", "pods", "pods that are neither ended nor terminating"),
        new("workloads[].updated", "pods", "of these, those at the update revision"),
        new("workloads[].ready", "pods", "those that are ready"),
        new("workloads[].updatedReady", "pods", "those that are both"),
        new("workloads[].available", "pods", "those that have been ready for minReadySeconds"),
        new("workloads[].partition", "pods", "pods kept at the old revision"),
        new("workloads[].allowedUnavailable", "pods", "what `maxUnavailable` of the strategy comes to"),
        new("workloads[].maxUnavailable", "pods", "the most that were unavailable (desired − available) at any moment after all were available for the first time, from the beginning when they never were"),
        new("workloads[].maxUnavailableAtSeconds", "s", "the first such moment; null when none ever was"),
        new("workloads[].unavailablePodSeconds", "s", "pods unavailable times the seconds for which they were, over the same time"),
        .. StretchFields("workloads[].", "of all rollouts"),
        new("workloads[].podsCreated", "count", "pods that were created"),
        new("workloads[].podsDeleted", "count", "pods that went"),
        new("workloads[].restarts", "count", "starts of containers beyond the first, for changes in place and after crashes"),
        new("workloads[].settled", "boolean", "whether everything asked for was done when the run ended"),
        new("workloads[].rollouts[]", "array", "the set's creation, then its updates (commits of a changed template) in order"),
        new("workloads[].rollouts[].number", "count", "0 for the creation"),
        new("workloads[].rollouts[].revision", "text", "name of the ControllerRevision; null when there never was one"),
        new("workloads[].rollouts[].beginSeconds", "s", "when the template was committed"),
        new("workloads[].rollouts[].supersededSeconds", "s", "when the next one was, or the set was deleted; null when neither happened"),
        new("workloads[].rollouts[].toUpdate", "pods", "pods to be updated at last: replicas − partition"),
        new("workloads[].rollouts[].updatedReady", "pods", "the most that were updated and ready at a time"),
        new("workloads[].rollouts[].secondsTo50", "s", "from the beginning until half of toUpdate were updated and ready; null when that never was"),
        new("workloads[].rollouts[].secondsTo90", "s", "until nine in ten were"),
        new("workloads[].rollouts[].secondsTo100", "s", "until all were"),
        new("workloads[].rollouts[].maxUnavailable", "pods", "the most that were unavailable at any moment of it"),
        new("workloads[].rollouts[].maxUnavailableAtSeconds", "s", "the first such moment; null when none ever was"),
        .. StretchFields("workloads[].rollouts[].", "that began in it"),
        new("workloads[].update", "object", "percentiles of updateSeconds of the updates' rows of pods.csv (of the creation's when there was no update); null when there are none"),
        .. PercentileFields("workloads[].update"),
        new("workloads[].attribution", "object", "where these rows' time went: seconds by cause, summed"),
        .. PodCauses.Keys.Select((key, cause) => new OutputField("workloads[].attribution." + key, "s", PodCauses.Titles[cause])),
        new("workloads[].series", "object", "the set over time, at most 200 samples"),
        new("workloads[].series.seconds[]", "s", "the moments, since the run began"),
        .. s_series.Select(column => new OutputField($"workloads[].series.{column.Name}[]", "pods", column.Meaning)),
        new("pods", "object", "all pods of all sets"),
        new("pods.startup", "object", "percentiles of the time from the first request for a pod (admission is part of it) to its first readiness; null when none got there"),
        .. PercentileFields("pods.startup"),
        .. AdmissionFields,
        new("violations[]", "array", "what must never be, and was, the first fifty; a run with any has failed"),
        new("violations[].atSeconds", "s", "when"),
        new("violations[].rule", "text", string.Join(", ", ViolationRules.Keys.Select(Markdown.Code))),
        new("violations[].message", "text", "what was wrong"),
        new("violations[].objects[]", "text", "whom it is about: kind and namespace/name"),
    ];

    private static IEnumerable<OutputField> StretchFields(string of, string which) =>
    [
        new(of + "longestUnavailability", "object", $"the longest time without a break during which one instance was not available after it had been, {which}: from the moment a pod stops being " +
            "available to the moment it, or the pod that took its place, is; null when there was none"),
        new(of + "longestUnavailability.seconds", "s", "its length"),
        new(of + "longestUnavailability.fromSeconds", "s", "when it began"),
        new(of + "longestUnavailability.pod", "text", "the pod that ended it, or that was missing at the end"),
    ];

    private static IEnumerable<OutputField> PercentileFields(string of) =>
        [new(of + ".p50", "s", "half of them"), new(of + ".p90", "s", "nine in ten"), new(of + ".p99", "s", "99 in a hundred"), new(of + ".max", "s", "all of them")];

    private static void Workloads(Utf8JsonWriter json, RunResult run)
    {
        if (run.Workloads.Count == 0) return;
        ILookup<(string, string), PodRow> rows = PodAttribution.Relevant(run).ToLookup(row => (row.Namespace, row.Workload));
        json.WriteStartArray("workloads");
        for (int i = 0; i < run.Workloads.Count; i++)
        {
            WorkloadResult workload = run.Workloads[i];
            Workload(json, workload, [.. rows[(workload.Namespace, workload.Name)]]);
            WorkloadSeries series = run.Series.Workloads[i];
            Series(json, run.Series.Seconds, s_series.Select(column => (column.Name, series[column.Gauge])));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("pods");
        Percentiles(json, "startup", run.PodStartup);
        Admission(json, run.Admission);
        json.WriteEndObject();
        Array(json, "violations", run.Violations, Violation);
    }

    private static void Workload(Utf8JsonWriter json, WorkloadResult workload, PodRow[] rows)
    {
        json.WriteStartObject();
        json.WriteString("namespace", workload.Namespace);
        json.WriteString("name", workload.Name);
        json.WriteNumber("desired", workload.Desired);
        json.WriteNumber("pods", workload.Pods);
        json.WriteNumber("updated", workload.Updated);
        json.WriteNumber("ready", workload.Ready);
        json.WriteNumber("updatedReady", workload.UpdatedReady);
        json.WriteNumber("available", workload.Available);
        json.WriteNumber("partition", workload.Partition);
        json.WriteNumber("allowedUnavailable", workload.AllowedUnavailable);
        Unavailability(json, workload.MaxUnavailable, workload.LongestUnavailability);
        Number(json, "unavailablePodSeconds", workload.UnavailablePodSeconds);
        json.WriteNumber("podsCreated", workload.PodsCreated);
        json.WriteNumber("podsDeleted", workload.PodsDeleted);
        json.WriteNumber("restarts", workload.Restarts);
        json.WriteBoolean("settled", workload.IsSettled);
        Array(json, "rollouts", workload.Rollouts, Rollout);
        Percentiles(json, "update", PodAttribution.UpdateTimes(rows));
        Causes(json, PodAttribution.Of(rows));
    }

    private static void Causes(Utf8JsonWriter json, PodAttribution attribution)
    {
        json.WriteStartObject("attribution");
        for (int cause = 0; cause < PodCauses.Count; cause++) Number(json, PodCauses.Keys[cause], attribution.Seconds((PodCause)cause));
        json.WriteEndObject();
    }

    private static void Rollout(Utf8JsonWriter json, RolloutResult rollout)
    {
        json.WriteStartObject();
        json.WriteNumber("number", rollout.Number);
        json.WriteString("revision", rollout.Revision);
        Number(json, "beginSeconds", rollout.Begin.Seconds);
        Number(json, "supersededSeconds", rollout.Superseded?.Seconds);
        json.WriteNumber("toUpdate", rollout.ToUpdate);
        json.WriteNumber("updatedReady", rollout.UpdatedReady);
        Number(json, "secondsTo50", rollout.SecondsTo50);
        Number(json, "secondsTo90", rollout.SecondsTo90);
        Number(json, "secondsTo100", rollout.SecondsTo100);
        Unavailability(json, rollout.MaxUnavailable, rollout.LongestUnavailability);
        json.WriteEndObject();
    }

    private static void Unavailability(Utf8JsonWriter json, Peak peak, Stretch? longest)
    {
        Most(json, peak);
        Stretch(json, "longestUnavailability", longest);
    }

    private static void Most(Utf8JsonWriter json, Peak peak)
    {
        json.WriteNumber("maxUnavailable", peak.Value);
        Number(json, "maxUnavailableAtSeconds", peak.At?.Seconds);
    }

    private static void Stretch(Utf8JsonWriter json, string name, Stretch? longest)
    {
        if (longest is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Number(json, "seconds", longest.Length.Seconds);
        Number(json, "fromSeconds", longest.From.Seconds);
        json.WriteString("pod", longest.Pod);
        json.WriteEndObject();
    }

    private static void Series(Utf8JsonWriter json, double[] seconds, IEnumerable<(string Name, int[] Values)> columns)
    {
        int count = Math.Min(seconds.Length, MostSamples);
        int[] kept = [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * (seconds.Length - 1) / (count - 1)))];
        json.WriteStartObject("series");
        json.WriteStartArray("seconds");
        foreach (int i in kept) json.WriteNumberValue(seconds[i]);
        json.WriteEndArray();
        foreach ((string name, int[] values) in columns)
        {
            json.WriteStartArray(name);
            foreach (int i in kept) json.WriteNumberValue(values[i]);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Violation(Utf8JsonWriter json, Violation violation)
    {
        json.WriteStartObject();
        Number(json, "atSeconds", violation.At.Seconds);
        json.WriteString("rule", ViolationRules.Key(violation.Rule));
        json.WriteString("message", violation.Message);
        Array(json, "objects", violation.Objects, static (json, name) => json.WriteStringValue(name));
        json.WriteEndObject();
    }
}
