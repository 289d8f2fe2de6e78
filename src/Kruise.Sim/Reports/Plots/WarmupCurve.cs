using Kruise.Sim.Measures;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Nodes warmed over time: the curve that answers how long a job takes.</summary>
internal static class WarmupCurve
{
    public static TimePlot Of(RunResult run)
    {
        TimeAxis axis = TimeAxis.Of(run);
        List<TimeLine> lines = [];
        IReadOnlyList<CurveMark> marks = [];
        int colour = -1;
        foreach ((JobResult job, NodeRow[] rows) in ByJob(run))
        {
            colour++;
            bool single = run.Jobs.Count == 1;
            double[] warm = Moments(rows, NodeOutcome.Succeeded, row => row.Reported);
            double[] failed = Moments(rows, NodeOutcome.Failed, row => row.Reported);
            double start = job.Start.Seconds;
            if (single)
            {
                double[] asked = [.. rows.Select(row => row.Asked.Seconds).Order()];
                lines.Add(Line(Invariant($"nodes asked ({asked.Length:#,0})"), asked, start, axis, colour: 6, LineKind.Reference));
                marks = PercentileMarks(rows, warm);
            }

            lines.Add(Line(single ? Invariant($"nodes warm ({warm.Length:#,0})") : Invariant($"{job.Name}: {warm.Length:#,0} warm{Percentiles(job.Warmup)}"), warm, start, axis, colour, LineKind.Measured));
            if (failed.Length > 0)
                lines.Add(Line(Invariant($"{(single ? "" : job.Name + ": ")}{failed.Length:#,0} failed"), failed, start, axis, single ? 5 : colour, single ? LineKind.Measured : LineKind.Reference));
        }

        return new TimePlot
        {
            Title = "Nodes warmed over time – " + Titles.Of(run),
            Axis = axis,
            ValueLabel = "nodes",
            ValueEnd = lines.Select(line => line.Values[^1]).Append(1).Max(),
            WholeNumbers = true,
            Lines = lines,
            Marks = marks,
            Windows = FaultWindow.Place(run.Marks, axis, PlotStyle.DataWidth),
        };
    }

    /// <summary>A curve per variant, over all of its jobs.</summary>
    public static TimePlot Compare(ScenarioReport report)
    {
        TimeAxis axis = TimeAxis.Of(report.Runs);
        List<TimeLine> lines = [];
        foreach (RunResult run in report.Runs)
        {
            double[] warm = Moments(run.Nodes, NodeOutcome.Succeeded, row => row.Reported);
            double start = run.Jobs.Count == 0 ? 0 : run.Jobs.Min(job => job.Start.Seconds);
            lines.Add(Line(
                Invariant($"{run.Variant}: {warm.Length:#,0} warm{(warm.Length > 0 ? " by " + Human.Duration(warm[^1]) : "")}"),
                warm, start, axis, lines.Count, lines.Count < 8 ? LineKind.Measured : LineKind.Reference));
        }

        return new TimePlot
        {
            Title = "Nodes warmed over time, by variant – " + report.Scenario,
            Axis = axis,
            ValueLabel = "nodes",
            ValueEnd = lines.Select(line => line.Values[^1]).Append(1).Max(),
            WholeNumbers = true,
            Lines = lines,
        };
    }

    /// <summary>
    /// Where the curve passes 50, 90, 99 and 100 % of the nodes that succeeded. When all nodes were asked at one moment these are the percentiles of
    /// the warm-up time, and named so; else they are only moments.
    /// </summary>
    public static IReadOnlyList<CurveMark> PercentileMarks(IReadOnlyList<NodeRow> rows, double[] sortedWarm)
    {
        if (sortedWarm.Length == 0) return [];
        double asked = rows[0].Asked.Seconds;
        bool atOnce = rows.All(row => row.Asked == rows[0].Asked);
        (int Percent, string Name)[] all = atOnce ? [(50, "p50"), (90, "p90"), (99, "p99"), (100, "max")] : [(50, "50 % at"), (90, "90 % at"), (99, "99 % at"), (100, "all at")];
        List<CurveMark> marks = [];
        foreach ((int percent, string name) in all)
        {
            int index = NearestRank.Index(sortedWarm.Length, percent);
            double moment = sortedWarm[index];
            CurveMark mark = new(moment, index + 1, name + " " + Human.Duration(atOnce ? moment - asked : moment));
            // Few nodes: several percentiles are one node, which carries one label.
            if (marks.Count > 0 && marks[^1].Value.Equals(mark.Value)) marks[^1] = mark with { Label = marks[^1].Label.Split(' ')[0] + " = " + mark.Label };
            else marks.Add(mark);
        }

        return marks;
    }

    private static IEnumerable<(JobResult Job, NodeRow[] Rows)> ByJob(RunResult run)
    {
        ILookup<(string, string), NodeRow> rows = run.Nodes.ToLookup(row => (row.JobNamespace, row.Job));
        return run.Jobs.Select(job => (job, rows[(job.Namespace, job.Name)].ToArray()));
    }

    private static double[] Moments(IEnumerable<NodeRow> rows, NodeOutcome outcome, Func<NodeRow, Engine.SimTime?> moment)
    {
        double[] moments = [.. rows.Where(row => row.Outcome == outcome && moment(row) is not null).Select(row => moment(row)!.Value.Seconds)];
        Array.Sort(moments);
        return moments;
    }

    private static TimeLine Line(string label, double[] sorted, double start, TimeAxis axis, int colour, LineKind kind)
    {
        (double[] seconds, double[] counts) = Decimation.Cumulative(sorted, start, axis.EndSeconds);
        return new TimeLine(label, seconds, counts, colour, kind, Steps: true);
    }

    private static string Percentiles(Percentiles? warmup) =>
        warmup is null ? "" : $" (p50 {Human.Duration(warmup.P50)}, p99 {Human.Duration(warmup.P99)}, max {Human.Duration(warmup.Max)})";
}
