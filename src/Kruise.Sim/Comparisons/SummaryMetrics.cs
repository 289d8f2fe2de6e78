using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Comparisons;

/// <summary>Reads the catalog's metrics back out of a run's <c>summary.json</c>, as far as it has them.</summary>
internal static class SummaryMetrics
{
    /// <summary>Metrics by name, in the file's order; those that were not reached are left out.</summary>
    /// <param name="run">One run's object.</param>
    public static IReadOnlyDictionary<string, double> Of(JsonElement run)
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        Jobs(run, Add);
        foreach (JsonElement registry in Items(run, "registries"))
        {
            foreach (string figure in (ReadOnlySpan<string>)["bytesSent", "peakBytesPerSecond", "meanUtilisation"]) Add($"registries.{Text(registry, "name")}.{figure}", Number(registry, figure));
        }

        foreach (string figure in (ReadOnlySpan<string>)["apiWrites", "apiReads", "conflicts", "reconciles"]) Add("controlPlane." + figure, Number(run, "controlPlane", figure));
        foreach (string cause in WarmupCauses.Keys) Add($"attribution.{cause}.seconds", Number(run, "attribution", cause));
        Workloads(run, Add);
        Sidecars(run, Add);
        Add("virtualSeconds", Number(run, "virtualSeconds"));
        Add("events", Number(run, "events"));
        return metrics;

        void Add(string name, double? value)
        {
            if (value is { } number) metrics[name] = number;
        }
    }

    private static void Jobs(JsonElement run, Action<string, double?> add)
    {
        JsonElement[] jobs = [.. Items(run, "jobs")];
        // Percentiles of several jobs cannot be put together; of one they are those of the run.
        if (jobs is [var only])
        {
            foreach (string p in (ReadOnlySpan<string>)["p50", "p90", "p99", "max"]) add("warmup.seconds." + p, Number(only, "warmup", p));
        }

        foreach (JsonElement job in jobs)
        {
            string name = Name(job, jobs);
            add($"jobs.{name}.seconds", Number(job, "completionSeconds") - Number(job, "startSeconds"));
            foreach (string figure in (ReadOnlySpan<string>)["desired", "succeeded", "failed"]) add($"jobs.{name}.{figure}", Number(job, figure));
        }

        foreach (string figure in (ReadOnlySpan<string>)["desired", "succeeded", "failed"]) add("nodes." + figure, jobs.Sum(job => Number(job, figure) ?? 0));
    }

    private static void Workloads(JsonElement run, Action<string, double?> add)
    {
        JsonElement[] sets = [.. Items(run, "workloads")];
        foreach (JsonElement set in sets)
        {
            string of = $"workloads.{Name(set, sets)}.";
            foreach (string figure in (ReadOnlySpan<string>)["desired", "updated", "ready", "updatedReady", "available", "maxUnavailable", "podsCreated", "podsDeleted", "restarts"]) add(of + figure, Number(set, figure));
            add(of + "unavailable.podSeconds", Number(set, "unavailablePodSeconds"));
            add(of + "longestUnavailability.seconds", Number(set, "longestUnavailability", "seconds") ?? 0);
            Rollout(of, Items(set, "rollouts"), add);
        }

        if (sets.Length == 0) return;
        foreach (string p in (ReadOnlySpan<string>)["p50", "p90", "p99", "max"])
        {
            add("pods.startup.seconds." + p, Number(run, "pods", "startup", p));
            if (sets is [var only]) add("pods.update.seconds." + p, Number(only, "update", p));
        }

        foreach (string cause in PodCauses.Keys) add($"pods.attribution.{cause}.seconds", sets.Sum(set => Number(set, "attribution", cause) ?? 0));
        foreach (string figure in (ReadOnlySpan<string>)["calls", "refused", "failed", "passed"]) add("pods.admission." + figure, Number(run, "pods", "admission", figure) ?? 0);
        foreach (string p in (ReadOnlySpan<string>)["p50", "p99", "max"])
        {
            add("pods.admission.seconds." + p, Number(run, "pods", "admission", "call", p));
            add("pods.admission.wait.seconds." + p, Number(run, "pods", "admission", "wait", p));
        }
    }

    private static void Sidecars(JsonElement run, Action<string, double?> add)
    {
        foreach (JsonElement set in Items(run, "sidecarSets"))
        {
            string of = $"sidecarSets.{Text(set, "name")}.";
            foreach (string figure in (ReadOnlySpan<string>)
                ["matched", "injected", "missed", "without", "upgraded", "ready", "upgradedReady", "outOfReach", "maxUnavailable", "maxUpgrading", "restarts", "businessRestarts", "pulls", "bytesFetched"])
            {
                add(of + figure, Number(set, figure));
            }

            JsonElement[] versions = [.. Items(set, "versions")];
            foreach (string figure in (ReadOnlySpan<string>)["upgrades", "failed"]) add(of + figure, versions.Sum(version => Number(version, figure) ?? 0));
            add(of + "unavailable.podSeconds", Number(set, "unavailablePodSeconds"));
            add(of + "longestUpgrade.seconds", Number(set, "longestUpgrade", "seconds") ?? 0);
            foreach (string p in (ReadOnlySpan<string>)["p50", "p99", "max"]) add(of + "upgrade.seconds." + p, Number(set, "upgrade", p));
            Rollout(of, versions, add);
        }
    }

    // The last one.
    private static void Rollout(string of, IEnumerable<JsonElement> rollouts, Action<string, double?> add)
    {
        if (rollouts.LastOrDefault() is not { ValueKind: JsonValueKind.Object } last) return;
        foreach (string p in (ReadOnlySpan<string>)["50", "90", "100"]) add($"{of}rollout.seconds.p{p}", Number(last, "secondsTo" + p));
    }

    // As metrics name it: with its namespace only where two share a name.
    private static string Name(JsonElement item, JsonElement[] all)
    {
        string name = Text(item, "name");
        return all.Count(other => Text(other, "name") == name) > 1 ? Text(item, "namespace") + "/" + name : name;
    }

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static double? Number(JsonElement of, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out of)) return null;
        }

        return of.ValueKind == JsonValueKind.Number ? of.GetDouble() : null;
    }
}
