using Kruise.Sim.Cli;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Spectre.Console;
using Xunit;

namespace Kruise.Sim.Tests.Sweeps;

public sealed class SweepResultTests
{
    private const string Time = "jobs.warm.seconds";
    private const string Writes = "controlPlane.apiWrites";

    [Fact]
    public void On_the_front_is_what_nothing_beats()
    {
        bool[] front = ParetoFront.Of([[1, 9], [2, 3], [2, 4], null, [3, 3], [9, 1], [1, 9]]);
        Assert.Equal([true, true, false, false, false, true, true], front);
    }

    [Fact]
    public void Recommended_is_the_cheapest_of_those_that_are_about_as_good_as_the_best()
    {
        SweepResult result = Result(within: 0.1, [[100, 50], [104, 20], [109, 19], [150, 1]], present: 3);
        Assert.Equal((2, 0, 0), (result.Recommendation!.Point.Index, result.Recommendation.Best.Index, result.Recommendation.Next!.Index));
        Assert.Equal(0, Result(within: 0.01, [[100, 50], [104, 20], [109, 19], [150, 1]], present: 3).Recommendation!.Point.Index);
    }

    [Fact]
    public void What_breaks_a_rule_misses_an_expectation_or_does_not_get_there_is_never_recommended()
    {
        SweepPlan plan = Plan(0.1, 4, 3) with { Expected = [new ExpectedMetric(Writes, null, 100, null, null)] };
        List<SweepTrial> trials =
        [
            Trial(0, 10, 1, violations: 1), Trial(1, 10, 1), Trial(2, 20, 101), Trial(3, 20, 1), Trial(4, null, 1), Trial(5, 30, 1), Trial(6, 90, 1), Trial(7, 90, 1),
        ];
        SweepResult result = SweepResult.Of(plan, trials);
        Assert.Equal([false, false, false, true], result.Points.Select(point => point.IsAdmissible));
        Assert.Equal([false, false, false, true], result.Points.Select(point => point.IsOnFront));
        Assert.Equal(3, result.Recommendation!.Point.Index);
        Assert.StartsWith("violates a rule in 1 of 2 seeds: at 3s: too many", result.Points[0].Objections.Single(), StringComparison.Ordinal);
        Assert.Equal("controlPlane.apiWrites is not at most 100 in 1 of 2 seeds (101)", result.Points[1].Objections.Single());
        Assert.Equal("jobs.warm.seconds was not reached in 1 of 2 seeds", result.Points[2].Objections.Single());
    }

    [Fact]
    public void An_expectation_of_a_share_or_a_quantile_is_met_by_as_many_seeds()
    {
        double?[] values = [1, 2, 3, 4, null];
        Assert.Null(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 4, 0.8, null), values));
        Assert.NotNull(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 4, 0.9, null), values));
        Assert.Null(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 3, null, 0.6), values));
        Assert.NotNull(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 3, null, 0.8), values));
    }

    [Fact]
    public void A_share_that_is_not_exact_in_binary_is_met_by_as_many_seeds()
    {
        double?[] values = [.. Enumerable.Range(0, 100).Select(i => (double?)(i < 55 ? 1 : 9))];
        Assert.Null(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 4, 0.55, null), values));
        Assert.NotNull(ExpectedOverSeeds.Objection(new ExpectedMetric(Writes, null, 4, 0.56, null), values));
    }

    [Fact]
    public void Another_time_that_some_seed_does_not_reach_speaks_against_a_setting_too()
    {
        SweepPlan plan = Plan(0.1, 2, 0) with { Metrics = [Time, "warmup.seconds.max"], Objectives = [Time, "warmup.seconds.max"] };
        SweepResult result = SweepResult.Of(plan, [Trial(0, 10, 10), Trial(1, 10, 10), Trial(2, 9, 1), Trial(3, 9, 1) with { Values = [9, null] }]);
        Assert.Equal("warmup.seconds.max was not reached in 1 of 2 seeds", result.Points[1].Objections.Single());
        Assert.Equal(double.PositiveInfinity, result.Points[1].Costs[1]);
        Assert.Equal(0, result.Recommendation!.Point.Index);
    }

    [Fact]
    public void What_is_quicker_because_it_does_less_is_not_recommended()
    {
        SweepPlan plan = Plan(0.1, 3, 0) with { Metrics = [Time, "nodes.succeeded", "nodes.desired"], Objectives = [Time] };
        SweepTrial Does(int number, double time, double nodes) => Trial(number, 0, 0) with { Values = [time, nodes, 100] };
        SweepResult result = SweepResult.Of(plan, [Does(0, 90, 80), Does(1, 91, 82), Does(2, 10, 20), Does(3, 10, 22), Does(4, 80, 80), Does(5, 80, 81)]);
        Assert.Equal("21.0 % of the nodes are warmed, now 81.0 %", result.Points[1].Objections.Single());
        Assert.Equal(2, result.Recommendation!.Point.Index);
        Assert.DoesNotContain("does more", SweepAnswer.Of(result), StringComparison.Ordinal);
        result = SweepResult.Of(plan, [Does(0, 90, 80), Does(1, 91, 82), Does(2, 100, 100), Does(3, 100, 100), Does(4, 80, 80), Does(5, 80, 81)]);
        Assert.EndsWith(" 1 does more: 100.0 % of the nodes are warmed, not 80.5 %.", SweepAnswer.Of(result), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_set_now_stays_unless_something_is_better_for_certain()
    {
        SweepPlan plan = Plan(0.1, 2, 1) with { Seeds = 3, Objectives = [Time], Metrics = [Time, Writes] };
        Assert.Equal(1, SweepResult.Of(plan, [Trial(0, 8, 0), Trial(1, 12, 0), Trial(2, 9, 0), Trial(3, 10, 0), Trial(4, 10, 0), Trial(5, 10, 0)]).Recommendation!.Point.Index);
        Assert.Equal(0, SweepResult.Of(plan, [Trial(0, 8, 0), Trial(1, 9, 0), Trial(2, 8, 0), Trial(3, 10, 0), Trial(4, 10, 0), Trial(5, 10, 0)]).Recommendation!.Point.Index);
        // The same figures everywhere, in whatever order.
        Assert.Equal(1, SweepResult.Of(plan, [.. Enumerable.Range(0, 6).Select(i => Trial(i, 10, 0))]).Recommendation!.Point.Index);
    }

    [Fact]
    public void Without_a_wish_only_what_varies_is_weighed()
    {
        SweepPlan plan = Plan(0.1, 2, 0) with { AreObjectivesChosen = false };
        Assert.Equal([Writes], SweepResult.Of(plan, [Trial(0, 10, 5), Trial(1, 11, 5), Trial(2, 10, 4), Trial(3, 11, 4)]).Plan.Objectives);
        Assert.Equal([Time, Writes], SweepResult.Of(plan, [Trial(0, 10, 5), Trial(1, 11, 5), Trial(2, 10, 5), Trial(3, 11, 5)]).Plan.Objectives);
    }

    [Fact]
    public void Higher_is_better_where_the_metric_says_so()
    {
        SweepPlan plan = Plan(0, 2, 0) with { Objectives = ["nodes.succeeded"], Metrics = ["nodes.succeeded", Writes] };
        Assert.Equal(1, SweepResult.Of(plan, [Trial(0, 5, 0), Trial(1, 5, 0), Trial(2, 7, 0), Trial(3, 7, 0)]).Recommendation!.Point.Index);
    }

    [Fact]
    public void Differences_are_of_the_same_seeds()
    {
        PairedDifference difference = PairedDifference.Of([10, 20, 30, null], [11, 21, 31, 5])!;
        Assert.Equal((-1.0, -1.0, -1.0, 3, 0, 3), (difference.Mean, difference.Low, difference.High, difference.Lower, difference.Higher, difference.Pairs));
        // Three of three: twice one in eight.
        Assert.Equal(0.25, difference.Probability, 1e-12);
    }

    [Theory]
    [InlineData("jobs.warm.seconds", "jobs.warm.seconds")]
    [InlineData("workloads.web.rollout.seconds.p100", "workloads.web.\nrollout.seconds.p100")]
    [InlineData("registries.registry.example.com.peakBytesPerSecond", "registries.registry.example.com.\npeakBytesPerSecond")]
    [InlineData("pods.admission.wait.seconds.p99", "pods.admission.wait.seconds.\np99")]
    public void Long_names_are_broken_before_the_figure(string metric, string heading) => Assert.Equal(heading, SettingWords.Heading(metric));

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void What_is_too_wide_for_a_terminal_stands_under_each_other(int width)
    {
        SweepPlan plan = Plan(0, 2, 0) with { Objectives = ["jobs.warm-everything.seconds", "registries.docker.io.peakBytesPerSecond", "controlPlane.apiWrites", "nodes.succeeded"] };
        SettingTable table = new(plan, plan.Objectives);
        table.Add(plan.Points[0], ["55.6 s ± 5.81 s", "9.99 Gbit/s ± 1.23 Mbit/s", "12,345 ± 67", "1,000"], "[green]recommended[/], now");
        table.Add(plan.Points[1], ["1", "2", "3", "4"], "");
        using StringWriter text = new();
        IAnsiConsole console = Screen.For(text, redirected: true);
        console.Profile.Width = width;
        table.Write(console);
        string shown = text.ToString();
        Assert.All(shown.Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.All((string[])["55.6 s ± 5.81 s", "9.99 Gbit/s ± 1.23 Mbit/s", "12,345 ± 67", "recommended, now"], cell => Assert.Contains(cell, shown, StringComparison.Ordinal));
        Assert.Equal(width < 100, shown.Contains("\n  registries.docker.io.peakBytesPerSecond  9.99", StringComparison.Ordinal));
    }

    [Fact]
    public void Sentences_that_are_redirected_and_lines_to_paste_are_never_broken()
    {
        string sentence = string.Join(' ', Enumerable.Repeat("word", 200));
        using StringWriter text = new();
        Screen.For(text, redirected: true).MarkupLine(sentence);
        Assert.Equal(sentence, text.ToString().TrimEnd());
        using StringWriter narrow = new();
        IAnsiConsole console = Screen.For(narrow, redirected: true);
        console.Profile.Width = 40;
        Unbroken.WriteLines(console, sentence);
        Assert.Equal((sentence, 40), (narrow.ToString().TrimEnd(), console.Profile.Width));
    }

    [Theory]
    [InlineData(1, "1 seed")]
    [InlineData(1200, "1,200 seeds")]
    public void Things_are_counted_in_their_number(int count, string words) => Assert.Equal(words, Human.Count(count, "seed"));

    private static SweepResult Result(double within, double[][] costs, int present)
    {
        List<SweepTrial> trials = [];
        foreach (double[] cost in costs)
        {
            trials.Add(Trial(trials.Count, cost[0], cost[1]));
            trials.Add(Trial(trials.Count, cost[0], cost[1]));
        }

        return SweepResult.Of(Plan(within, costs.Length, present), trials);
    }

    private static SweepTrial Trial(int number, double? time, double writes, int violations = 0) =>
        new(number, 1, "", [time, writes], violations, violations > 0 ? "at 3s: too many" : null);

    private static SweepPlan Plan(double within, int points, int present) => new()
    {
        Version = "1",
        Scenario = "s",
        Variant = null,
        Question = null,
        Command = "",
        Inputs = "",
        Seeds = 2,
        IsSample = false,
        IsPresentExtra = false,
        Axes = [new VariedValue("a.b", "b", "1", "s.yaml", 1, "a.b")],
        Points = [.. Enumerable.Range(0, points).Select(i => new SweepPoint([$"{i}"], i == present))],
        Metrics = [Time, Writes],
        Objectives = [Time, Writes],
        AreObjectivesChosen = true,
        Within = within,
        Expected = [],
    };
}
