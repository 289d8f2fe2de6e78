using ScottPlot;
using ScottPlot.TickGenerators;

namespace Kruise.Sim.Reports.Plots;

/// <summary>By variant: the most pods that were unavailable at any moment, over all workloads, and what the strategies allow.</summary>
internal sealed record UnavailableBars(string Title, IReadOnlyList<(string Variant, int Most, int Allowed)> Bars)
{
    public static UnavailableBars Of(ScenarioReport report) => new(
        "The most pods unavailable at any moment, by variant – " + report.Scenario,
        [.. report.Runs.Select(run => (run.Variant ?? "", run.Workloads.Sum(w => w.MaxUnavailable.Value), run.Workloads.Sum(w => w.AllowedUnavailable)))]);
}

/// <summary>Draws <see cref="UnavailableBars"/>.</summary>
internal static class UnavailableBarsDrawing
{
    public static Plot Draw(UnavailableBars data)
    {
        Plot plot = PlotStyle.New(data.Title, "variant", "pods");
        for (int i = 0; i < data.Bars.Count; i++)
        {
            (_, int most, int allowed) = data.Bars[i];
            plot.Add.Bars((Bar[])[Bar(i - 0.2, most, PlotStyle.Line(0)), Bar(i + 0.2, allowed, PlotStyle.Line(5).WithAlpha(0.45))]);
        }

        int highest = data.Bars.Select(bar => Math.Max(bar.Most, bar.Allowed)).Append(1).Max();
        plot.Axes.Left.TickGenerator = PlotStyle.Ticks(true, about: 8);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. Enumerable.Range(0, data.Bars.Count).Select(i => (double)i)], [.. data.Bars.Select(bar => bar.Variant)]);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.6, Math.Max(data.Bars.Count, 1) - 0.4, 0, highest * 1.1);
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "the most unavailable", FillColor = PlotStyle.Line(0), LineWidth = 0, MarkerShape = MarkerShape.None });
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "maxUnavailable", FillColor = PlotStyle.Line(5).WithAlpha(0.45), LineWidth = 0, MarkerShape = MarkerShape.None });
        PlotStyle.LegendOutside(plot, Edge.Bottom);
        return plot;
    }

    private static Bar Bar(double position, int value, Color colour) => new()
    {
        Position = position,
        Value = value,
        Size = 0.36,
        FillColor = colour,
        LineWidth = 0,
        Label = Human.Count(value),
    };
}
