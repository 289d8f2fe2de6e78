using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures;

/// <summary>How a metric is computed, and where else a run's report has it.</summary>
/// <param name="Formula">The formula in words and symbols; times are virtual.</param>
internal sealed record MetricDefinition(string Formula)
{
    /// <summary>The field of <c>summary.json</c> that holds the figure; null when none does.</summary>
    public string? Summary { get; init; }

    /// <summary>The file and column that it is computed from, where rows have it; null otherwise.</summary>
    public (string File, string Column)? Rows { get; init; }

    /// <summary>What the cause of an attribution stands for; null for other metrics.</summary>
    public string? Cause { get; init; }

    private const string Nodes = "nodes.csv";
    private const string Pods = "pods.csv";
    private const string Sidecars = "sidecars.csv";

    /// <summary>The definition of a metric of the catalog; every one has one.</summary>
    public static MetricDefinition Of(Metric metric)
    {
        string[] parts = metric.Pattern.Split('.');
        string last = parts[^1];
        return parts[0] switch
        {
            "warmup" => new(Percentile(last, "reportedSeconds − askedSeconds", "the rows of all jobs that succeeded")) { Rows = (Nodes, "warmupSeconds") },
            "jobs" => Job(last),
            "nodes" => new($"sum over all jobs of jobs.<job>.{last}") { Rows = (Nodes, "outcome") },
            "registries" => Registry(last),
            "controlPlane" => ControlPlane(last),
            "attribution" => new("sum over all rows of nodes.csv of the seconds by this cause; a row's causes sum to its warmupSeconds exactly")
            {
                Summary = "attribution." + parts[1],
                Rows = (Nodes, parts[1] + "Seconds"),
                Cause = WarmupCauses.Meanings[Index(WarmupCauses.Keys, parts[1])],
            },
            "workloads" => Workload(metric.Pattern[(MetricCatalog.AfterPlaceholder(metric.Pattern) + 1)..]),
            "pods" when parts[1] == "attribution" => new(
                "sum over the rows of the updates (of the creation, for a set that was never updated) of the seconds by this cause; a row's causes sum to its updateSeconds exactly")
            {
                Rows = (Pods, parts[2] + "Seconds"),
                Cause = PodCauses.Meanings[Index(PodCauses.Keys, parts[2])],
            },
            "pods" => Pod(metric.Pattern["pods.".Length..], last),
            "labels" => Label(metric.Pattern[(MetricCatalog.AfterPlaceholder(metric.Pattern) + 1)..]),
            "sidecarSets" => Sidecar(metric.Pattern[(MetricCatalog.AfterPlaceholder(metric.Pattern) + 1)..], last),
            "virtualSeconds" => new("the moment of the last event that the run waited for, counted from its beginning") { Summary = "virtualSeconds" },
            "events" => new("events that the simulation carried out") { Summary = "events" },
            _ => throw new ArgumentException($"The metric {metric.Pattern} has no definition.", nameof(metric)),
        };
    }

    private static MetricDefinition Job(string figure) => figure switch
    {
        "seconds" => new("completionSeconds − startSeconds: from the job's being applied to the moment the API server stored its completion; nothing when it did not complete"),
        "desired" => new("nodes that the job selects at the end of the run") { Summary = "jobs[].desired" },
        "succeeded" => new("nodes on which the job's pull succeeded, by the job's status at the end") { Summary = "jobs[].succeeded", Rows = (Nodes, "outcome") },
        _ => new("nodes on which the job's pull failed for good, by the job's status at the end") { Summary = "jobs[].failed", Rows = (Nodes, "outcome") },
    };

    private static MetricDefinition Registry(string figure) => figure switch
    {
        "bytesSent" => new("sum of payload ÷ (share of a wire's bytes that is payload) over everything sent, repeated attempts included") { Summary = "registries[].bytesSent" },
        "peakBytesPerSecond" => new("max over t of the sum of the rates of all transfers from the registry at t") { Summary = "registries[].peakBytesPerSecond" },
        _ => new("bytesSent ÷ ∫ egress(t) dt from the first byte to the last, at most 1; faults change egress(t); 0 when nothing was sent or egress is unlimited")
        {
            Summary = "registries[].meanUtilisation",
        },
    };

    private static MetricDefinition ControlPlane(string figure) => new(figure switch
    {
        "apiWrites" => "requests that write, of controllers, daemons, kubelets and the timeline, refused ones included",
        "apiReads" => "requests that read",
        "conflicts" => "writes that the API server refused because the object's resourceVersion had moved on",
        _ => "keys that workers of all controllers took from their queues",
    })
    {
        Summary = "controlPlane." + figure,
    };

    private static MetricDefinition Workload(string figure)
    {
        string? summary = figure switch
        {
            "unavailable.podSeconds" => "workloads[].unavailablePodSeconds",
            "rollout.seconds.p50" => "workloads[].rollouts[].secondsTo50",
            "rollout.seconds.p90" => "workloads[].rollouts[].secondsTo90",
            "rollout.seconds.p100" => "workloads[].rollouts[].secondsTo100",
            _ => "workloads[]." + figure,
        };
        (string, string)? rows = figure.StartsWith("rollout.", StringComparison.Ordinal) ? (Pods, "readySeconds") : null;
        const string since = "t₀ is the first moment at which all were available, or the set's creation when they never were";
        return new MetricDefinition(figure switch
        {
            "desired" => "spec.replicas at the end of the run",
            "updated" => "pods at the update revision that have neither ended nor begun to terminate, at the end",
            "ready" => "pods whose condition Ready is True, at the end",
            "updatedReady" => "pods that are at the update revision and ready, at the end",
            "available" => "pods that have been ready for minReadySeconds, at the end",
            "maxUnavailable" => $"max over t ≥ t₀ of desired(t) − available(t); {since}",
            "unavailable.podSeconds" => $"∫ max(0, desired(t) − available(t)) dt from t₀ to the end; {since}",
            "longestUnavailability.seconds" => "max over instances of (moment it, or the pod that took its place, was available again, or the end of the run) − (moment it stopped being available); 0 when none did",
            "rollout.seconds.p50" => ToReach("50"),
            "rollout.seconds.p90" => ToReach("90"),
            "rollout.seconds.p100" => ToReach("100"),
            "podsCreated" => "pods of the set that the API server stored",
            "podsDeleted" => "pods of the set that went from the API server",
            _ => "sum over containers of (starts − 1)",
        })
        {
            Summary = summary,
            Rows = rows,
        };
    }

    private static string ToReach(string percent) =>
        $"(first moment at which ⌈{percent} % of toUpdate⌉ pods were updated and ready) − beginSeconds, of the last rollout; toUpdate = replicas − partition; nothing when it never came to that";

    private static MetricDefinition Pod(string figure, string last) => figure.Split('.')[..^1] switch
    {
        ["startup", _] => new(Percentile(last, "(first readiness stored) − (first request for the pod reached the API server)", "all pods that became ready")) { Summary = "pods.startup." + last },
        ["update", _] => new(Percentile(last, "readySeconds − askedSeconds", "the rows of updates (of the creation, for a set that was never updated) that got there")) { Rows = (Pods, "updateSeconds") },
        ["admission"] => new(figure switch
        {
            "admission.calls" => "calls of the webhook for pods by the API server, repeated ones included",
            "admission.refused" => "calls that were answered, with a refusal",
            "admission.failed" => "calls without an answer within the time-out, with failurePolicy Fail",
            _ => "calls without an answer within the time-out, with failurePolicy Ignore",
        })
        {
            Summary = "pods." + figure,
        },
        ["admission", "seconds"] => new(Percentile(last, "(answer, or time-out) − call", "all calls")) { Summary = "pods.admission.call." + last },
        _ => new(Percentile(last, "(pod stored) − (first request for it reached the API server)", "all pods that were stored")) { Summary = "pods.admission.wait." + last },
    };

    private static MetricDefinition Label(string figure) => figure switch
    {
        "updated" => new("rows of the last update with the label whose outcome is updated") { Rows = (Pods, "labels") },
        "rollout.seconds.p100" => new("max over rows of the last update with the label of readySeconds − askedSeconds; nothing when one of them is unfinished") { Rows = (Pods, "updateSeconds") },
        "maxUpdating" => new("max over t of the rows of the last update with the label whose begunSeconds ≤ t < readySeconds") { Rows = (Pods, "begunSeconds") },
        _ => new("max over t, and over SidecarSets, of the rows of its last version with the label whose begunSeconds ≤ t < readySeconds") { Rows = (Sidecars, "begunSeconds") },
    };

    private static MetricDefinition Sidecar(string figure, string last)
    {
        string formula = figure switch
        {
            "matched" => "pods that the set's selector matches and that have its containers, at the end",
            "injected" => "pods that the webhook gave the set's containers, over the run",
            "missed" => "pods that the selector matches and whose call of the webhook got no answer under failurePolicy Ignore, over the run",
            "without" => "pods that the selector matches and that have none of the set's containers, at the end",
            "upgraded" => "pods whose hash of the set is the present one, at the end",
            "ready" => "pods that have the set, run the images that they were given of its containers, and whose condition Ready is True, at the end",
            "upgradedReady" => "pods that are upgraded and ready, at the end",
            "outOfReach" => "pods whose hash without images differs from the set's, at the end",
            "upgrades" => "sum over versions of the pods that the controller wrote new images to",
            "failed" => "sum over versions of the upgrades whose pod was not ready when the next version came, or the run ended",
            "maxUnavailable" => "max over t from the first version after the creation of the pods at the present version that are not ready at t",
            "maxUpgrading" => "max over t of the rows whose begunSeconds ≤ t < readySeconds",
            "unavailable.podSeconds" => "sum over upgraded pods of the seconds for which they were not ready",
            "longestUpgrade.seconds" => "max over upgrades of readySeconds − begunSeconds, to the end of the run where it never was; 0 when there was none",
            "rollout.seconds.p50" or "rollout.seconds.p90" or "rollout.seconds.p100" =>
                $"(first moment at which ⌈{last[1..]} % of toUpgrade⌉ pods were upgraded and ready) − beginSeconds, of the last version; nothing when it never came to that",
            "upgrade.seconds.p50" or "upgrade.seconds.p99" or "upgrade.seconds.max" => Percentile(last, "readySeconds − begunSeconds", "all upgrades that got there"),
            "restarts" => "sum over the set's containers of (starts − 1)",
            "businessRestarts" => "sum over the other containers of pods that have the set of (starts − 1)",
            "pulls" => "pulls by kubelets of images of the set's containers that ended",
            _ => "sum over these pulls of the payload that was fetched",
        };
        string? summary = figure switch
        {
            "upgrades" or "failed" => $"sidecarSets[].versions[].{figure}",
            "unavailable.podSeconds" => "sidecarSets[].unavailablePodSeconds",
            "rollout.seconds.p50" or "rollout.seconds.p90" or "rollout.seconds.p100" => "sidecarSets[].versions[].secondsTo" + last[1..],
            "upgrade.seconds.p50" or "upgrade.seconds.p99" or "upgrade.seconds.max" => "sidecarSets[].upgrade." + last,
            _ => "sidecarSets[]." + figure,
        };
        (string, string)? rows = figure switch
        {
            "upgrade.seconds.p50" or "upgrade.seconds.p99" or "upgrade.seconds.max" or "longestUpgrade.seconds" => (Sidecars, "upgradeSeconds"),
            "upgrades" or "maxUpgrading" => (Sidecars, "begunSeconds"),
            "failed" => (Sidecars, "outcome"),
            _ => null,
        };
        return new MetricDefinition(formula) { Summary = summary, Rows = rows };
    }

    private static string Percentile(string name, string value, string of) => name == "max"
        ? $"max of {value} over {of}"
        : $"the ⌈{name[1..]}·n÷100⌉-th smallest of the n values {value} over {of} (nearest rank)";

    private static int Index(IReadOnlyList<string> keys, string key) => keys.Select((k, i) => (k, i)).First(pair => pair.k == key).i;
}
