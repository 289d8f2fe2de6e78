using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>The plots of a sweep: curves over one value, maps over two, points over each of more; and what the objectives cost each other.</summary>
internal static class SweepPlots
{
    /// <summary>Objectives that are drawn; the first ones count most.</summary>
    private const int MostObjectives = 4;

    /// <summary>Curves that a plot can tell apart.</summary>
    private const int MostCurves = 8;

    public static IReadOnlyList<SweepPlot> Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        string[] objectives = [.. plan.Objectives.Where(metric => result.Points.Any(point => point.Metrics[plan.Metric(metric)] is not null)).Take(MostObjectives)];
        List<SweepPlot> plots = [];
        foreach (string metric in objectives)
        {
            if (plan.IsSample || plan.Axes.Count > 2)
            {
                for (int axis = 0; axis < plan.Axes.Count && metric == objectives[0]; axis++) plots.Add(Points(result, metric, axis));
            }
            else if (plan.Axes.Count == 2)
            {
                plots.Add(Map(result, metric));
                if (metric == objectives[0] && Values(result, 1).Count <= MostCurves) plots.Add(Curves(result, metric));
            }
            else
            {
                plots.Add(Curves(result, metric));
            }
        }

        plots.AddRange(objectives.Skip(1).Where(metric => Differs(result, metric)).Select(metric => Front(result, objectives[0], metric)));
        return plots;
    }

    private static bool Differs(SweepResult result, string metric) =>
        result.Points.Select(point => point.Metrics[result.Plan.Metric(metric)]?.Mean).OfType<double>().Distinct().Skip(1).Any();

    // The values of an axis, by size where they have one, else in the order given.
    private static List<string> Values(SweepResult result, int axis)
    {
        List<string> values = [.. Designed(result).Select(point => point.Point.Values[axis]!).Distinct(StringComparer.Ordinal)];
        return values.TrueForAll(value => Amount.Read(value) is not null) && values.Select(value => Amount.Read(value)!.Kind).Distinct().Count() == 1
            ? [.. values.OrderBy(value => Amount.Read(value)!.Value)]
            : values;
    }

    // Today's setting is drawn among those asked for only where it is one of them.
    private static IEnumerable<PointResult> Designed(SweepResult result) => result.Plan.IsPresentExtra ? result.Points.Where(point => !point.Point.IsPresent) : result.Points;

    private static MetricScale Scale(SweepResult result, string metric) =>
        MetricScale.Of(metric, result.Points.Select(point => point.Metrics[result.Plan.Metric(metric)]?.Mean ?? 0).DefaultIfEmpty().Max());

    private static CurvePoint? At(SweepResult result, string metric, PointResult point, double x, string name) =>
        point.Metrics[result.Plan.Metric(metric)] is { } value ? new CurvePoint(x, value.Mean, value.Low, value.High, name) : null;

    private static IEnumerable<(PointResult Point, string Text)> Marked(SweepResult result)
    {
        if (result.Recommendation is { } recommendation) yield return (recommendation.Point, recommendation.Point == result.Present ? "recommended, and now" : "recommended");
        if (result.Recommendation?.Point != result.Present) yield return (result.Present, "now");
    }

    private static SweepPlot Curves(SweepResult result, string metric)
    {
        SweepPlan plan = result.Plan;
        List<string> values = Values(result, 0);
        bool two = plan.Axes.Count == 2;
        Dictionary<string, double> places = new(StringComparer.Ordinal);
        for (int i = 0; i < values.Count; i++) places[values[i]] = i;
        List<ValueCurve> curves =
        [
            .. (two ? Values(result, 1) : [""]).Select(other => new ValueCurve(
                two ? $"{plan.Axes[1].Name} {other}" : "",
                [.. Designed(result).Where(point => !two || point.Point.Values[1] == other).OrderBy(point => places[point.Point.Values[0]!])
                    .Select(point => At(result, metric, point, places[point.Point.Values[0]!], $"{plan.Axes[0].Name} {point.Point.Values[0]}")).OfType<CurvePoint>()])),
        ];
        CurveFlag[] flags =
        [
            .. Marked(result).Where(mark => mark.Point.Point.Values[0] is { } value && places.ContainsKey(value) && mark.Point.Metrics[plan.Metric(metric)] is not null && Designed(result).Contains(mark.Point))
                .Select(mark => new CurveFlag(places[mark.Point.Point.Values[0]!], mark.Point.Metrics[plan.Metric(metric)]!.Mean, mark.Text)),
        ];
        var data = new ValueCurves($"{metric} by {plan.Axes[0].Name} – {plan.Scenario}", plan.Axes[0].Path, [.. values.Select(value => (places[value], value))], Scale(result, metric), curves, flags);
        return new CurvesPlot(
            new PlotFile(SweepPlot.Name("curve", metric), $"{metric} by {plan.Axes[0].Name}{(two ? ", a curve for each " + plan.Axes[1].Name : "")}: means with 95 % intervals over {Human.Count(plan.Seeds, "seed")}."),
            data);
    }

    private static SweepPlot Map(SweepResult result, string metric)
    {
        SweepPlan plan = result.Plan;
        List<string> columns = Values(result, 0), rows = Values(result, 1);
        double[,] means = new double[rows.Count, columns.Count];
        bool[,] crossed = new bool[rows.Count, columns.Count];
        foreach (PointResult point in Designed(result))
        {
            (int row, int column) = (rows.IndexOf(point.Point.Values[1]!), columns.IndexOf(point.Point.Values[0]!));
            means[row, column] = point.Metrics[plan.Metric(metric)]?.Mean ?? double.NaN;
            crossed[row, column] = !point.IsAdmissible;
        }

        (int Row, int Column, string Text)[] framed =
        [
            .. Marked(result).Where(mark => Designed(result).Contains(mark.Point))
                .Select(mark => (rows.IndexOf(mark.Point.Point.Values[1]!), columns.IndexOf(mark.Point.Point.Values[0]!), mark.Text)),
        ];
        var data = new ValueMap($"{metric} – {plan.Scenario}", plan.Axes[0].Path, columns, plan.Axes[1].Path, rows, Scale(result, metric), means, crossed, framed);
        return new MapPlot(
            new PlotFile(SweepPlot.Name("map", metric), $"{metric} by {plan.Axes[0].Name} and {plan.Axes[1].Name}, means over {Human.Count(plan.Seeds, "seed")}; ✗ marks what may not be recommended."),
            data);
    }

    private static SweepPlot Points(SweepResult result, string metric, int axis)
    {
        SweepPlan plan = result.Plan;
        List<string> values = Values(result, axis);
        var places = new ValueAxis(values);
        ValueCurve Group(string label, Func<PointResult, bool> belongs) => new(
            label, [.. Designed(result).Where(belongs).Select(point => At(result, metric, point, places.Place(point.Point.Values[axis])!.Value, SettingWords.Of(plan, point.Point))).OfType<CurvePoint>()], Joined: false);
        CurveFlag[] flags =
        [
            .. Marked(result).Where(mark => mark.Point.Metrics[plan.Metric(metric)] is not null && places.Place(mark.Point.Point.Values[axis]) is not null)
                .Select(mark => new CurveFlag(places.Place(mark.Point.Point.Values[axis])!.Value, mark.Point.Metrics[plan.Metric(metric)]!.Mean, mark.Text)),
        ];
        ValueCurve[] groups = [.. new[] { Group("admissible", point => point.IsAdmissible), Group("not admissible", point => !point.IsAdmissible) }.Where(group => group.Points.Count > 0)];
        string label = plan.Axes[axis].Path + (places.Unit.Length > 0 ? $" ({places.Unit})" : "");
        var data = new ValueCurves($"{metric} by {plan.Axes[axis].Name}, whatever the others – {plan.Scenario}", label, places.Ticks, Scale(result, metric), groups, flags);
        return new CurvesPlot(
            new PlotFile(SweepPlot.Name("points", metric + "-by-" + plan.Axes[axis].Name), $"{metric} of every setting by {plan.Axes[axis].Name}; the other values vary too."),
            data);
    }

    private static SweepPlot Front(SweepResult result, string first, string second)
    {
        SweepPlan plan = result.Plan;
        MetricScale x = Scale(result, first);
        ValueCurve Group(string label, bool joined, Func<PointResult, bool> belongs) => new(
            label,
            [
                .. result.Points.Where(belongs).Where(point => point.Metrics[plan.Metric(first)] is not null)
                    .Select(point => (Point: point, First: point.Metrics[plan.Metric(first)]!.Mean))
                    .Select(at => At(result, second, at.Point, x.Scale(at.First), $"{SettingWords.Of(plan, at.Point.Point)}: {first} {Human.Metric(first, at.First)}")).OfType<CurvePoint>().OrderBy(point => point.X),
            ],
            joined);
        ValueCurve[] groups =
        [
            .. new[]
            {
                Group("on the front (of all objectives)", joined: false, point => point.IsOnFront),
                Group("beaten by another", joined: false, point => point.IsAdmissible && !point.IsOnFront),
                Group("not admissible", joined: false, point => !point.IsAdmissible),
            }.Where(group => group.Points.Count > 0),
        ];
        CurveFlag[] flags =
        [
            .. Marked(result).Where(mark => mark.Point.Metrics[plan.Metric(first)] is not null && mark.Point.Metrics[plan.Metric(second)] is not null)
                .Select(mark => new CurveFlag(x.Scale(mark.Point.Metrics[plan.Metric(first)]!.Mean), mark.Point.Metrics[plan.Metric(second)]!.Mean, $"{mark.Text}: {SettingWords.Values(mark.Point.Point)}")),
        ];
        var data = new ValueCurves($"{second} against {first} – {plan.Scenario}", x.Label, [], Scale(result, second), groups, flags);
        return new CurvesPlot(new PlotFile(SweepPlot.Name("front", second), $"What it costs to be better: every setting by {first} and {second}, better further down and to the left."), data);
    }
}
