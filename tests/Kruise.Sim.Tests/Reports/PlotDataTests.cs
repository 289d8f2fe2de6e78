using CsCheck;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Tests.Measures.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class PlotDataTests
{
    [Theory]
    [InlineData(0.5, "ms")]
    [InlineData(90, "s")]
    [InlineData(600, "min")]
    [InlineData(36_000, "h")]
    public void The_time_axis_has_the_unit_that_suits_its_length(double seconds, string unit) => Assert.Equal(unit, TimeAxis.Until(seconds).Unit);

    [Fact]
    public void The_axis_reaches_to_the_end_of_the_run_when_a_job_did_not_finish()
    {
        Assert.Equal(7200, TimeAxis.Of(new SyntheticRun { DeadEvery = 10 }.Build()).EndSeconds);
        RunResult finished = new SyntheticRun().Build();
        Assert.Equal(finished.Jobs[0].Completion!.Value.Seconds, TimeAxis.Of(finished with { VirtualTime = SimTime.FromSeconds(9000) }).EndSeconds);
    }

    [Fact]
    public void A_decimated_cumulative_curve_is_off_by_at_most_one_step() =>
        Gen.Double[0, 1000].Array[1, 9000].Sample(moments =>
        {
            Array.Sort(moments);
            (double[] seconds, double[] counts) = Decimation.Cumulative(moments, 0, 1000);
            Assert.InRange(seconds.Length, 2, Decimation.MaxPoints + 2);
            Assert.Equal(moments.Length, counts[^1]);
            double step = Math.Ceiling((double)moments.Length / Decimation.MaxPoints);
            int until = 0, before = 0;
            for (int point = 0; point < seconds.Length; point++)
            {
                while (until < moments.Length && moments[until] <= seconds[point]) until++;
                while (before < moments.Length && point + 1 < seconds.Length && moments[before] < seconds[point + 1]) before++;
                Assert.True(counts[point] <= until, "never ahead of what has passed");
                Assert.True(before - counts[point] <= step, "up to the next point no more than a step behind");
            }
        }, iter: 30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_drawn_of_samples_is_the_curve_itself_all_along_the_axis(bool steps) =>
        Gen.Select(Gen.Int[0, 3].Array[1, 2000], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((values, from, to) =>
        {
            // A count that rises, as those of rollouts do, with stretches in which nothing happens.
            double[] seconds = [.. values.Select((_, sample) => sample * 1.6)];
            double[] counts = [.. values.Select((step, sample) => (double)values[..(sample + 1)].Sum(s => s / 2))];
            double end = seconds[^1];
            TimeAxis axis = TimeAxis.Until(Math.Max(from, to) * end) with { BeginSeconds = Math.Min(from, to) * end };
            (double[] keptSeconds, double[] keptCounts) = Decimation.Shown(seconds, counts, axis, steps);
            Assert.All(keptSeconds.Zip(keptSeconds.Skip(1)), pair => Assert.True(pair.First < pair.Second));
            foreach (double share in (double[])[0, 0.001, 0.25, 0.5, 0.731, 0.999, 1])
            {
                double at = axis.BeginSeconds + (share * (axis.EndSeconds - axis.BeginSeconds));
                Assert.Equal(At(seconds, counts, at, steps), At(keptSeconds, keptCounts, at, steps), 1e-6);
            }
        }, iter: 60);

    [Fact]
    public void Curves_of_a_rollout_late_in_a_long_run_are_drawn_sample_by_sample()
    {
        RunResult run = WorkloadScene.Run(
            "type: InPlaceIfPossible, maxUnavailable: 5", replicas: 50, end: "  - {at: 150s, setImage: {cloneSet: web, container: app, image: \"registry.example.com/app:3\"}}");
        Assert.True(run.Series.Seconds.Length > 1200, "too few samples to be decimated");
        double[] updated = AvailabilityPlot.Sum(run, WorkloadGauge.UpdatedReady);
        TimePlot plot = AvailabilityPlot.Of(run);
        TimeLine line = plot.Lines[^1];
        for (int sample = 0; sample < updated.Length; sample++)
        {
            if (run.Series.Seconds[sample] < plot.Axis.BeginSeconds) continue;
            Assert.Equal(updated[sample], At(line.Seconds, line.Values, run.Series.Seconds[sample], steps: true));
        }

        Assert.True(line.Seconds[1] >= plot.Axis.BeginSeconds, "what comes before the axis is left out");
    }

    // A curve's value at a moment, as it is drawn.
    private static double At(double[] seconds, double[] values, double moment, bool steps)
    {
        int at = Math.Max(0, Array.FindLastIndex(seconds, second => second <= moment));
        if (steps || at + 1 >= seconds.Length) return values[at];
        return values[at] + ((values[at + 1] - values[at]) * (moment - seconds[at]) / (seconds[at + 1] - seconds[at]));
    }

    [Fact]
    public void The_warm_up_curve_ends_at_the_nodes_that_succeeded_and_marks_the_percentiles_of_the_job()
    {
        RunResult run = new SyntheticRun { Nodes = 1000, Parallelism = 50, FailEvery = 10 }.Build();
        TimePlot plot = WarmupCurve.Of(run);
        Assert.Equal([1000, 900, 100], plot.Lines.Select(line => line.Values[^1]));
        Percentiles warmup = run.Jobs[0].Warmup!;
        Assert.Equal([warmup.P50, warmup.P90, warmup.P99, warmup.Max], plot.Marks.Select(mark => mark.Seconds));
        Assert.Equal([450, 810, 891, 900], plot.Marks.Select(mark => mark.Value));
        Assert.Equal("p50 " + Human.Duration(warmup.P50), plot.Marks[0].Label);
    }

    [Fact]
    public void Marks_are_moments_and_not_percentiles_when_nodes_were_asked_at_different_times()
    {
        RunResult run = new SyntheticRun { Nodes = 100 }.Build();
        NodeRow[] rows = [.. run.Nodes];
        rows[99] = rows[99] with { Asked = SimTime.FromSeconds(1) };
        Assert.All(WarmupCurve.Of(run with { Nodes = rows }).Marks, mark => Assert.Contains(" at ", mark.Label, StringComparison.Ordinal));
    }

    [Fact]
    public void A_single_node_carries_a_single_mark() =>
        Assert.StartsWith("p50 = max ", Assert.Single(WarmupCurve.Of(new SyntheticRun { Nodes = 1 }.Build()).Marks).Label, StringComparison.Ordinal);

    [Fact]
    public void Each_job_and_each_variant_has_a_curve()
    {
        Assert.Equal(2, WarmupCurve.Of(new SyntheticRun { Jobs = 2 }.Build()).Lines.Count);
        ScenarioReport report = SyntheticRun.Report([.. Enumerable.Range(1, 6).Select(variant => new SyntheticRun { Parallelism = variant, Variant = $"{variant}" }.Build())]);
        Assert.Equal(6, WarmupCurve.Compare(report).Lines.Count);
        Assert.Equal(6, RegistryThroughput.Compare(report).Lines.Count);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], TimeByCause.Compare(report).Columns);
    }

    [Fact]
    public void A_limit_far_beyond_the_peak_is_named_and_not_drawn()
    {
        RunResult run = new SyntheticRun { Parallelism = 2 }.Build();
        TimeLine limit = RegistryThroughput.Of(run).Lines[1];
        Assert.EndsWith("(beyond the axis)", limit.Label, StringComparison.Ordinal);
        Assert.Empty(limit.Values);
        TimeLine drawn = RegistryThroughput.Of(new SyntheticRun { Parallelism = 100 }.Build()).Lines[1];
        Assert.All(drawn.Values, value => Assert.Equal(10, value, 1e-9));
    }

    [Theory]
    [InlineData(1.25e9, "Gbit/s", 10)]
    [InlineData(1.25e6, "Mbit/s", 10)]
    [InlineData(125, "kbit/s", 1)]
    public void Rates_are_in_the_bits_that_suit_them(double bytesPerSecond, string unit, double value)
    {
        (double perUnit, string name) = RegistryThroughput.RateUnit(bytesPerSecond);
        Assert.Equal((unit, value), (name, bytesPerSecond / perUnit));
    }

    [Fact]
    public void Unlimited_parallelism_is_named_and_not_drawn()
    {
        RunResult run = new SyntheticRun().Build();
        TimePlot plot = ActivePulls.Of(run with { Jobs = [run.Jobs[0] with { Parallelism = null }] });
        TimeLine line = Assert.Single(plot.Lines, line => line.Kind == LineKind.Reference);
        Assert.Equal("parallelism: unlimited", line.Label);
        Assert.Empty(line.Values);
    }

    [Fact]
    public void Columns_by_cause_sum_to_the_mean_time_of_their_nodes_and_leave_out_what_took_no_time()
    {
        RunResult run = new SyntheticRun { Nodes = 1000, FailEvery = 13 }.Build();
        CauseColumns columns = TimeByCause.Of(run);
        double[] sorted = [.. run.Nodes.Select(row => row.WarmupSeconds!.Value).Order()];
        Assert.Equal(20, columns.Columns.Count);
        for (int column = 0; column < 20; column++)
            Assert.Equal(sorted[(column * 50)..((column + 1) * 50)].Average(), columns.Bands.Sum(band => band.MeanSeconds[column]), 1e-6);
        Assert.DoesNotContain(columns.Bands, band => band.Cause == WarmupCause.DownloadUplink);
    }

    [Fact]
    public void Names_of_fault_windows_never_overlap_and_windows_end_with_the_axis() =>
        Gen.Select(Gen.Double[0, 100], Gen.Double[0, 100], Gen.Int[1, 80]).Array[0, 30].Sample(faults =>
        {
            TimelineMark[] marks = [.. faults.Select(fault => new TimelineMark(SimTime.FromSeconds(fault.Item1), SimTime.FromSeconds(fault.Item1 + fault.Item2), new string('x', fault.Item3)))];
            IReadOnlyList<FaultWindow> windows = FaultWindow.Place(marks, TimeAxis.Until(100), 1000);
            Assert.All(windows, window => Assert.InRange(window.ToSeconds, window.FromSeconds, 100));
            foreach (IGrouping<int?, FaultWindow> row in windows.Where(window => window.Row is not null).GroupBy(window => window.Row))
            {
                FaultWindow[] inRow = [.. row.OrderBy(window => window.LabelSeconds)];
                for (int i = 1; i < inRow.Length; i++) Assert.True(inRow[i].LabelSeconds * 10 >= (inRow[i - 1].LabelSeconds * 10) + (inRow[i - 1].Text.Length * 7));
            }
        }, iter: 200);

    [Fact]
    public void The_heat_map_shows_each_state_in_its_time()
    {
        long[] causes = new long[WarmupCauses.Count];
        causes[(int)WarmupCause.BackOff] = 10_000_000_000;
        NodeRow row = new SyntheticRun { Nodes = 1 }.Build().Nodes[0] with
        {
            Asked = SimTime.FromSeconds(10),
            Dispatched = SimTime.FromSeconds(20),
            Started = SimTime.FromSeconds(30),
            FirstByte = SimTime.FromSeconds(50),
            Downloaded = SimTime.FromSeconds(60),
            Unpacked = SimTime.FromSeconds(70),
            Reported = SimTime.FromSeconds(80),
            CauseNanoseconds = causes,
        };
        NodeState[,] states = NodeHeatmap.Bin([row], 100, 1, 10);
        Assert.Equal(
            [NodeState.NotAsked, NodeState.Waiting, NodeState.Dispatched, NodeState.BackOff, NodeState.Requesting, NodeState.Downloading, NodeState.Unpacking, NodeState.Reporting, NodeState.Warm, NodeState.Warm],
            states.Cast<NodeState>());
    }

    [Fact]
    public void A_bin_of_the_heat_map_has_the_state_of_most_of_its_nodes()
    {
        RunResult run = new SyntheticRun { Nodes = 5000, Parallelism = 100, FailEvery = 17, Outage = (30, 60) }.Build();
        NodeHeatmap map = NodeHeatmap.Of(run);
        Assert.Equal((StateBins.MaxRows, StateBins.MaxColumns), (map.States.GetLength(0), map.States.GetLength(1)));
        NodeRow[] rows = [.. run.Nodes.OrderBy(row => row.Outcome).ThenBy(row => row.Reported)];
        double column = map.Axis.EndSeconds * 1e9 / StateBins.MaxColumns;
        for (int bin = 0; bin < StateBins.MaxRows; bin += 37)
        {
            NodeRow[] mine = rows[(bin * 5000 / StateBins.MaxRows)..((bin + 1) * 5000 / StateBins.MaxRows)];
            for (int at = 0; at < StateBins.MaxColumns; at += 13)
            {
                double middle = (at + 0.5) * column;
                NodeState most = mine.Select(row => NodeHeatmap.Transitions(row).Prepend((State: NodeState.NotAsked, At: 0)).Last(step => step.At <= middle).State)
                    .GroupBy(state => state).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First().Key;
                Assert.Equal(most, map.States[bin, at]);
            }
        }
    }
}
