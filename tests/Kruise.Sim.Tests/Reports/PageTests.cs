using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Html;
using Spectre.Console;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class PageTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0000005, "0.5 µs")]
    [InlineData(0.0012, "1.2 ms")]
    [InlineData(0.35, "350 ms")]
    [InlineData(9.994, "9.99 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(59.97, "1 min")]
    [InlineData(723, "12 min 3 s")]
    [InlineData(3599.6, "1 h")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(273600, "3 d 4 h")]
    public void Durations_read_as_people_say_them(double seconds, string expected) => Assert.Equal(expected, Human.Duration(seconds));

    [Theory]
    [InlineData(1, 50, 0)]
    [InlineData(2, 50, 0)]
    [InlineData(3, 50, 1)]
    [InlineData(100, 99, 98)]
    [InlineData(101, 99, 99)]
    [InlineData(1000, 90, 899)]
    [InlineData(7, 100, 6)]
    public void Percentiles_are_of_the_nearest_rank(int count, int percent, int index) => Assert.Equal(index, NearestRank.Index(count, percent));

    [Fact]
    public void Percentiles_of_unsorted_values() => Assert.Equal(new Percentiles(3, 5, 5, 5), NearestRank.Of([5, 1, 4, 2, 3]));

    [Fact]
    public void The_answer_names_image_nodes_time_what_dominated_and_the_largest_lever()
    {
        RunResult run = new SyntheticRun { Nodes = 1000 }.Build();
        double completion = run.Jobs[0].Completion!.Value.Seconds;
        run = run with
        {
            WhatIfs = [new WhatIf("egress × 2", ["a=1"], 1000, 0, 1000, completion, null), new WhatIf("parallelism 10 → 100", ["b=2"], 1000, 0, 1000, completion / 8, new Percentiles(1, 2, 3, 4)), new WhatIf("worse", ["c=3"], 1000, 0, 1000, null, null)],
        };
        string answer = Answer.Of(run, FigureLinks.None);
        Assert.StartsWith("`nginx:1.9.1`: 1,000 of 1,000 nodes warm, complete after " + Human.DurationAndSeconds(completion), answer, StringComparison.Ordinal);
        Assert.Contains("of the time went to waiting for a slot", answer, StringComparison.Ordinal);
        Assert.EndsWith("the largest lever tried is parallelism 10 → 100 (8.00× as fast).", answer, StringComparison.Ordinal);
        string page = RunPage.Of(run, "kruise-sim run x.yaml", plots: true);
        int best = page.IndexOf("| parallelism 10 → 100 |", StringComparison.Ordinal), second = page.IndexOf("| egress × 2 |", StringComparison.Ordinal), last = page.IndexOf("| worse | 1,000 of 1,000 | 0 | does not complete |", StringComparison.Ordinal);
        Assert.True(best > 0 && best < second && second < last);
    }

    [Fact]
    public void Failing_sooner_is_not_faster()
    {
        RunResult run = new SyntheticRun { Nodes = 100, FailEvery = 10 }.Build();
        double completion = run.Jobs[0].Completion!.Value.Seconds;
        WhatIf hasty = new("hasty", ["a=1"], 55, 45, 100, completion / 2, null), same = new("same", ["b=2"], 90, 10, 100, completion / 1.5, null), patient = new("patient", ["c=3"], 100, 0, 100, completion * 2, null);
        Lever[] levers = [.. Lever.Ranked(run with { WhatIfs = [hasty, same, patient] })];
        Assert.Equal(["patient", "same", "hasty"], levers.Select(lever => lever.WhatIf.Change));
        Assert.Equal(["warms more nodes", "1.50×", "warms fewer nodes"], levers.Select(lever => lever.SpeedUpWords));
        Assert.Equal([true, true, false], levers.Select(lever => lever.Helps));
        Assert.Contains("the largest lever tried is patient (100 nodes warm instead of 90).", Answer.Of(run with { WhatIfs = [hasty, same, patient] }, FigureLinks.None), StringComparison.Ordinal);
        Assert.Contains("the largest lever tried is same (1.50× as fast)", Answer.Of(run with { WhatIfs = [hasty, same] }, FigureLinks.None), StringComparison.Ordinal);
        Assert.DoesNotContain("lever", Answer.Of(run with { WhatIfs = [hasty] }, FigureLinks.None), StringComparison.Ordinal);
        string page = RunPage.Of(run with { WhatIfs = [hasty] }, "", plots: false);
        Assert.Contains("| hasty | 55 of 100 | 45 |", page, StringComparison.Ordinal);
        Assert.Contains("| – | warms fewer nodes | `a=1` |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_do_not_complete_are_compared_by_percentile()
    {
        RunResult run = new SyntheticRun { DeadEvery = 10 }.Build();
        double p99 = NearestRank.OfWarmups(run.Nodes)!.P99;
        run = run with { WhatIfs = [new WhatIf("change", ["a=1"], 90, 0, 100, null, new Percentiles(1, 2, p99 / 4, p99))] };
        Assert.Equal(4, Lever.Ranked(run)[0].SpeedUp);
        string page = RunPage.Of(run, "", plots: false);
        Assert.DoesNotContain("does not complete |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("completes in", page, StringComparison.Ordinal);
        Assert.Contains("4.00×", page, StringComparison.Ordinal);
        Assert.Contains("4.00×", Shown(run), StringComparison.Ordinal);
        // A run that completes has no percentile to beat: more nodes, later, are no slow-down.
        Assert.Null(Lever.Ranked(run with { WhatIfs = [run.WhatIfs[0] with { CompletionSeconds = 5 }] })[0].SpeedUp);
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.5, false)]
    public void An_egress_that_takes_most_of_the_time_is_named(double share, bool named)
    {
        RunResult run = new SyntheticRun().Build();
        double seconds = Answer.CompletionSeconds(run)!.Value * share;
        run = run with { Registries = [run.Registries[0] with { EgressBytesPerSecond = 1e6, BytesSent = seconds * 1e6 }] };
        Assert.Equal(named, Answer.Of(run, FigureLinks.None).Contains($", of which at least {Human.Seconds(Math.Floor(seconds * 10) / 10)} are the registry's egress", StringComparison.Ordinal));
        Assert.Contains($"- docker.io: the egress alone takes {Human.DurationAndSeconds(Math.Round(seconds, 3))}", RunPage.Of(run, "", plots: false), StringComparison.Ordinal);
        Assert.DoesNotContain("egress alone", RunPage.Of(run with { Registries = [run.Registries[0] with { EgressBytesPerSecond = double.PositiveInfinity }] }, "", plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Expectations_have_units_and_the_preset_is_named()
    {
        RunResult run = new SyntheticRun().Build() with { Preset = "openkruise-0.8" };
        string page = RunPage.Of(run, "", plots: false), shown = Shown(run);
        Assert.Contains("| `warmup.seconds.p99` | 123.456 s | – | 600 s | passed |", page, StringComparison.Ordinal);
        Assert.Contains("control plane: openkruise-0.8", page, StringComparison.Ordinal);
        Assert.Contains("warmup.seconds.p99 is 123.456 s, expected at most 600 s", shown, StringComparison.Ordinal);
        Assert.Contains("control plane openkruise-0.8", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_measured_changes_the_page_advises_on_the_dominating_cause()
    {
        string page = RunPage.Of(new SyntheticRun().Build(), "kruise-sim run x.yaml", plots: false);
        Assert.Contains(Advice.For(WarmupCause.WaitingForSlot), page, StringComparison.Ordinal);
        Assert.Contains("--what-if", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_cut_off_says_so()
    {
        RunResult run = new SyntheticRun { DeadEvery = 10 }.Build();
        Assert.Contains("90 of 100 nodes warm, not complete when the run ended after 2 h", Answer.Of(run, FigureLinks.None), StringComparison.Ordinal);
        Assert.Contains("had not finished", RunPage.Of(run, "", plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Percentiles_over_the_nodes_that_got_warm_say_so()
    {
        RunResult all = new SyntheticRun { Variant = "all" }.Build(), some = new SyntheticRun { Variant = "some", FailEvery = 10 }.Build();
        Assert.Contains("; half of the nodes within ", Answer.Of(all, FigureLinks.None), StringComparison.Ordinal);
        Assert.Contains("; of the 90 that got warm half within ", Answer.Of(some, FigureLinks.None), StringComparison.Ordinal);
        Assert.All(KeyFigures.Of(all, FigureLinks.None), figure => Assert.DoesNotContain("got warm", figure.Note, StringComparison.Ordinal));
        Assert.Equal(["half within", "99 % within", "the slowest"], KeyFigures.Of(some, FigureLinks.None).Where(figure => figure.Note == "of the 90 that got warm").Select(figure => figure.Label));
        Assert.Contains("Percentiles are of the nodes that got warm (some 90 of 100)", ComparisonPage.Of(SyntheticRun.Report(all, some), ["all", "some"], plots: false), StringComparison.Ordinal);
        Assert.DoesNotContain("that got warm", ComparisonPage.Of(SyntheticRun.Report(all, all), ["all", "same"], plots: false), StringComparison.Ordinal);
    }

    [Fact]
    public void The_console_counts_a_jobs_time_from_its_start_as_pages_of_variants_do()
    {
        RunResult run = new SyntheticRun { Jobs = 2 }.Build();
        JobResult second = run.Jobs[1];
        Assert.True(second.Start.Seconds > 0);
        string row = Shown(run).Split('\n').Single(line => line.Contains("default/warm-1", StringComparison.Ordinal));
        Assert.Contains($" {Human.Duration((second.Completion!.Value - second.Start).Seconds)} ", row, StringComparison.Ordinal);
        Assert.DoesNotContain($" {Human.Duration(second.Completion.Value.Seconds)} ", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Variants_that_take_as_long_are_not_ranked()
    {
        RunResult run = new SyntheticRun { Variant = "a" }.Build();
        Assert.Equal("a is through soonest, in 2 s, b as soon.", Soonest.Of("is through", [(run, 2), (run with { Variant = "b" }, 2)], (_, figure) => figure));
        Assert.Equal("a is through soonest, in 2 s; b takes longest, 2.001 s.", Soonest.Of("is through", [(run with { Variant = "b" }, 2.001), (run, 2)], (_, figure) => figure));
        Assert.Equal("a is through soonest, in 2 s; b takes longest, 3 s (1.50× as long).", Soonest.Of("is through", [(run, 2), (run with { Variant = "b" }, 3)], (_, figure) => figure));
    }

    [Fact]
    public void Users_texts_cannot_break_a_table_or_add_markup()
    {
        RunResult run = new SyntheticRun { Nodes = 1, Question = "a|b *c* <d>\nnext" }.Build();
        run = run with { Marks = [new TimelineMark(default, null, "x|y")], Jobs = [run.Jobs[0] with { Message = "pull `a` failed" }] };
        string page = RunPage.Of(run, "cmd", plots: false);
        Assert.Contains("a|b \\*c\\* \\<d\\> next", page, StringComparison.Ordinal);
        Assert.Contains("| x\\|y |", page, StringComparison.Ordinal);
        Assert.Contains("pull \\`a\\` failed", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public void The_console_shows_results_expectations_and_hash_without_escape_codes_when_redirected(int width)
    {
        string shown = Shown(new SyntheticRun { Nodes = 1000, Question = "[not] markup?" }.Build(), width);
        Assert.DoesNotContain('\u001b', shown);
        Assert.Contains("[not] markup?", shown, StringComparison.Ordinal);
        Assert.Contains("waiting for a slot", shown, StringComparison.Ordinal);
        Assert.Contains("FAILED  jobs.failed is 7, expected at most 0", shown, StringComparison.Ordinal);
        Assert.Contains("00abcdef01234567", shown, StringComparison.Ordinal);
        Assert.Contains("reports/synthetic/report.md", shown, StringComparison.Ordinal);
    }

    private static string Shown(RunResult run, int width = 200)
    {
        using StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        ConsoleReport.Write(console, SyntheticRun.Report(run), "reports/synthetic");
        return text.ToString();
    }
}
