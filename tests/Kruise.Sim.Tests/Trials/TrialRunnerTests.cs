using Kruise.Sim.Cli;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Scenarios;
using Kruise.Sim.Trials;
using Xunit;

namespace Kruise.Sim.Tests.Trials;

public sealed class TrialRunnerTests
{
    private static ScenarioVariant Small => ScenarioFiles.Load(
        Path.Combine(Fixture.Repository, "scenarios", "warm-up-1000.yaml"), ["spec.cluster.nodePools[0].count=40", "spec.expect[0].min=40"], null).Variants.Single();

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        ScenarioVariant variant = Small;
        IReadOnlyList<string> metrics = MetricSelection.Of(variant.Scenario.Spec);
        var trials = Trial.OverSeeds(variant, metrics, 8).ToList();
        IReadOnlyList<TrialOutcome?> alone = new TrialRunner(1, () => false).Run(trials);
        int told = 0;
        IReadOnlyList<TrialOutcome?> together = new TrialRunner(4, () => false).Run(trials, (_, _) => told++);
        Assert.Equal(8, told);
        Assert.Equal(Enumerable.Range(42, 8).Select(seed => (ulong)seed), alone.Select(o => o!.Seed));
        Assert.Equal(alone.Select(o => (o!.Hash, string.Join(' ', o.Values))), together.Select(o => (o!.Hash, string.Join(' ', o.Values))));
        Assert.Equal(8, alone.Select(o => o!.Hash).Distinct().Count());
        Assert.All(alone, o => Assert.All(o!.Values, value => Assert.NotNull(value)));
    }

    [Fact]
    public void A_trial_is_the_run_with_its_seed()
    {
        ScenarioVariant variant = Small;
        var trials = Trial.OverSeeds(variant, ["warmup.seconds.max"], 2).ToList();
        TrialOutcome outcome = new TrialRunner(1, () => false).Run(trials)[1]!;
        var simulation = new Simulation(trials[1].Variant);
        while (simulation.Advance(10_000))
        {
        }

        Assert.Equal(simulation.Finish(0).Hash, outcome.Hash);
        Assert.Equal(43ul, outcome.Seed);
    }

    [Fact]
    public void An_interrupt_begins_nothing_more_and_keeps_what_is_done()
    {
        var trials = Trial.OverSeeds(Small, [], 5).ToList();
        int done = 0;
        IReadOnlyList<TrialOutcome?> outcomes = new TrialRunner(1, () => done == 2).Run(trials, (_, _) => done++);
        Assert.Equal([true, true, false, false, false], outcomes.Select(o => o is not null));
    }

    // A full disk is no fault of a simulation.
    [Fact]
    public void What_listening_throws_is_thrown_as_it_is()
    {
        var trials = Trial.OverSeeds(Small, [], 4).ToList();
        int told = 0;
        ReportException thrown = Assert.Throws<ReportException>(() => new TrialRunner(2, () => false).Run(trials, (_, _) =>
        {
            told++;
            throw new ReportException("no space left");
        }));
        Assert.Equal(("no space left", 1), (thrown.Message, told));
    }

    [Fact]
    public void A_simulation_that_fails_is_told_in_a_line_that_says_which()
    {
        var trials = Trial.OverSeeds(Small, ["no.such"], 1).ToList();
        using var errors = new StringWriter { NewLine = "\n" };
        Assert.Equal(ExitCode.Broken, CommandLine.Guarded(() => new TrialRunner(1, () => false).Run(trials).Count, errors));
        Assert.Equal(
            "warm-up-1000, seed 42: the simulation failed, which is a fault of kruise-sim and not of the scenario: ArgumentException in Expectations.Value: There is no metric no.such. (Parameter 'name')\n",
            errors.ToString());
    }

    [Fact]
    public void Headline_metrics_are_those_of_what_the_scenario_has()
    {
        IReadOnlyList<string> metrics = MetricSelection.Of(Small.Scenario.Spec);
        Assert.Contains("warmup.seconds.p99", metrics);
        Assert.Contains("nodes.succeeded", metrics);
        Assert.Contains("jobs.warm-nginx.seconds", metrics);
        Assert.DoesNotContain(metrics, metric => metric.StartsWith("pods.", StringComparison.Ordinal) || metric == "events");
    }
}
