using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Sidecars;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>What is measured of the pods with a label, and which labels count: those that neither the template nor a controller gave to the pod.</summary>
internal static class PodLabels
{
    /// <summary>Stands for a label, <c>key=value</c>.</summary>
    public const string Placeholder = "<label>";

    public static readonly IReadOnlyList<Metric> Metrics =
    [
        new("labels.<label>.updated", "1", "Pods with a label of their own that the last update of their CloneSet has updated.") { Better = Better.Higher },
        new("labels.<label>.rollout.seconds.p100", "s", "From the beginning of the last update until all pods with the label were updated and ready."),
        new("labels.<label>.maxUpdating", "1", "The most pods with the label that were being updated at one moment."),
        new("labels.<label>.maxUpgrading", "1", "The most pods with the label whose upgrade to the last version of a SidecarSet was under way at one moment."),
    ];

    /// <summary>In order of their keys.</summary>
    public static IReadOnlyList<string> Own(CloneSet set, V1Pod pod)
    {
        IDictionary<string, string>? template = set.Spec.Template?.Metadata?.Labels;
        return Of(pod, key => template?.ContainsKey(key) != true);
    }

    /// <summary>Those that no controller gave to the pod, in order of their keys.</summary>
    public static IReadOnlyList<string> Of(V1Pod pod) => Of(pod, _ => true);

    private static string[] Of(V1Pod pod, Func<string, bool> counts) =>
    [
        .. (pod.Metadata.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Where(label => counts(label.Key) && !IsControllers(label.Key))
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => label.Key + "=" + label.Value),
    ];

    /// <summary>Rows of the last update of every set, by label; under the empty string those that have none.</summary>
    public static IReadOnlyList<(string Label, PodRow[] Rows)> Groups(RunResult run)
    {
        PodRow[] rows = LastUpdate(run);
        return
        [
            .. rows.SelectMany(row => row.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(label => (label, rows.Where(row => row.Labels.Contains(label, StringComparer.Ordinal)).ToArray())),
            ("", [.. rows.Where(row => row.Labels.Count == 0)]),
        ];
    }

    public static double? Value(string pattern, string label, RunResult run)
    {
        if (pattern.EndsWith(".maxUpgrading", StringComparison.Ordinal))
        {
            return UpgradeLabels.MostAtOnce(label, run);
        }

        PodRow[] rows = [.. LastUpdate(run).Where(row => row.Labels.Contains(label, StringComparer.Ordinal))];
        return pattern[(pattern.IndexOf('>', StringComparison.Ordinal) + 2)..] switch
        {
            "updated" => rows.Count(row => row.Outcome == PodOutcome.Updated),
            "maxUpdating" => MostAtOnce(rows),
            _ => rows.Length > 0 && rows.All(row => row.UpdateSeconds is not null) ? rows.Max(row => row.UpdateSeconds) : null,
        };
    }

    /// <summary>The most rows that had begun and were not done at one moment.</summary>
    public static int MostAtOnce(IEnumerable<PodRow> rows) => MostBeside(rows.Select(row => (row.Begun, row.Done)));

    /// <summary>The most that had begun and were not done at one moment.</summary>
    public static int MostBeside(IEnumerable<(SimTime? Begun, SimTime? Done)> spans)
    {
        int most = 0, now = 0;
        foreach ((_, int by) in spans.Where(span => span.Begun is not null)
            .SelectMany(span => new[] { (span.Begun!.Value.Nanoseconds, 1), (span.Done?.Nanoseconds ?? long.MaxValue, -1) })
            .Order())
        {
            now += by;
            most = Math.Max(most, now);
        }

        return most;
    }

    private static PodRow[] LastUpdate(RunResult run) =>
    [
        .. run.Pods.Where(row => row.Rollout > 0
            && run.Workloads.Any(w => w.Namespace == row.Namespace && w.Name == row.Workload && w.Rollouts[^1].Number == row.Rollout)),
    ];

    private static bool IsControllers(string key) => key == WorkloadKeys.ControllerRevisionHash || key.Contains("kruise.io/", StringComparison.Ordinal);
}
