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
        Assert.Equal(6, Compare(Time, s_times[..3], [.. s_times[..3].Select(t => t * 1.1)]).SeedsToDecide);
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
        Assert.Equal("warmup.seconds.p99 got worse: 1 min 24 s → never (+∞) in 10 of 10 seeds, p = 0.002; 10 of them no longer get that far", CheckWords.Sentence(never));
        Assert.Equal(Change.Same, Assert.Single(s_judge.Compare([(Time, [.. s_times.Select(_ => ((double?)null, (double?)null))])])).Change);
        Assert.Equal(Change.Better, Assert.Single(s_judge.Compare([(Time, [.. pairs.Select(pair => (pair.Item2, pair.Item1))])])).Change);
    }

    // Seven of ten seeds are equal, as runs of one seed are; that three hang is for no median to say.
    [Fact]
    public void A_few_seeds_that_hang_are_never_the_same()
    {
        PairedComparison few = Nullable(Time, [.. s_times], [.. s_times.Select((t, i) => i < 7 ? t : (double?)null)]);
        Assert.Equal((Change.Inconclusive, (3, 0), (3, 0), 0.25), (few.Change, few.Moves, few.Reach, few.Probability));
        Assert.Equal(
            "warmup.seconds.p99 may have changed: 1 min 28 s → never (+∞) in 3 of 10 seeds, p = 0.25; 3 of them no longer get that far; about 20 seeds would decide", CheckWords.Sentence(few));
        Assert.Equal(Change.Inconclusive, Nullable(Time, [.. s_times], [.. s_times.Select((t, i) => i < 9 ? t : (double?)null)]).Change);
        // As many the other way are no comfort.
        PairedComparison both = Nullable(Time, [null, .. s_times.Skip(1)], [.. s_times.Take(9), null]);
        Assert.Equal((Change.Inconclusive, (1, 1)), (both.Change, both.Reach));
    }

    [Fact]
    public void A_quarter_of_the_seeds_that_slows_down_is_worse()
    {
        double[] before = [.. Enumerable.Range(0, 100).Select(i => 80 + (i * 0.01))];
        PairedComparison quarter = Compare(Time, before, [.. before.Select((t, i) => i % 4 == 0 ? t + 100 : t)]);
        Assert.Equal(Change.Worse, quarter.Change);
        Assert.Equal(100, quarter.Shift, 9);
        Assert.Equal(25 / 80.495, quarter.RelativeMean, 9);
        Assert.Equal(2 * Math.Pow(0.5, 25), quarter.Probability, 12);
        Assert.Equal("warmup.seconds.p99 got worse: 1 min 20 s → 3 min (+124.3 %, +124.3 % to +124.3 %) in 25 of 100 seeds, p < 0.001", CheckWords.Sentence(quarter));
    }

    // Nine of ten seeds got better and the mean got worse: neither is the whole truth.
    [Fact]
    public void Most_seeds_and_the_mean_must_agree()
    {
        PairedComparison count = Compare(Count, [.. s_times.Select(_ => 100.0)], [.. s_times.Select((_, i) => i == 3 ? 200.0 : 99)]);
        Assert.Equal((Change.Inconclusive, true, null, (1, 9)), (count.Change, count.IsDivided, count.SeedsToDecide, count.Moves));
        Assert.Equal(
            "nodes.failed may have changed: 100 → 109.1 (+9.1 %) up in 1 and down in 9 of 10 seeds, p = 0.021; most seeds went one way and the mean the other (+9.1 %)", CheckWords.Sentence(count));
        double[] many = [.. Enumerable.Range(0, 30).Select(i => 80 + (i * 0.1))];
        PairedComparison time = Compare(Time, many, [.. many.Select((t, i) => i == 7 ? t * 3 : t * 0.98)]);
        Assert.Equal((Change.Inconclusive, true), (time.Change, time.IsDivided));
        Assert.True(time.Probability < 0.001 && time.Shift < 0 && time.RelativeMean > 0.01);
    }

    // Each seed hardly moves but one, which moves far: certain, and the mean is beyond the floor.
    [Fact]
    public void A_seed_that_moves_far_is_seen_in_the_mean()
    {
        PairedComparison far = Compare(Time, s_times, [.. s_times.Select((t, i) => i == 9 ? t * 1.3 : t * 1.004)]);
        Assert.Equal((Change.Worse, 9), (far.Change, far.Farthest));
        Assert.InRange(far.RelativeShift, 0.003, 0.005);
        Assert.Matches(@"\(\+0\.4 %, .*, mean \+3\.5 %\) in 10 of 10 seeds", CheckWords.Sentence(far));
    }

    [Fact]
    public void What_is_neither_good_nor_bad_decides_nothing_and_costs_others_no_certainty()
    {
        (double?, double?)[] thousands = [.. s_times.Select((_, i) => ((double?)1000, (double?)(i < 3 ? 1100 : 1000)))];
        (double?, double?)[] slower = [.. s_times.Select(t => ((double?)t, (double?)(t * 1.1)))];
        IReadOnlyList<PairedComparison> compared = s_judge.Compare([(Time, slower), ("nodes.desired", thousands), ("events", thousands), ("virtualSeconds", slower)]);
        Assert.Equal([Change.Worse, Change.Other, Change.Other, Change.Other], compared.Select(c => c.Change));
        Assert.Equal(2 * Math.Pow(0.5, 10), compared[0].Probability, 9);
    }

    // Most seeds get there neither before nor now: the others say how far it is.
    [Theory]
    [InlineData(1.0001, nameof(Change.Same))]
    [InlineData(1.1, nameof(Change.Worse))]
    public void Seeds_that_never_get_there_hide_nothing(double factor, string change)
    {
        double?[] before = [.. new double?[11], .. Enumerable.Range(0, 9).Select(i => (double?)(80 + i))];
        PairedComparison compared = Nullable(Time, before, [.. before.Select(t => t * factor)]);
        Assert.Equal((change, double.PositiveInfinity), (compared.Change.ToString(), compared.Before));
        Assert.Equal(factor - 1, compared.RelativeShift, 6);
        Assert.Equal(84, compared.Shifted.Before);
    }

    // Equal pairs, several metrics and Holm's correction: the interval of each leaves out 0 exactly when its probability is small enough.
    [Fact]
    public void The_interval_and_the_probability_say_the_same()
    {
        var noise = RandomStream.Named(42, "intervals");
        int refuted = 0, metrics = 0;
        for (int round = 0; round < 60; round++)
        {
            double pull = round % 6 * 0.1;
            var drawn = Enumerable.Range(0, 4).Select(_ => (Time, (IReadOnlyList<(double?, double?)>)
                [.. Enumerable.Range(0, 14).Select(i => ((double?)10, (double?)(i % 5 == 0 ? 10 : 9.5 + pull + noise.NextDouble())))])).ToList();
            foreach (PairedComparison compared in s_judge.Compare(drawn))
            {
                (double low, double high) = compared.Interval!.Value;
                Assert.Equal(compared.Probability <= 0.05, low > 0 || high < 0);
                metrics++;
                if (compared.Probability <= 0.05) refuted++;
            }
        }

        Assert.InRange(refuted, 40, metrics - 40);
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

    private static PairedComparison Nullable(string metric, double?[] before, double?[] now) => Assert.Single(s_judge.Compare([(metric, [.. before.Zip(now)])]));

    private static PairedComparison Compare(string metric, double[] before, double[] now) =>
        Assert.Single(s_judge.Compare([(metric, [.. before.Zip(now, (b, n) => ((double?)b, (double?)n))])]));
}
