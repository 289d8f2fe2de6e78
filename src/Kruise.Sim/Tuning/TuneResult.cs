using Kruise.Sim.Statistics;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>What a search was asked and what it found.</summary>
internal sealed record TuneResult
{
    /// <summary>The question as a sweep has it; its settings are those that were tried, in that order.</summary>
    public required SweepPlan Plan { get; init; }

    public required TuneGoal Goal { get; init; }

    public required IReadOnlyList<Candidate> Candidates { get; init; }

    public required TuneOutcome Outcome { get; init; }

    /// <summary>Runs made.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs that every combination with all seeds would take.</summary>
    public required double GridRuns { get; init; }

    /// <summary>Whether the budget ended the search before it was done.</summary>
    public required bool IsSpent { get; init; }

    public Candidate Best => Outcome.Best;

    /// <summary>Whether the best keeps every bound and expectation; else there is nothing to take.</summary>
    public bool IsAdmissible => Goal.Of(Best).IsAdmissible;

    /// <summary>The metric of the best less that of another, over the seeds that both have; null where none measured both.</summary>
    public PairedDifference? Against(Candidate other)
    {
        int m = Plan.Metric(Goal.Metric);
        return PairedDifference.Of([.. Best.Trials.Select(trial => trial.Values[m])], [.. other.Trials.Select(trial => trial.Values[m])]);
    }

    /// <summary>The share of all seeds that keep the bounds at least, as sure as 95 %, after those run all did.</summary>
    public double KeptShare => ShareBounds.Lower(Best.Trials.Count, Best.Trials.Count, SweepResult.Confidence);

    /// <summary>A metric's mean at a setting; null when a seed did not measure it.</summary>
    public double? Mean(Candidate candidate, string metric)
    {
        int m = Plan.Metric(metric);
        return candidate.Trials.Count > 0 && candidate.Trials.TrueForAll(trial => trial.Values[m] is not null) ? candidate.Trials.Average(trial => trial.Values[m]!.Value) : null;
    }
}
