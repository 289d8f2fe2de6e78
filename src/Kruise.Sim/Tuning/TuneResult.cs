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

    /// <summary>Settings that were left out, as the scenario may not have their values together.</summary>
    public required int Refused { get; init; }

    /// <summary>Whether the budget ended the search before it was done.</summary>
    public required bool IsSpent { get; init; }

    public Candidate Best => Outcome.Best;

    /// <summary>Whether the best keeps every bound and expectation; else there is nothing to take.</summary>
    public bool IsAdmissible => Goal.Of(Best).IsAdmissible;

    /// <summary>The best's runs with seeds of which the search had seen nothing.</summary>
    public IReadOnlyList<SweepTrial> Fresh => [.. Best.Trials.Skip(Outcome.Seeds)];

    /// <summary>Whether the best and another have such seeds in common.</summary>
    public bool IsFresh(Candidate other) => Best.Trials.Count > Outcome.Seeds && other.Trials.Count > Outcome.Seeds;

    /// <summary>The metric of the best less that of another: over seeds of which the search had seen nothing where both have them, else over those that both have; null where none measured both.</summary>
    public PairedDifference? Against(Candidate other)
    {
        int m = Plan.Metric(Goal.Metric), from = IsFresh(other) ? Outcome.Seeds : 0;
        return PairedDifference.Of([.. Best.Trials.Skip(from).Select(trial => trial.Values[m])], [.. other.Trials.Skip(from).Select(trial => trial.Values[m])]);
    }

    /// <summary>The share of all seeds that keep what is asked at least, as sure as 95 % over all settings that were tried with fresh seeds (Bonferroni).</summary>
    /// <param name="kept">The fresh seeds that keep it.</param>
    public double KeptShare(int kept) => ShareBounds.Lower(kept, Fresh.Count, 1 - ((1 - SweepResult.Confidence) / Outcome.Confirmations));

    /// <summary>A metric's mean at a setting; null when a seed did not measure it.</summary>
    public double? Mean(Candidate candidate, string metric)
    {
        int m = Plan.Metric(metric);
        return candidate.Trials.Count > 0 && candidate.Trials.TrueForAll(trial => trial.Values[m] is not null) ? candidate.Trials.Average(trial => trial.Values[m]!.Value) : null;
    }
}
