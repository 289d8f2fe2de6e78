using Kruise.Sim.Checks;
using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Checks;

public sealed class ExpectationJudgeTests
{
    private static readonly Expectation s_everySeed = new() { Metric = "warmup.seconds.p99", Max = 90 };

    [Fact]
    public void Every_seed_must_hold_unless_a_share_is_named()
    {
        Assert.Equal(Verdict.Passed, Judge(s_everySeed, 80, 85, 90).Verdict);
        ExpectationCheck failed = Judge(s_everySeed, 80, 91, 70);
        Assert.Equal((Verdict.Failed, 2, null), (failed.Verdict, failed.Holding, failed.SeedsToDecide));
        Assert.Equal([(43ul, (double?)91)], failed.Breaking);
        Assert.Equal(Verdict.Failed, Judge(s_everySeed, 80, null).Verdict);
    }

    // 0.9^n is below 0.05 from n = 29 on: so many seeds that all hold show 90 % at 95 %.
    [Theory]
    [InlineData(28, nameof(Verdict.Inconclusive), 29)]
    [InlineData(29, nameof(Verdict.Passed), null)]
    public void A_share_is_shown_by_enough_seeds(int seeds, string verdict, int? needed)
    {
        ExpectationCheck check = Judge(s_everySeed with { Share = new Share(0.9) }, [.. Enumerable.Repeat((double?)1, seeds)]);
        Assert.Equal((verdict, needed), (check.Verdict.ToString(), check.SeedsToDecide));
    }

    // 20 seeds of which 3 break it refute 98 % (the exact upper bound is 0.958) and leave 90 % open (0.656 to 0.958).
    [Theory]
    [InlineData(0.98, nameof(Verdict.Failed))]
    [InlineData(0.90, nameof(Verdict.Inconclusive))]
    [InlineData(0.60, nameof(Verdict.Passed))]
    public void A_share_is_refuted_by_enough_seeds_too(double share, string verdict)
    {
        ExpectationCheck check = Judge(s_everySeed with { Share = new Share(share) }, [.. Enumerable.Range(0, 20).Select(i => (double?)(i < 3 ? 100 : 50))]);
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Equal(check.Verdict == Verdict.Inconclusive, check.SeedsToDecide is not null);
    }

    [Fact]
    public void What_is_asked_and_found_alike_no_number_of_seeds_decides()
    {
        ExpectationCheck check = Judge(s_everySeed with { Share = new Share(0.5) }, 80, 100);
        Assert.Equal((Verdict.Inconclusive, null), (check.Verdict, check.SeedsToDecide));
        Assert.Contains("no number of seeds would decide", CheckWords.Found(check), StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantile_is_bounded_from_either_side()
    {
        double?[] values = [.. Enumerable.Range(1, 100).Select(i => (double?)i)];
        Expectation median = new() { Metric = "warmup.seconds.p50", Quantile = new Share(0.5), Max = 70 };
        ExpectationCheck passed = Judge(median, values);
        Assert.Equal(Verdict.Passed, passed.Verdict);
        // The 42nd and the 59th of a hundred values bound the median, each with 95 %: of a hundred coins at least 59 are heads with 4.4 %, at least 58 with 6.7 %.
        Assert.Equal((50, 42, 59), passed.Quantile);
        // What is shown and the verdict are one.
        Assert.Equal(Verdict.Passed, Judge(median with { Max = 59 }, values).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(median with { Max = 58 }, values).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(median with { Max = 42 }, values).Verdict);
        Assert.Equal(Verdict.Failed, Judge(median with { Max = 41 }, values).Verdict);
        Assert.Equal(Verdict.Passed, Judge(median with { Max = null, Min = 30 }, values).Verdict);
        Assert.Equal(Verdict.Failed, Judge(median with { Max = null, Min = 70 }, values).Verdict);
        Assert.Equal(Verdict.Failed, Judge(median with { Max = 30 }, values).Verdict);
        Assert.Equal(Verdict.Inconclusive, Judge(median with { Max = 52 }, values).Verdict);
        Assert.Equal(Verdict.Failed, Judge(median with { Min = 70, Max = 90 }, values).Verdict);
    }

    // What did not get there is on the worse side of every bound, in the quantile that is shown as in the verdict.
    [Theory]
    [InlineData("nodes.succeeded", null, 900.0, double.NegativeInfinity, nameof(Verdict.Failed))]
    [InlineData("warmup.seconds.p99", null, 10.0, double.PositiveInfinity, nameof(Verdict.Passed))]
    [InlineData("warmup.seconds.p99", 90.0, null, double.PositiveInfinity, nameof(Verdict.Failed))]
    public void A_quantile_of_what_was_not_reached_is_on_the_worse_side(string metric, double? max, double? min, double shown, string verdict)
    {
        ExpectationCheck check = Judge(new Expectation { Metric = metric, Quantile = new Share(0.5), Min = min, Max = max }, new double?[30]);
        Assert.Equal((verdict, shown), (check.Verdict.ToString(), check.Quantile!.Value.Value));
        Assert.Contains("the quantile is never", CheckWords.Found(check), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_say_how_many_seeds_hold_and_which_do_not()
    {
        Assert.Equal("2 of 3 seeds hold; 1 min 10 s to 1 min 31 s; seed 43 has 1 min 31 s", CheckWords.Found(Judge(s_everySeed, 80, 91, 70)));
        Assert.Equal("warmup.seconds.p99 at most 1 min 30 s in 90 % of seeds", CheckWords.Expected(s_everySeed with { Share = new Share(0.9) }));
        Assert.Equal("warmup.seconds.p99 at most 1 min 30 s at its 95 % quantile over seeds", CheckWords.Expected(s_everySeed with { Quantile = new Share(0.95) }));
        Assert.Equal("1 of 2 seeds hold; 20.0 s; seed 43 has nothing", CheckWords.Found(Judge(s_everySeed, 20, null)));
        Assert.EndsWith("; about 29 seeds would decide at 95 %", CheckWords.Found(Judge(s_everySeed with { Share = new Share(0.9) }, 1, 1)), StringComparison.Ordinal);
    }

    private static ExpectationCheck Judge(Expectation expectation, params double?[] values) => ExpectationJudge.Judge(expectation, default, [.. values.Select((value, i) => (42ul + (ulong)i, value))]);
}
