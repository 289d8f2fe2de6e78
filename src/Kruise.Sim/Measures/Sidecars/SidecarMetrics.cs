using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>The figures of SidecarSets among the metrics.</summary>
internal static class SidecarMetrics
{
    /// <summary>Stands for a SidecarSet's name.</summary>
    public const string Placeholder = "<sidecarSet>";

    public static readonly IReadOnlyList<Metric> All =
    [
        new("sidecarSets.<sidecarSet>.matched", "1", "Pods that match a SidecarSet and have its containers.") { Better = Better.Higher },
        new("sidecarSets.<sidecarSet>.injected", "1", "Pods that were made with them, over the run.") { Better = Better.Higher },
        new("sidecarSets.<sidecarSet>.missed", "1", "Pods that match and were made without them because their webhook did not answer, over the run.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.without", "1", "Pods that match and do not have them at the end, whatever the reason (also those made before the set)."),
        new("sidecarSets.<sidecarSet>.upgraded", "1", "Pods at the set's present version, injected or upgraded.") { Better = Better.Higher },
        new("sidecarSets.<sidecarSet>.ready", "1", "Pods of the set that run what they are meant to of its containers and are ready.") { Better = Better.Higher },
        new("sidecarSets.<sidecarSet>.upgradedReady", "1", "Pods that are both.") { Better = Better.Higher },
        new("sidecarSets.<sidecarSet>.outOfReach", "1", "Pods that differ from the set in more than images, so that only a new pod brings its version."),
        new("sidecarSets.<sidecarSet>.upgrades", "1", "Upgrades of pods in place that were begun, over all versions.") { Better = Better.Neither },
        new("sidecarSets.<sidecarSet>.failed", "1", "Those of them whose pod was not ready when the next version came or the run ended.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.maxUnavailable", "1", "The most pods at the set's version that were not ready at any moment, from the first upgrade on: what the set's maxUnavailable limits.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.maxUpgrading", "1", "The most upgrades under way at any moment."),
        new("sidecarSets.<sidecarSet>.unavailable.podSeconds", "s", "Upgraded pods that were not ready times the seconds for which they were not.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.longestUpgrade.seconds", "s", "The longest upgrade of one pod, finished or not.") { IsHeadline = true },
        .. new[] { "p50", "p90", "p100" }.Select(p => new Metric(
            "sidecarSets.<sidecarSet>.rollout.seconds." + p,
            "s",
            $"From the last version's being asked for until {p[1..]} % of the pods that it may reach were upgraded and ready.") { IsHeadline = p is "p50" or "p100" }),
        .. new[] { "p50", "p99", "max" }.Select(p => new Metric(
            "sidecarSets.<sidecarSet>.upgrade.seconds." + p, "s", $"From the write that upgrades a pod to its being ready: {p} over all upgrades that got there.")),
        new("sidecarSets.<sidecarSet>.restarts", "1", "Starts of the set's containers beyond the first, for upgrades and after crashes.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.businessRestarts", "1", "Starts beyond the first of the own containers of pods that have the set, whatever the reason.") { IsHeadline = true },
        new("sidecarSets.<sidecarSet>.pulls", "1", "Pulls of images for the set's containers."),
        new("sidecarSets.<sidecarSet>.bytesFetched", "B", "Bytes that kubelets fetched for the set's containers; 0 where the image was there.") { IsHeadline = true },
    ];

    /// <summary>The value of one of them; null when the run did not get that far.</summary>
    /// <param name="pattern">As in <see cref="All"/>.</param>
    /// <param name="set">What the placeholder stands for.</param>
    /// <param name="run">The run.</param>
    public static double? Value(string pattern, string set, RunResult run) =>
        run.SidecarSets.LastOrDefault(s => s.Name == set) is { } found ? Value(pattern[(pattern.IndexOf('>', StringComparison.Ordinal) + 2)..], found) : null;

    private static double? Value(string figure, SidecarSetResult set) => figure switch
    {
        "matched" => set.Matched,
        "injected" => set.Injected,
        "missed" => set.Missed,
        "without" => set.Without,
        "upgraded" => set.Upgraded,
        "ready" => set.Ready,
        "upgradedReady" => set.UpgradedReady,
        "outOfReach" => set.OutOfReach,
        "upgrades" => set.Rollouts.Sum(rollout => rollout.Upgrades),
        "failed" => set.Rollouts.Sum(rollout => rollout.Failed),
        "maxUnavailable" => set.MaxUnavailable.Value,
        "maxUpgrading" => set.MaxUpgrading.Value,
        "unavailable.podSeconds" => set.UnavailablePodSeconds,
        "longestUpgrade.seconds" => set.LongestUpgrade?.Length.Seconds ?? 0,
        "rollout.seconds.p50" => set.Rollouts[^1].SecondsTo50,
        "rollout.seconds.p90" => set.Rollouts[^1].SecondsTo90,
        "rollout.seconds.p100" => set.Rollouts[^1].SecondsTo100,
        "upgrade.seconds.p50" => set.Upgrade?.P50,
        "upgrade.seconds.p99" => set.Upgrade?.P99,
        "upgrade.seconds.max" => set.Upgrade?.Max,
        "restarts" => set.Restarts,
        "businessRestarts" => set.BusinessRestarts,
        "pulls" => set.Pulls,
        "bytesFetched" => set.BytesFetched,
        _ => throw new ArgumentException($"There is no figure {figure} of a SidecarSet.", nameof(figure)),
    };
}

/// <summary>What is measured of upgrades of pods with one label: whether scatter spreads them.</summary>
internal static class UpgradeLabels
{
    /// <summary>Labels by which a set spreads its upgrade, each with the rows of its last version.</summary>
    public static IReadOnlyList<(string Label, SidecarRow[] Rows)> Groups(RunResult run, SidecarSetResult set)
    {
        SidecarRow[] rows = [.. run.Upgrades.Where(row => row.Set == set.Name && row.Rollout == set.Rollouts[^1].Number)];
        return
        [
            .. rows.SelectMany(row => row.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(label => set.ScatterKeys.Contains(label[..label.IndexOf('=', StringComparison.Ordinal)], StringComparer.Ordinal))
                .Select(label => (label, rows.Where(row => row.Labels.Contains(label, StringComparer.Ordinal)).ToArray())),
        ];
    }

    /// <summary>The most pods with a label whose upgrade to a set's last version was under way at one moment, over all sets.</summary>
    public static int MostAtOnce(string label, RunResult run) => run.SidecarSets.Select(set => MostAtOnce(run.Upgrades.Where(row =>
        row.Set == set.Name && row.Rollout == set.Rollouts[^1].Number && row.Labels.Contains(label, StringComparer.Ordinal)))).DefaultIfEmpty(0).Max();

    /// <summary>The most rows that were under way at one moment.</summary>
    public static int MostAtOnce(IEnumerable<SidecarRow> rows) => PodLabels.MostBeside(rows.Select(row => ((Engine.SimTime?)row.Begun, row.Done)));
}
