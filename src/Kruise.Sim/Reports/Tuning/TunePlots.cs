using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>The plots of a search: the metric of what was tried, over one of the values.</summary>
internal static class TunePlots
{
    public static SweepPlot Of(TuneResult result, int axis)
    {
        SweepPlan plan = result.Plan;
        string metric = result.Goal.Metric;
        Candidate[] tried = [.. result.Candidates.Where(candidate => candidate.Point.Values[axis] is not null && candidate.Trials.Count > 0 && result.Mean(candidate, metric) is not null)];
        string[] values = [.. tried.Select(candidate => candidate.Point.Values[axis]!).Distinct(StringComparer.Ordinal).OrderBy(value => Amount.Read(value)?.Value ?? 0)];
        var places = new ValueAxis(values);
        double X(Candidate candidate) => places.Place(candidate.Point.Values[axis])!.Value;
        double Y(Candidate candidate) => result.Mean(candidate, metric)!.Value;
        ValueCurve Group(string label, bool admissible) => new(
            label,
            [.. tried.Where(candidate => result.Goal.Of(candidate).IsAdmissible == admissible)
                .Select(candidate => new CurvePoint(X(candidate), Y(candidate), double.NaN, double.NaN, $"{SettingWords.Of(plan, candidate.Point)} ({Human.Count(candidate.Trials.Count, "seed")})"))],
            Joined: false);
        ValueCurve[] groups = [.. new[] { Group("keeps what is asked", admissible: true), Group("does not", admissible: false) }.Where(group => group.Points.Count > 0)];
        CurveFlag[] flags =
        [
            .. tried.Where(candidate => candidate == result.Best).Select(candidate => new CurveFlag(X(candidate), Y(candidate), "the best: " + SettingWords.Values(candidate.Point))),
            .. tried.Where(candidate => candidate == result.Outcome.Present && candidate != result.Best).Select(candidate => new CurveFlag(X(candidate), Y(candidate), "now")),
        ];
        var data = new ValueCurves(
            $"{metric} of what was tried, by {plan.Axes[axis].Name} – {plan.Scenario}",
            plan.Axes[axis].Path + (places.Unit.Length > 0 ? $" ({places.Unit})" : ""),
            places.Ticks,
            MetricScale.Of(metric, tried.Select(candidate => result.Mean(candidate, metric)!.Value).DefaultIfEmpty().Max()),
            groups.Length > 0 ? groups : [new ValueCurve("", [])],
            flags);
        return new CurvesPlot(new PlotFile(SweepPlot.Name("tried", plan.Axes[axis].Name), $"{metric} of every setting that was tried, by {plan.Axes[axis].Name}."), data);
    }
}
