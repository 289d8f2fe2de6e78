using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>A figure that stands out of a page: what it is and its value, both as Markdown.</summary>
internal sealed record KeyFigure(string Label, string Value, string Note = "");

/// <summary>The few figures of a run that people look for first.</summary>
internal static class KeyFigures
{
    /// <summary>Of more objects than this the tables tell.</summary>
    private const int MaxObjects = 2;

    public static IReadOnlyList<KeyFigure> Of(RunResult run, FigureLinks links)
    {
        List<KeyFigure> figures = [];
        foreach (SidecarSetResult set in run.SidecarSets.Take(MaxObjects)) Sidecars(figures, run, set, links);
        foreach (WorkloadResult workload in run.Workloads.Where(workload => !workload.IsGone).Take(MaxObjects)) Workload(figures, run, workload, links);
        if (RunPlots.ShowWarmup(run) && run.Jobs.Count > 0) Warmup(figures, run, links);
        if (run.Registries.MaxBy(registry => registry.PeakBytesPerSecond) is { BytesSent: > 0 } busiest)
        {
            string peak = links.Metric($"registries.{busiest.Name}.peakBytesPerSecond", Human.BitRate(busiest.PeakBytesPerSecond));
            figures.Add(new("registry peak", peak, double.IsFinite(busiest.EgressBytesPerSecond) ? "of " + Human.BitRate(busiest.EgressBytesPerSecond) : Markdown.Plain(busiest.Name)));
        }

        return figures;
    }

    private static void Warmup(List<KeyFigure> figures, RunResult run, FigureLinks links)
    {
        int desired = run.Jobs.Sum(job => job.Desired), failed = run.Jobs.Sum(job => job.Failed);
        figures.Add(new(
                "nodes warm", links.Rows(NodesCsv.FileName, Human.Count(run.Jobs.Sum(job => job.Succeeded)), ("outcome", "succeeded")), "of " + Human.Count(desired) + (run.Jobs.Count > 1 ? ", counted per job" : "")));
        if (failed > 0) figures.Add(new("failed", links.Rows(NodesCsv.FileName, Human.Count(failed), ("outcome", "failed"))));
        if (Answer.CompletionSeconds(run) is { } seconds) figures.Add(new("complete after", links.LastReport(null, Human.Duration(seconds))));
        if (NearestRank.OfWarmups(run.Nodes) is not { } warmup) return;
        string? those = Answer.OfThose(run);
        figures.Add(new(those is null ? "half of the nodes within" : "half within", links.Warmup(null, 50, Human.Duration(warmup.P50)), those ?? ""));
        figures.Add(new("99 % within", links.Warmup(null, 99, Human.Duration(warmup.P99)), those ?? ""));
        figures.Add(new("the slowest", links.Warmup(null, 100, Human.Duration(warmup.Max)), those ?? ""));
    }

    private static void Workload(List<KeyFigure> figures, RunResult run, WorkloadResult workload, FigureLinks links)
    {
        RolloutResult rollout = workload.Rollouts[^1];
        string of = run.Workloads.Count > 1 ? Markdown.Plain(workload.Name) + ": " : "", what = rollout.Number == 0 ? "created" : "updated";
        figures.Add(new($"{of}{what} and ready", links.Updated(workload, rollout, Human.Count(Math.Min(rollout.UpdatedReady, rollout.ToUpdate))), "of " + Human.Count(rollout.ToUpdate)));
        if (rollout.SecondsTo100 is { } all) figures.Add(new($"{of}all {what} after", links.Reached(workload, rollout, all, Human.Duration(all))));
        if (rollout.Number == 0) return;
        figures.Add(new(of + "most unavailable", links.At(rollout.MaxUnavailable, Human.Count(rollout.MaxUnavailable.Value)), Human.Count(workload.AllowedUnavailable) + " allowed"));
        if (rollout.LongestUnavailability is { } longest)
            figures.Add(new(of + "longest unavailability", links.Unavailable(workload, rollout, longest, Human.Duration(longest.Length.Seconds)), "of one instance"));
    }

    private static void Sidecars(List<KeyFigure> figures, RunResult run, SidecarSetResult set, FigureLinks links)
    {
        SidecarRolloutResult version = set.Rollouts[^1];
        string of = run.SidecarSets.Count > 1 ? Markdown.Plain(set.Name) + ": " : "";
        if (version.Number == 0)
        {
            figures.Add(new(of + "pods with the sidecar", Human.Count(set.Matched), set.Without > 0 ? Human.Count(set.Without) + " without" : ""));
            if (run.PodStartup is { } startup)
            {
                string most = links.Pod(FigureLinks.StartUp, startup.P99, Human.Duration(startup.P99));
                figures.Add(new(of + "a pod starts within", links.Pod(FigureLinks.StartUp, startup.P50, Human.Duration(startup.P50)), "99 %: " + most));
            }

            return;
        }

        figures.Add(new(of + "upgraded and ready", links.Upgraded(set, version, Human.Count(Math.Min(version.UpgradedReady, version.ToUpgrade))), "of " + Human.Count(version.ToUpgrade)));
        if (version.SecondsTo100 is { } all) figures.Add(new(of + "all upgraded after", links.Reached(set, version, all, Human.Duration(all))));
        figures.Add(new(of + "most out of service", links.At(version.MaxUnavailable, Human.Count(version.MaxUnavailable.Value)), Human.Count(set.AllowedUnavailable) + " allowed"));
        if (set.LongestUpgrade is { } longest) figures.Add(new(of + "longest upgrade", links.LongestUpgrade(set, longest, Human.Duration(longest.Length.Seconds)), "of one pod"));
        if (version.Failed > 0)
            figures.Add(new(of + "failed upgrades", links.Rows(SidecarsCsv.FileName, Human.Count(version.Failed), ("sidecarSet", set.Name), ("outcome", "failed"))));
    }
}
