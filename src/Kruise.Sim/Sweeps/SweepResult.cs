using Kruise.Sim.Measures;
using Kruise.Sim.Statistics;

namespace Kruise.Sim.Sweeps;

/// <summary>A metric at a setting, over its seeds.</summary>
/// <param name="Mean">Over the seeds that measured it.</param>
/// <param name="Low">The lower end of the mean's 95 % interval; infinite where one seed says nothing of it.</param>
/// <param name="High">The upper end.</param>
/// <param name="Measured">Seeds that measured it.</param>
internal sealed record PointMetric(double Mean, double Low, double High, int Measured);

/// <summary>What a setting measured.</summary>
internal sealed record PointResult
{
    public required int Index { get; init; }

    public required SweepPoint Point { get; init; }

    /// <summary>In the order of the seeds.</summary>
    public required IReadOnlyList<SweepTrial> Trials { get; init; }

    /// <summary>The plan's metrics, in its order; null where no seed measured one.</summary>
    public required IReadOnlyList<PointMetric?> Metrics { get; init; }

    /// <summary>Why it is not to be recommended, each in a few words; nothing where it may be.</summary>
    public required IReadOnlyList<string> Objections { get; init; }

    /// <summary>Whether no other setting that may be recommended is better in one objective and worse in none.</summary>
    public bool IsOnFront { get; init; }

    public bool IsAdmissible => Objections.Count == 0;
}

/// <summary>What a sweep measured: a function of its plan and its trials and of nothing else.</summary>
internal sealed class SweepResult
{
    public const double Confidence = 0.95;

    private SweepResult(SweepPlan plan, IReadOnlyList<PointResult> points)
    {
        Plan = plan;
        Points = points;
        Recommendation = Recommendation.Of(this);
    }

    public SweepPlan Plan { get; }

    /// <summary>In the plan's order.</summary>
    public IReadOnlyList<PointResult> Points { get; }

    /// <summary>Null where no setting may be recommended.</summary>
    public Recommendation? Recommendation { get; }

    public PointResult Present => Points[Plan.Present];

    public static SweepResult Of(SweepPlan plan, IEnumerable<SweepTrial> trials)
    {
        SweepTrial[] ordered = [.. trials.OrderBy(trial => trial.Number)];
        if (!plan.AreObjectivesChosen)
        {
            string[] measured = [.. plan.Objectives.Where(objective => ordered.Any(trial => trial.Values[plan.Metric(objective)] is not null))];
            plan = plan with { Objectives = measured.Length > 0 ? measured : [.. plan.Objectives.Take(1)] };
        }

        PointResult[] points = [.. plan.Points.Select((point, i) => PointOf(plan, point, i, ordered[(i * plan.Seeds)..((i + 1) * plan.Seeds)]))];
        bool[] front = ParetoFront.Of([.. points.Select(point => point.IsAdmissible ? Costs(plan, point) : null)]);
        return new SweepResult(plan, [.. points.Select((point, i) => point with { IsOnFront = front[i] })]);
    }

    /// <summary>The means of the objectives, turned so that less is better.</summary>
    public static double[] Costs(SweepPlan plan, PointResult point) => [.. plan.Objectives.Select(objective => Cost(plan, point, objective))];

    /// <summary>One of them; infinite where it was not measured.</summary>
    public static double Cost(SweepPlan plan, PointResult point, string objective) =>
        point.Metrics[plan.Metric(objective)] is { } metric ? Sign(objective) * metric.Mean : double.PositiveInfinity;

    /// <summary>-1 for metrics that are better when higher, else 1.</summary>
    public static int Sign(string metric) => MetricCatalog.Find(metric)?.Metric.Better == Better.Higher ? -1 : 1;

    private static PointResult PointOf(SweepPlan plan, SweepPoint point, int index, SweepTrial[] trials)
    {
        PointMetric?[] metrics = [.. plan.Metrics.Select((_, m) => Over([.. trials.Select(trial => trial.Values[m]).OfType<double>()]))];
        List<string> objections = [.. plan.Expected.Select(expected => ExpectedOverSeeds.Objection(expected, [.. trials.Select(trial => trial.Values[plan.Metric(expected.Metric)])])).OfType<string>()];
        int violated = trials.Count(trial => trial.Violations > 0);
        if (violated > 0) objections.Insert(0, FormattableString.Invariant($"violates a rule in {violated} of {trials.Length} seeds: {trials.First(trial => trial.Violation is not null).Violation}"));
        int missing = trials.Length - (metrics[plan.Metric(plan.Objectives[0])]?.Measured ?? 0);
        if (missing > 0) objections.Add(FormattableString.Invariant($"{plan.Objectives[0]} was not reached in {missing} of {trials.Length} seeds"));
        return new PointResult { Index = index, Point = point, Trials = trials, Metrics = metrics, Objections = objections };
    }

    private static PointMetric? Over(double[] values)
    {
        if (values.Length == 0) return null;
        (double mean, double low, double high) = SampleInterval.OfMean(values, Confidence);
        return new PointMetric(mean, low, high, values.Length);
    }
}
