using Kruise.Core.Reconciling;
using Kruise.Sim.Checks;
using Kruise.Sim.Trials;
using Xunit;

namespace Kruise.Sim.Tests.Trials;

public sealed class PairedJudgeTests
{
    private const string Time = "warmup.seconds.p99";
    private const string Count = "nodes.failed";

    private static readonly PairedJudge s_judge = new(Floor: 0.01, Confidence: 0.95);

    private static readonly double[] s_times = [80, 81, 82, 83, 84, 85, 86, 87, 88, 89];

    [Fact]
    public void Equal_seeds_are_the_same()
    {
        PairedComparison same = Compare(Time, s_times, s_times);
        Assert.Equal((Change.Same, (0, 0), 0, 1), (same.Change, same.Moves, same.RelativeShift, same.Probability));
        Assert.Equal("equal in 10 of 10 seeds", CheckWords.Certainty(same));
    }

    [Theory]
    [InlineData(1.10, nameof(Change.Worse))]
    [InlineData(0.90, nameof(Change.Better))]
    // However certain: noise of a thousandth fails no build.
    [InlineData(1.001, nameof(Change.Same))]
    public void A_shift_beyond_the_floor_is_better_or_worse(double factor, string change)
    {
        PairedComparison compared = Compare(Time, s_times, [.. s_times.Select(t => t * factor)]);
        Assert.Equal(change, compared.Change.ToString());
        Assert.Equal(factor - 1, compared.RelativeShift, 3);
        Assert.InRange(compared.Interval!.Value.Low, Math.Min(0, factor - 1) * 90, compared.Shift);
    }

    [Fact]
    public void More_is_better_where_the_metric_says_so()
    {
        Assert.Equal(Change.Worse, Compare("nodes.succeeded", [.. s_times.Select(_ => 1000.0)], [.. s_times.Select(_ => 900.0)]).Change);
        Assert.Equal(Change.Other, Compare("nodes.desired", [.. s_times.Select(_ => 1000.0)], [.. s_times.Select(_ => 900.0)]).Change);
    }

    [Fact]
    public void Few_seeds_leave_it_open_and_say_how_many_would_do()
    {
        PairedComparison open = Compare(Time, s_times[..5], [.. s_times[..5].Select(t => t * 1.1)]);
        Assert.Equal(Change.Inconclusive, open.Change);
        Assert.Equal(6, open.SeedsToDecide);
        PairedComparison decided = Compare(Time, s_times[..6], [.. s_times[..6].Select(t => t * 1.1)]);
        Assert.Equal((Change.Worse, 0.03125), (decided.Change, decided.Probability));
    }

    [Fact]
    public void Counts_are_compared_by_signs_and_from_zero_any_is_much()
    {
        double[] none = new double[10];
        PairedComparison worse = Compare(Count, none, [0, 1, 1, 2, 1, 1, 3, 1, 1, 0]);
        Assert.Equal((Change.Worse, (8, 0), 1.1), (worse.Change, worse.Moves, worse.Shift));
        Assert.Equal(2 * Math.Pow(0.5, 8), worse.Probability, 9);
        Assert.Equal("nodes.failed got worse: 0 → 1.1 (from nothing) in 8 of 10 seeds, p = 0.008", CheckWords.Sentence(worse));
        Assert.Equal(Change.Inconclusive, Compare(Count, none, [0, 1, 0, 2, 0, 0, 0, 0, 0, 0]).Change);
    }

    [Fact]
    public void Not_getting_there_is_worse_than_getting_there_late()
    {
        (double?, double?)[] pairs = [.. s_times.Select(t => ((double?)t, (double?)null))];
        PairedComparison never = Assert.Single(s_judge.Compare([(Time, pairs)]));
        Assert.Equal((Change.Worse, double.PositiveInfinity), (never.Change, never.Now));
        Assert.Equal("warmup.seconds.p99 got worse: 1 min 24 s → never (+∞) in 10 of 10 seeds, p = 0.002", CheckWords.Sentence(never));
        Assert.Equal(Change.Same, Assert.Single(s_judge.Compare([(Time, [.. s_times.Select(_ => ((double?)null, (double?)null))])])).Change);
        Assert.Equal(Change.Better, Assert.Single(s_judge.Compare([(Time, [.. pairs.Select(pair => (pair.Item2, pair.Item1))])])).Change);
    }

    // Of many metrics that chance moves, hardly ever does one fail the build.
    [Fact]
    public void Many_metrics_together_cry_wolf_no_more_often_than_one()
    {
        var noise = RandomStream.Named(42, "noise");
        int wolves = Enumerable.Range(0, 400).Count(_ =>
        {
            var metrics = Enumerable.Range(0, 20)
                .Select(_ => (Time, (IReadOnlyList<(double?, double?)>)[.. Enumerable.Range(0, 12).Select(_ => ((double?)10, (double?)(9 + (2 * noise.NextDouble()))))])).ToList();
            return s_judge.Compare(metrics).Any(c => c.Change is Change.Better or Change.Worse);
        });
        // 5 % of 400 is 20; 32 is three standard deviations more, and without the correction it would be about 256.
        Assert.InRange(wolves, 1, 32);
    }

    private static PairedComparison Compare(string metric, double[] before, double[] now) =>
        Assert.Single(s_judge.Compare([(metric, [.. before.Zip(now, (b, n) => ((double?)b, (double?)n))])]));
}
