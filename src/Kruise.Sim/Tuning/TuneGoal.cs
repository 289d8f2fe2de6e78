using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>What is looked for: the least of a metric (or the most, where more is better) among settings that keep every bound and expectation in every seed.</summary>
/// <param name="Metrics">The metrics read from each run.</param>
/// <param name="Metric">The one that counts.</param>
/// <param name="Constraints">Bounds that the user sets.</param>
/// <param name="Expected">What the scenario expects.</param>
internal sealed record TuneGoal(IReadOnlyList<string> Metrics, string Metric, IReadOnlyList<Constraint> Constraints, IReadOnlyList<ExpectedMetric> Expected)
{
    /// <summary>What a missed expectation or a broken rule counts as: more than a bound that is missed by as much as it is large.</summary>
    private const double Missed = 10;

    /// <summary>Today's setting, at least as far in its seeds as any other; null where others may do less than it.</summary>
    public Candidate? Present { get; init; }

    private readonly int _metric = Metrics.Select((metric, i) => (metric, i)).First(m => m.metric == Metric).i;

    /// <summary>Over a candidate's first seeds, at least one.</summary>
    public Merit Of(Candidate candidate, int seeds)
    {
        SweepTrial[] trials = [.. candidate.Trials.Take(seeds)];
        double excess = 0;
        foreach (Constraint constraint in Constraints)
        {
            int m = Index(constraint.Metric);
            excess += trials.Average(trial => Math.Min(Missed, constraint.Excess(trial.Values[m])));
        }

        excess += Missed * (Expected.Count(expected => ExpectedOverSeeds.Objection(expected, [.. trials.Select(trial => trial.Values[Index(expected.Metric)])]) is not null)
            + trials.Average(trial => trial.Violations > 0 ? 1.0 : 0)
            + (Present is not null && Fulfilment.Objection(Metrics, trials, [.. Present.Trials.Take(seeds)]) is not null ? 1 : 0));
        double cost = trials.Average(trial => SweepResult.Sign(Metric) * trial.Values[_metric] ?? double.PositiveInfinity);
        return new Merit(excess, cost);
    }

    /// <summary>Over all of its seeds.</summary>
    public Merit Of(Candidate candidate) => Of(candidate, candidate.Trials.Count);

    /// <summary>Whether a run alone keeps every bound, expectation and rule.</summary>
    public bool IsKept(SweepTrial trial) => trial.Violations == 0
        && Constraints.All(constraint => constraint.Excess(trial.Values[Index(constraint.Metric)]) == 0)
        && Expected.All(expected => ExpectedOverSeeds.Holds(expected, trial.Values[Index(expected.Metric)]));

    /// <summary>The metric by seed, turned so that less is better.</summary>
    public IReadOnlyList<double?> Costs(Candidate candidate, int seeds) => [.. candidate.Trials.Take(seeds).Select(trial => SweepResult.Sign(Metric) * trial.Values[_metric])];

    private int Index(string metric) => Metrics.Select((name, i) => (name, i)).First(m => m.name == metric).i;
}
