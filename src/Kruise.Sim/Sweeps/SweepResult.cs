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

    /// <summary>The means of the plan's objectives, turned so that less is better; infinite where a seed did not measure one.</summary>
    public required double[] Costs { get; init; }

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

    public static SweepResult Of(SweepPlan plan, IEnumerable<SweepTrial> all)
    {
        SweepTrial[] ordered = [.. all.OrderBy(trial => trial.Number)];
        SweepTrial[][] trials = [.. plan.Points.Select((_, i) => ordered[(i * plan.Seeds)..((i + 1) * plan.Seeds)])];
        if (!plan.AreObjectivesChosen) plan = plan with { Objectives = Telling(plan, trials) };
        SweepTrial[] present = trials[plan.Present];
        PointResult[] points = [.. plan.Points.Select((point, i) => PointOf(plan, point, i, trials[i], present))];
        bool[] front = ParetoFront.Of([.. points.Select(point => point.IsAdmissible ? point.Costs : null)]);
        return new SweepResult(plan, [.. points.Select((point, i) => point with { IsOnFront = front[i] })]);
    }

    // What no setting measures, or all measure alike, tells nothing; the creation of pods for one, where their upgrade is what varies.
    private static string[] Telling(SweepPlan plan, SweepTrial[][] trials)
    {
        bool IsMeasured(string objective) => trials.Any(point => point.Any(trial => trial.Values[plan.Metric(objective)] is not null));
        bool Varies(string objective) => trials.Any(point => point.Zip(trials[0]).Any(pair => pair.First.Values[plan.Metric(objective)] != pair.Second.Values[plan.Metric(objective)]));
        string[] varying = [.. plan.Objectives.Where(Varies)], measured = [.. plan.Objectives.Where(IsMeasured)];
        return varying.Length > 0 ? varying : measured.Length > 0 ? measured : [plan.Objectives[0]];
    }

    /// <summary>-1 for metrics that are better when higher, else 1.</summary>
    public static int Sign(string metric) => MetricCatalog.Find(metric)?.Metric.Better == Better.Higher ? -1 : 1;

    private static PointResult PointOf(SweepPlan plan, SweepPoint point, int index, SweepTrial[] trials, SweepTrial[] present)
    {
        PointMetric?[] metrics = [.. plan.Metrics.Select((_, m) => Over([.. trials.Select(trial => trial.Values[m]).OfType<double>()]))];
        List<string> objections = [.. plan.Expected.Select(expected => ExpectedOverSeeds.Objection(expected, [.. trials.Select(trial => trial.Values[plan.Metric(expected.Metric)])])).OfType<string>()];
        int violated = trials.Count(trial => trial.Violations > 0);
        if (violated > 0) objections.Insert(0, FormattableString.Invariant($"violates a rule in {violated} of {trials.Length} seeds: {trials.First(trial => trial.Violation is not null).Violation}"));
        foreach (string objective in plan.Objectives.Where((objective, i) => i == 0 || MetricCatalog.Find(objective)?.Metric.Unit == "s"))
        {
            int missing = trials.Length - (metrics[plan.Metric(objective)]?.Measured ?? 0);
            if (missing > 0) objections.Add(FormattableString.Invariant($"{objective} was not reached in {missing} of {trials.Length} seeds"));
        }

        if (Fulfilment.Objection(plan.Metrics, trials, present) is { } less) objections.Add(less);
        double[] costs =
            [.. plan.Objectives.Select(objective => metrics[plan.Metric(objective)] is { } metric && metric.Measured == trials.Length ? Sign(objective) * metric.Mean : double.PositiveInfinity)];
        return new PointResult { Index = index, Point = point, Trials = trials, Metrics = metrics, Costs = costs, Objections = objections };
    }

    private static PointMetric? Over(double[] values)
    {
        if (values.Length == 0) return null;
        (double mean, double low, double high) = SampleInterval.OfMean(values, Confidence);
        return new PointMetric(mean, low, high, values.Length);
    }
}
