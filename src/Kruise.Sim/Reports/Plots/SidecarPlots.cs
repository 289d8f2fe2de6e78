using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Plots;

/// <summary>SidecarSets over time.</summary>
internal static class SidecarPlots
{
    /// <summary>Pods with the sets' containers, at their version and ready with it.</summary>
    public static TimePlot Upgrade(RunResult run)
    {
        TimeAxis axis = Axis(run);
        List<TimeLine> lines = [];
        bool single = run.SidecarSets.Count == 1;
        for (int i = 0; i < run.SidecarSets.Count; i++)
        {
            SidecarSetResult set = run.SidecarSets[i];
            SidecarSeries series = run.Series.SidecarSets[i];
            string of = single ? "" : set.Name + ": ";
            if (single) lines.Add(Line(Invariant($"with the sidecar ({set.Matched:#,0})"), run, axis, series[SidecarGauge.Matched], 6, LineKind.Reference));
            if (single && set.Rollouts.Count > 1) lines.Add(Line(Invariant($"to be upgraded ({set.Rollouts[^1].ToUpgrade:#,0})"), run, axis, series[SidecarGauge.ToUpgrade], 0, LineKind.Reference));
            lines.Add(Line(Invariant($"{of}at the set's version ({set.Upgraded:#,0})"), run, axis, series[SidecarGauge.Upgraded], single ? 1 : (2 * i) + 1, single ? LineKind.Measured : LineKind.Reference));
            lines.Add(Line(Invariant($"{of}and ready ({set.UpgradedReady:#,0})"), run, axis, series[SidecarGauge.UpgradedReady], single ? 2 : 2 * i, LineKind.Measured));
            if (series[SidecarGauge.Without].Any(count => count > 0))
                lines.Add(Line(Invariant($"{of}without it ({set.Without:#,0})"), run, axis, series[SidecarGauge.Without], single ? 3 : (2 * i) + 3, LineKind.Measured));
        }

        return Plot("Pods and their sidecars – " + Titles.Of(run), "pods", axis, lines, FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth));
    }

    /// <summary>Upgraded pods out of service against what the sets allow.</summary>
    public static TimePlot Unavailable(RunResult run)
    {
        TimeAxis axis = Axis(run);
        List<TimeLine> lines = [];
        bool single = run.SidecarSets.Count == 1;
        for (int i = 0; i < run.SidecarSets.Count; i++)
        {
            SidecarSetResult set = run.SidecarSets[i];
            SidecarSeries series = run.Series.SidecarSets[i];
            string of = single ? "" : set.Name + ": ";
            lines.Add(Line(Invariant($"{of}out of service (at most {set.MaxUnavailable.Value:#,0})"), run, axis, series[SidecarGauge.Unavailable], 2 * i, LineKind.Measured));
            lines.Add(Line(Invariant($"{of}maxUnavailable ({set.AllowedUnavailable:#,0})"), run, axis, series[SidecarGauge.AllowedUnavailable], single ? 5 : (2 * i) + 1, LineKind.Reference));
        }

        return Plot("Upgraded pods out of service – " + Titles.Of(run), "pods", axis, lines, FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth));
    }

    /// <summary>Ready with the sets' version, or with the sidecar at all where nothing was upgraded: a curve per variant.</summary>
    public static TimePlot Compare(ScenarioReport report)
    {
        bool upgrades = report.Runs.Any(RunPlots.ShowUpgrades);
        TimeAxis axis = Axis([.. report.Runs]);
        List<TimeLine> lines = [];
        foreach (RunResult run in report.Runs)
        {
            double[] values = Sum(run, upgrades ? SidecarGauge.UpgradedReady : SidecarGauge.Matched);
            string end = upgrades
                ? SidecarSection.SecondsTo100(run) is { } all ? "complete after " + Human.Duration(all) : Invariant($"{(values.Length == 0 ? 0 : values[^1]):#,0} at the end")
                : Invariant($"{run.SidecarSets.Sum(set => set.Matched):#,0} with, {run.SidecarSets.Sum(set => set.Without):#,0} without");
            lines.Add(Line($"{run.Variant}: {end}", run, axis, values, lines.Count, lines.Count < 8 ? LineKind.Measured : LineKind.Reference));
        }

        return Plot((upgrades ? "Pods upgraded and ready" : "Pods with their sidecars") + " over time, by variant – " + report.Scenario, "pods", axis, lines, []);
    }

    /// <summary>By variant.</summary>
    public static UnavailableBars Bars(ScenarioReport report) => new(
        "The most upgraded pods out of service at any moment, by variant – " + report.Scenario,
        [.. report.Runs.Select(run => (run.Variant ?? "", run.SidecarSets.Sum(set => set.MaxUnavailable.Value), run.SidecarSets.Sum(set => set.AllowedUnavailable)))]);

    /// <summary>Upgrades pod by pod.</summary>
    public static PodGantt Gantt(RunResult run)
    {
        TimeAxis axis = TimeAxis.Of(run);
        SidecarRow[] rows = [.. run.Upgrades.OrderBy(row => row.Begun.Nanoseconds).ThenBy(row => row.Done?.Nanoseconds ?? long.MaxValue)];
        double begin = rows.Length == 0 ? 0 : Math.Min(rows.Min(row => row.Asked.Seconds), axis.EndSeconds * 0.99);
        return new PodGantt
        {
            Title = "Sidecar upgrades, pod by pod – " + Titles.Of(run),
            Axis = axis,
            BeginSeconds = begin,
            Pods = rows.Length,
            States = StateBins.Of(
                rows,
                row => PodGantt.Transitions(row.Steps, row.Asked, row.CauseNanoseconds, row.Outcome == SidecarOutcome.Upgraded),
                PodGantt.StepCount, begin, axis.EndSeconds, Math.Min(rows.Length, StateBins.MaxRows), StateBins.MaxColumns),
        };
    }

    // From the first upgrade on or, where none was upgraded, from the first update of a workload.
    private static TimeAxis Axis(params IReadOnlyList<RunResult> runs) => runs.Any(RunPlots.ShowUpgrades)
        ? TimeAxis.From(runs.SelectMany(run => run.SidecarSets).SelectMany(set => set.Rollouts).Where(version => version.Number > 0).Min(version => version.Begin.Seconds), runs)
        : TimeAxis.OfUpdates(runs);

    private static TimePlot Plot(string title, string values, TimeAxis axis, List<TimeLine> lines, IReadOnlyList<FaultWindow> windows) => new()
    {
        Title = title,
        Axis = axis,
        ValueLabel = values,
        ValueEnd = lines.SelectMany(line => line.Values).Append(1).Max(),
        WholeNumbers = true,
        Lines = lines,
        Windows = windows,
    };

    private static double[] Sum(RunResult run, SidecarGauge gauge)
    {
        double[] sum = new double[run.Series.Seconds.Length];
        foreach (SidecarSeries series in run.Series.SidecarSets)
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += series[gauge][i];
        }

        return sum;
    }

    private static TimeLine Line(string label, RunResult run, TimeAxis axis, int[] values, int colour, LineKind kind) =>
        Line(label, run, axis, Array.ConvertAll(values, value => (double)value), colour, kind);

    private static TimeLine Line(string label, RunResult run, TimeAxis axis, double[] values, int colour, LineKind kind)
    {
        (double[] seconds, double[] kept) = Decimation.Shown(run.Series.Seconds, values, axis, steps: true);
        return new TimeLine(label, seconds, kept, colour, kind, Steps: true);
    }
}
