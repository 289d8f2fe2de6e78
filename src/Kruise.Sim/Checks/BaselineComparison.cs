using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>Holds runs against a baseline, seed by seed.</summary>
internal static class BaselineComparison
{
    /// <summary>The run with its comparisons, over the seeds and metrics that both have; or with the reason why there are none.</summary>
    public static CheckedVariant Of(CheckedVariant run, Baseline baseline, PairedJudge judge)
    {
        if (baseline.Find(run.Key) is not { } before)
        {
            return run with { NotCompared = "not in the baseline" };
        }

        var now = run.Outcomes.Select((outcome, i) => (outcome.Seed, i)).ToDictionary(o => o.Seed, o => o.i);
        (int Before, int Now)[] seeds = [.. before.Seeds.Select((seed, i) => (seed, i)).Where(s => now.ContainsKey(s.seed)).Select(s => (s.i, now[s.seed]))];
        if (seeds.Length == 0)
        {
            return run with { NotCompared = "no seed of the baseline was run" };
        }

        var metrics = run.Metrics.Select((name, m) => (name, m)).Where(metric => before.Metrics.ContainsKey(metric.name))
            .Select(metric => (metric.name, (IReadOnlyList<(double?, double?)>)[.. seeds.Select(s => (before.Metrics[metric.name][s.Before], Baseline.Rounded(run.Outcomes[s.Now].Values[metric.m])))]))
            .ToList();
        return metrics.Count == 0 ? run with { NotCompared = "no metric of the baseline was read" } : run with { Comparisons = judge.Compare(metrics) };
    }
}
