using Kruise.Sim.Measures;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Sweeps;

/// <summary>Whether a setting meets an expectation in the seeds that were run. How sure that is of other seeds is what <c>kruise-sim check</c> says.</summary>
internal static class ExpectedOverSeeds
{
    /// <summary>Why it does not, in a few words; null when it does.</summary>
    /// <param name="expected">The expectation.</param>
    /// <param name="values">Its metric by seed, at least one; null where there was nothing to measure, which meets nothing.</param>
    public static string? Objection(ExpectedMetric expected, IReadOnlyList<double?> values)
    {
        if (expected.Quantile is { } quantile)
        {
            double at = values.Select(MetricCatalog.Find(expected.Metric)!.Value.Metric.OrWorst).Order().ElementAt(NearestRank.Index(values.Count, quantile));
            return Holds(expected, at) ? null : $"{expected.Metric} is {Shown(expected, at)} at the quantile {Human.Percent(quantile)}, not {Bounds(expected)}";
        }

        int met = values.Count(value => Holds(expected, value));
        // A share such as 55 % is not exact in binary.
        if (met >= ((expected.Share ?? 1) * values.Count) - 1e-9) return null;

        double? worst = values.First(value => !Holds(expected, value));
        return values.Count == 1
            ? $"{expected.Metric} is {Shown(expected, worst)}, not {Bounds(expected)}"
            : FormattableString.Invariant($"{expected.Metric} is not {Bounds(expected)} in {values.Count - met} of {values.Count} seeds ({Shown(expected, worst)})");
    }

    /// <summary>Whether a value is within an expectation's bounds; what was not measured is not.</summary>
    public static bool Holds(ExpectedMetric expected, double? value) => value is { } v && !(v < expected.Min) && !(v > expected.Max);

    private static string Shown(ExpectedMetric expected, double? value) => value is null ? "unknown" : Human.Metric(expected.Metric, value);

    private static string Bounds(ExpectedMetric expected) => string.Join(" and ", new[]
    {
        expected.Min is { } min ? "at least " + Human.Metric(expected.Metric, min) : null,
        expected.Max is { } max ? "at most " + Human.Metric(expected.Metric, max) : null,
    }.Where(bound => bound is not null));
}
