using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>What is kept of one run of a sweep.</summary>
/// <param name="Number">Which of the plan's trials it is: the setting times the seeds of each, plus the seed's place.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Hash">The hash of its event log, 16 hex digits.</param>
/// <param name="Values">The plan's metrics, in its order; null where there was nothing to measure.</param>
/// <param name="Violations">How often something happened that must never be.</param>
/// <param name="Violation">The first of them, in words.</param>
internal sealed record SweepTrial(int Number, ulong Seed, string Hash, IReadOnlyList<double?> Values, int Violations, string? Violation)
{
    public static SweepTrial Of(int number, TrialOutcome outcome) => new(
        number,
        outcome.Seed,
        outcome.Hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        [.. outcome.Values.Select(value => value is { } v && double.IsFinite(v) ? value : null)],
        outcome.ViolationCount,
        outcome.Violations.Count > 0 ? outcome.Violations[0].Text : null);
}
