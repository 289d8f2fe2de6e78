using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>Runs held against a baseline, seed by seed, and what of either could not be held against the other.</summary>
internal sealed record BaselineComparison
{
    private const int Named = 3;

    /// <summary>Every metric that both have.</summary>
    public IReadOnlyList<PairedComparison> Metrics { get; private init; } = [];

    /// <summary>The seeds that both have, in the order of the pairs.</summary>
    public IReadOnlyList<ulong> Seeds { get; private init; } = [];

    /// <summary>Why less is compared than the baseline is for, each in a sentence.</summary>
    public IReadOnlyList<string> Gaps { get; private init; } = [];

    /// <summary>What else is not compared, and need not be.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Compares.</summary>
    /// <param name="run">What was run.</param>
    /// <param name="baseline">What it was.</param>
    /// <param name="judge">How.</param>
    /// <param name="chosen">The metrics that were asked for by name; empty for all.</param>
    public static BaselineComparison Of(CheckedVariant run, Baseline baseline, PairedJudge judge, IReadOnlyList<string> chosen)
    {
        if (chosen.Count > 0 && run.Metrics.Count == 0) return new BaselineComparison { Notes = ["it has none of the metrics that --metric names, so that none is compared"] };
        if (baseline.Find(run.Key) is not { } before) return Nothing("it is not in the baseline");
        var now = run.Outcomes.Select((outcome, i) => (outcome.Seed, i)).ToDictionary(o => o.Seed, o => o.i);
        (int Before, int Now)[] seeds = [.. before.Seeds.Select((seed, i) => (seed, i)).Where(s => now.ContainsKey(s.seed)).Select(s => (s.i, now[s.seed]))];
        if (seeds.Length == 0) return Nothing("none of the baseline's seeds was run");
        var metrics = run.Metrics.Select((name, m) => (name, m)).Where(metric => before.Metrics.ContainsKey(metric.name))
            .Select(metric => (metric.name, (IReadOnlyList<(double?, double?)>)[.. seeds.Select(s => (before.Metrics[metric.name][s.Before], Baseline.Rounded(run.Outcomes[s.Now].Values[metric.m])))]))
            .ToList();
        string[] gone = chosen.Count > 0 ? [] : [.. before.Metrics.Keys.Except(run.Metrics, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] added = [.. run.Metrics.Where(name => !before.Metrics.ContainsKey(name))];
        if (metrics.Count == 0) return Nothing("no metric that it measures is in the baseline");
        return new BaselineComparison
        {
            Metrics = judge.Compare(metrics),
            Seeds = [.. seeds.Select(s => before.Seeds[s.Before])],
            Gaps = gone.Length == 0 ? [] : [$"the baseline has what is no longer measured: {Names(gone)}; --update-baseline takes the scenario as it is now"],
            Notes =
            [
                .. seeds.Length < before.Seeds.Count ? [FormattableString.Invariant($"{seeds.Length} of the baseline's {before.Seeds.Count} seeds were run")] : Array.Empty<string>(),
                .. seeds.Length < run.Outcomes.Count ? [FormattableString.Invariant($"{seeds.Length} of the {run.Outcomes.Count} seeds are in the baseline")] : Array.Empty<string>(),
                .. added.Length > 0 ? [$"not in the baseline: {Names(added)}"] : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>The first of some names, and how many more there are.</summary>
    public static string Names(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Named)) + (names.Count > Named ? FormattableString.Invariant($" and {names.Count - Named} more") : "");

    private static BaselineComparison Nothing(string why) => new() { Gaps = [$"nothing is compared: {why}; --update-baseline takes it in"] };
}
