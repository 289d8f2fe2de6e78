using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Reports;

// What a summary says of SidecarSets; a run without any says nothing.
internal static partial class SummaryJson
{
    private static readonly IReadOnlyList<(string Name, SidecarGauge Gauge, string Meaning)> s_sidecarSeries =
    [
        ("matched", SidecarGauge.Matched, "pods that match and have the containers"),
        ("upgraded", SidecarGauge.Upgraded, "of these, those at the set's version of the moment"),
        ("upgradedReady", SidecarGauge.UpgradedReady, "those that are ready too"),
        ("toUpgrade", SidecarGauge.ToUpgrade, "those that are upgraded or may be: without what partition and selector keep"),
        ("allowedUnavailable", SidecarGauge.AllowedUnavailable, "what `maxUnavailable` comes to"),
        ("without", SidecarGauge.Without, "pods that match and do not have the containers"),
    ];

    private static IReadOnlyList<OutputField> SidecarFields =>
    [
        new("sidecarSets[]", "array", "one entry per SidecarSet, in order of creation; absent when the scenario has none"),
        new("sidecarSets[].name", "text", "name of the set"),
        new("sidecarSets[].matched", "pods", "pods that match it and have its containers, at the end"),
        new("sidecarSets[].injected", "pods", "pods that were made with them, over the run"),
        new("sidecarSets[].missed", "pods", "pods that match and were made without them because their webhook did not answer, over the run"),
        new("sidecarSets[].without", "pods", "pods that match and do not have them at the end, whatever the reason"),
        new("sidecarSets[].upgraded", "pods", "pods at the set's present version"),
        new("sidecarSets[].ready", "pods", "pods that run what they are meant to of its containers and are ready"),
        new("sidecarSets[].upgradedReady", "pods", "pods that are both"),
        new("sidecarSets[].outOfReach", "pods", "pods that differ from the set in more than images, so that only a new pod brings its version"),
        new("sidecarSets[].partition", "pods", "what `partition` comes to"),
        new("sidecarSets[].allowedUnavailable", "pods", "what `maxUnavailable` comes to"),
        new("sidecarSets[].maxUnavailable", "pods", "the most pods at the set's version that were not ready at any moment, from the first upgrade on"),
        new("sidecarSets[].maxUnavailableAtSeconds", "s", "the first such moment; null when none ever was"),
        new("sidecarSets[].unavailablePodSeconds", "s", "upgraded pods that were not ready times the seconds for which they were not"),
        new("sidecarSets[].maxUpgrading", "pods", "the most upgrades under way at any moment"),
        new("sidecarSets[].longestUpgrade", "object", "the longest upgrade of one pod, finished or not; null when there was none"),
        new("sidecarSets[].longestUpgrade.seconds", "s", "its length"),
        new("sidecarSets[].longestUpgrade.fromSeconds", "s", "when it began"),
        new("sidecarSets[].longestUpgrade.pod", "text", "whose it was"),
        new("sidecarSets[].upgrade", "object", "percentiles of upgradeSeconds of sidecars.csv; null when no upgrade got there"),
        .. PercentileFields("sidecarSets[].upgrade"),
        new("sidecarSets[].restarts", "count", "starts of its containers beyond the first"),
        new("sidecarSets[].businessRestarts", "count", "starts beyond the first of the own containers of pods that have it, whatever the reason"),
        new("sidecarSets[].pulls", "count", "pulls of images for its containers"),
        new("sidecarSets[].bytesFetched", "B", "bytes that kubelets fetched for its containers"),
        new("sidecarSets[].versions[]", "array", "the set's creation, then every other hash of its containers, in order"),
        new("sidecarSets[].versions[].number", "count", "0 for the creation"),
        new("sidecarSets[].versions[].beginSeconds", "s", "when it was asked for"),
        new("sidecarSets[].versions[].supersededSeconds", "s", "when the next one was, or the set was deleted; null when neither happened"),
        new("sidecarSets[].versions[].toUpgrade", "pods", "pods that had it, or could come to it, at last"),
        new("sidecarSets[].versions[].upgradedReady", "pods", "the most that had it and were ready at a time"),
        new("sidecarSets[].versions[].upgrades", "pods", "pods whose upgrade to it was begun"),
        new("sidecarSets[].versions[].failed", "pods", "those of them that were not ready when the next version came or the run ended"),
        new("sidecarSets[].versions[].secondsTo50", "s", "from the beginning until half of toUpgrade had it and were ready; null when that never was"),
        new("sidecarSets[].versions[].secondsTo90", "s", "until nine in ten had"),
        new("sidecarSets[].versions[].secondsTo100", "s", "until all had"),
        new("sidecarSets[].versions[].maxUnavailable", "pods", "the most upgraded pods that were not ready at any moment of it"),
        new("sidecarSets[].versions[].maxUnavailableAtSeconds", "s", "the first such moment; null when none ever was"),
        new("sidecarSets[].attribution", "object", "where the upgrades' time went: seconds by cause, summed over the set's rows of sidecars.csv"),
        .. PodCauses.Keys.Select((key, cause) => new OutputField("sidecarSets[].attribution." + key, "s", PodCauses.Titles[cause])),
        new("sidecarSets[].series", "object", "the set over time, at most 200 samples"),
        new("sidecarSets[].series.seconds[]", "s", "the moments, since the run began"),
        .. s_sidecarSeries.Select(column => new OutputField($"sidecarSets[].series.{column.Name}[]", "pods", column.Meaning)),
    ];

    private static IReadOnlyList<OutputField> AdmissionFields =>
    [
        new("pods.admission", "object", "calls of the pod webhook; null when there was none"),
        new("pods.admission.calls", "count", "calls"),
        new("pods.admission.refused", "count", "calls that were answered with a refusal"),
        new("pods.admission.failed", "count", "calls that were not answered, so that the pod was refused"),
        new("pods.admission.passed", "count", "calls that were not answered, and the pod was made without"),
        new("pods.admission.call", "object", "percentiles of the time from a call to its answer, or until it was given up"),
        .. PercentileFields("pods.admission.call"),
        new("pods.admission.wait", "object", "percentiles of the time from the first request for a pod to its being stored, refused attempts included; null when none was"),
        .. PercentileFields("pods.admission.wait"),
    ];

    private static void SidecarSets(Utf8JsonWriter json, RunResult run)
    {
        if (run.SidecarSets.Count == 0) return;
        ILookup<string, SidecarRow> rows = run.Upgrades.ToLookup(row => row.Set, StringComparer.Ordinal);
        json.WriteStartArray("sidecarSets");
        for (int i = 0; i < run.SidecarSets.Count; i++)
        {
            SidecarSetResult set = run.SidecarSets[i];
            SidecarSet(json, set);
            Causes(json, PodAttribution.Of(rows[set.Name].Select(row => row.CauseNanoseconds)));
            SidecarSeries series = run.Series.SidecarSets[i];
            Series(json, run.Series.Seconds, s_sidecarSeries.Select(column => (column.Name, series[column.Gauge])));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void SidecarSet(Utf8JsonWriter json, SidecarSetResult set)
    {
        json.WriteStartObject();
        json.WriteString("name", set.Name);
        json.WriteNumber("matched", set.Matched);
        json.WriteNumber("injected", set.Injected);
        json.WriteNumber("missed", set.Missed);
        json.WriteNumber("without", set.Without);
        json.WriteNumber("upgraded", set.Upgraded);
        json.WriteNumber("ready", set.Ready);
        json.WriteNumber("upgradedReady", set.UpgradedReady);
        json.WriteNumber("outOfReach", set.OutOfReach);
        json.WriteNumber("partition", set.Partition);
        json.WriteNumber("allowedUnavailable", set.AllowedUnavailable);
        Most(json, set.MaxUnavailable);
        Number(json, "unavailablePodSeconds", set.UnavailablePodSeconds);
        json.WriteNumber("maxUpgrading", set.MaxUpgrading.Value);
        Stretch(json, "longestUpgrade", set.LongestUpgrade);
        Percentiles(json, "upgrade", set.Upgrade);
        json.WriteNumber("restarts", set.Restarts);
        json.WriteNumber("businessRestarts", set.BusinessRestarts);
        json.WriteNumber("pulls", set.Pulls);
        json.WriteNumber("bytesFetched", set.BytesFetched);
        Array(json, "versions", set.Rollouts, Version);
    }

    private static void Version(Utf8JsonWriter json, SidecarRolloutResult version)
    {
        json.WriteStartObject();
        json.WriteNumber("number", version.Number);
        Number(json, "beginSeconds", version.Begin.Seconds);
        Number(json, "supersededSeconds", version.Superseded?.Seconds);
        json.WriteNumber("toUpgrade", version.ToUpgrade);
        json.WriteNumber("upgradedReady", version.UpgradedReady);
        json.WriteNumber("upgrades", version.Upgrades);
        json.WriteNumber("failed", version.Failed);
        Number(json, "secondsTo50", version.SecondsTo50);
        Number(json, "secondsTo90", version.SecondsTo90);
        Number(json, "secondsTo100", version.SecondsTo100);
        Most(json, version.MaxUnavailable);
        json.WriteEndObject();
    }

    private static void Admission(Utf8JsonWriter json, AdmissionResult? admission)
    {
        if (admission is null)
        {
            json.WriteNull("admission");
            return;
        }

        json.WriteStartObject("admission");
        json.WriteNumber("calls", admission.Calls);
        json.WriteNumber("refused", admission.Refused);
        json.WriteNumber("failed", admission.Failed);
        json.WriteNumber("passed", admission.Passed);
        Percentiles(json, "call", admission.Call);
        Percentiles(json, "wait", admission.Wait);
        json.WriteEndObject();
    }
}
