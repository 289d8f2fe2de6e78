using System.Globalization;
using Kruise.Sim.Cli;
using Kruise.Sim.Reports.Tuning;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tuning;
using Xunit;
using static Kruise.Sim.Tests.Sweeps.SweepScene;

namespace Kruise.Sim.Tests.Tuning;

/// <summary>Searches whose runs give figures that are made up, by parallelism and the seed's place.</summary>
public sealed class TuneSearchTests : IDisposable
{
    private const string Time = "jobs.warm.seconds";
    private const string Writes = "controlPlane.apiWrites";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_next_best_is_the_next_over_the_same_seeds()
    {
        // The first two seeds are quick for all: what is dropped after them looks as if it were the best of the rest.
        TuneResult result = Find("1,2,3,4", seeds: 8, (value, seed) => (seed < 2 ? 20 : 30) + value switch { 1 => 0, 2 => seed % 2 == 0 ? 1.1 : -0.9, 3 => 1, _ => 5 });
        Assert.Equal((1, 2), (Value(result.Best), Value(result.Outcome.Next!)));
        Assert.Contains(TuneAnswer.Sureness(result), sentence => sentence.StartsWith("It is not told apart from the next best (2): better in 4 of 8 seeds of which the search had seen nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bound_that_only_later_seeds_break_leads_to_the_next_setting_that_keeps_it()
    {
        // 1 breaks it in the search's last seed, 2 in a seed of which the search has seen nothing; 3 never does, and was dropped early.
        TuneResult result = Find("1,2,3,4", seeds: 6, (value, _) => 10 * value, "controlPlane.apiWrites<=100", (value, seed) => (value == 1 && seed == 5) || (value == 2 && seed == 8) ? 101 : 50);
        Assert.True(result.IsAdmissible);
        Assert.Equal((3, 2), (Value(result.Best), result.Outcome.Confirmations));
        Assert.Contains(TuneAnswer.Sureness(result), sentence => sentence.StartsWith("What is asked is kept in all 6 seeds of which the search had seen nothing, of 2 settings that were tried so: so (at 95 %) in at least 54.1 % of all seeds.", StringComparison.Ordinal));
    }

    [Fact]
    public void Better_in_the_mean_but_worse_in_most_seeds_is_said()
    {
        TuneResult result = Find("1,2", seeds: 12, (value, seed) => value == 4 ? 500 : value == 2 ? 100 : seed % 12 == 5 ? 0 : 101);
        Assert.Equal(1, Value(result.Best));
        Assert.Contains(TuneAnswer.Sureness(result), sentence => sentence.StartsWith("It is worse in most seeds, if better in the mean, than the next best (2): better in 1 of 12 seeds", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_set_now_stays_where_nothing_is_better_for_certain()
    {
        TuneResult result = Find("2,4,8", seeds: 6, (value, seed) => value == 4 ? 30 : 30 + (seed % 2 == 0 ? -2 : 1.9));
        Assert.Equal((4, true), (Value(result.Best), result.Best == result.Outcome.Present));
        Assert.EndsWith("which is what is set now; nothing that was tried is better for certain.", TuneAnswer.Of(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_value_of_a_list_is_looked_at_beside_the_best_of_a_sample()
    {
        // 64 combinations are more than a first look has.
        string path = Write(_folder);
        string[] values = ["1", "2", "3", "4", "5", "6", "7", "8"];
        string[] varied = [Parallelism + "=" + string.Join(',', values), "cluster.nodePools[0].network.bandwidth=" + string.Join(',', values.Select(v => v + "Gbps"))];
        TuneResult result = Find(path, varied, 2, [], (candidate, _) => Math.Abs(Value(candidate) - 3) + Math.Abs(int.Parse(candidate.Point.Values[1]![..^4], CultureInfo.InvariantCulture) - 7), (_, _) => 0);
        Assert.Equal(["3", "7Gbps"], result.Best.Point.Values);
        Assert.InRange(result.Candidates.Count, 30, 63);
    }

    private TuneResult Find(string values, int seeds, Func<int, int, double> time, string? bound = null, Func<int, int, double>? writes = null) => Find(
        Write(_folder), [Parallelism + "=" + values], seeds, bound is null ? [] : [bound], (candidate, seed) => time(Value(candidate), seed), (candidate, seed) => writes?.Invoke(Value(candidate), seed) ?? 0);

    private static TuneResult Find(string path, string[] varied, int seeds, string[] bounds, Func<Candidate, int, double> time, Func<Candidate, int, double> writes)
    {
        VariedScenario scenario = VariedScenario.Load(path, null, varied, [], null, TextWriter.Null)!;
        var arguments = new TuneArguments { File = path, Varied = varied, Minimize = Time, Budget = 1000, Seeds = seeds, Command = "" };
        Constraint[] constraints = [.. bounds.Select(bound => Constraint.Read(bound, MetricScopes.Of(scenario.PresentVariant.Scenario.Spec)).Constraint!)];
        var goal = new TuneGoal([Time, Writes], Time, constraints, []);
        return TuneCommand.Find(arguments, scenario, goal, scenario.Inputs()!, runs =>
            [.. runs.Select(run => new SweepTrial(run.Seed, (ulong)run.Seed, $"{run.Candidate.Number}/{run.Seed}", [time(run.Candidate, run.Seed), writes(run.Candidate, run.Seed)], 0, null))]);
    }

    private static int Value(Candidate candidate) => int.Parse(candidate.Point.Values[0]!, CultureInfo.InvariantCulture);
}
