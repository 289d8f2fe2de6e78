using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Pods available against what the strategy leaves, and pods updated by variant.</summary>
internal static class AvailabilityPlot
{
    /// <summary>Over all workloads of the run.</summary>
    public static TimePlot Of(RunResult run)
    {
        TimeAxis axis = TimeAxis.OfUpdates(run);
        double[] desired = Sum(run, WorkloadGauge.Desired);
        double[] floor = [.. desired.Zip(Sum(run, WorkloadGauge.AllowedUnavailable), (d, allowed) => Math.Max(0, d - allowed))];
        double[] available = Sum(run, WorkloadGauge.Available);
        double[] updated = Sum(run, WorkloadGauge.UpdatedReady);
        int most = run.Workloads.Sum(workload => workload.MaxUnavailable.Value);
        return new TimePlot
        {
            Title = "Availability during the rollout – " + Titles.Of(run),
            Axis = axis,
            ValueLabel = "pods",
            ValueEnd = Math.Max(1, desired.Concat(available).DefaultIfEmpty().Max()),
            WholeNumbers = true,
            Lines =
            [
                Line(Invariant($"asked for ({(desired.Length == 0 ? 0 : desired[^1]):#,0})"), run, axis, desired, colour: 6, LineKind.Reference),
                Line("asked for − maxUnavailable", run, axis, floor, colour: 5, LineKind.Reference),
                Line(Invariant($"available (at most {most:#,0} missing)"), run, axis, available, colour: 0, LineKind.Measured),
                Line(Invariant($"updated and ready ({(updated.Length == 0 ? 0 : updated[^1]):#,0})"), run, axis, updated, colour: 2, LineKind.Measured),
            ],
            Windows = FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth),
        };
    }

    /// <summary>Updated and ready, a curve per variant.</summary>
    public static TimePlot Compare(ScenarioReport report)
    {
        TimeAxis axis = TimeAxis.OfUpdates(report.Runs);
        List<TimeLine> lines = [];
        foreach (RunResult run in report.Runs)
        {
            double[] updated = Sum(run, WorkloadGauge.UpdatedReady);
            lines.Add(Line(run.Variant + ": " + Rollouts(run), run, axis, updated, lines.Count, lines.Count < 8 ? LineKind.Measured : LineKind.Reference));
        }

        return new TimePlot
        {
            Title = "Pods updated and ready over time, by variant – " + report.Scenario,
            Axis = axis,
            ValueLabel = "pods",
            ValueEnd = lines.SelectMany(line => line.Values).Append(1).Max(),
            WholeNumbers = true,
            Lines = lines,
        };
    }

    /// <summary>A gauge at each sample, over all workloads.</summary>
    public static double[] Sum(RunResult run, WorkloadGauge gauge)
    {
        double[] sum = new double[run.Series.Seconds.Length];
        foreach (WorkloadSeries series in run.Series.Workloads)
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += series[gauge][i];
        }

        return sum;
    }

    private static string Rollouts(RunResult run)
    {
        RolloutResult[] last = [.. run.Workloads.Where(workload => workload.Rollouts.Count > 0).Select(workload => workload.Rollouts[^1])];
        if (last.Length == 0 || !last.All(rollout => rollout.IsComplete))
            return Invariant($"{last.Sum(rollout => rollout.UpdatedReady):#,0} of {last.Sum(rollout => rollout.ToUpdate):#,0}");
        return run.Workloads.All(WorkloadComparison.IsThrough)
            ? "complete after " + Human.Duration(last.Max(rollout => rollout.SecondsTo100!.Value))
            : Invariant($"{run.Workloads.Sum(workload => workload.Available):#,0} of {run.Workloads.Sum(workload => workload.Desired):#,0} available");
    }

    private static TimeLine Line(string label, RunResult run, TimeAxis axis, double[] values, int colour, LineKind kind)
    {
        (double[] seconds, double[] kept) = Decimation.Shown(run.Series.Seconds, values, axis, steps: true);
        return new TimeLine(label, seconds, kept, colour, kind, Steps: true);
    }
}
