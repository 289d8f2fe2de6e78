using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Tuning;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Cli;

internal sealed record TuneArguments
{
    public required string File { get; init; }

    public required IReadOnlyList<string> Varied { get; init; }

    public required string Minimize { get; init; }

    public IReadOnlyList<string> SubjectTo { get; init; } = [];

    public bool IgnoresExpectations { get; init; }

    public required int Budget { get; init; }

    public string? Variant { get; init; }

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    public string? Out { get; init; }

    public bool Plots { get; init; } = true;

    /// <summary>Whether runs that an earlier attempt left are used.</summary>
    public bool Resume { get; init; }

    public int Workers { get; init; } = 1;

    public required string Command { get; init; }
}

/// <summary>Looks for the best setting under constraints.</summary>
internal sealed class TuneCommand(TextWriter output, TextWriter errors)
{
    public int Run(TuneArguments arguments)
    {
        if (VariedScenario.Load(arguments.File, arguments.Variant, arguments.Varied, arguments.Sets, arguments.Seed, errors) is not { } varied
            || Goal(arguments, varied) is not { } goal
            || varied.Inputs() is not { } inputs
            || !BudgetSuffices(arguments, varied))
        {
            return ExitCode.BadInput;
        }

        string folder = arguments.Out ?? Path.Combine("reports", varied.PresentVariant.Scenario.Metadata.Name + "-tune");
        try
        {
            ReportWriter.CheckWritable(folder);
            string kept = KeptTrials.PathOf(folder);
            if (Search(arguments, varied, goal, inputs, kept) is not { } result) return ExitCode.Interrupted;
            TuneReport.Write(result, folder, arguments.Plots);
            File.Delete(kept);
            ConsoleTune.Write(Screen.For(output, Console.IsOutputRedirected), result, folder);
            return result.IsAdmissible ? ExitCode.Fine : ExitCode.ExpectationFailed;
        }
        catch (SettingRefusedException)
        {
            return ExitCode.BadInput;
        }
        catch (ReportException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
    }

    private TuneGoal? Goal(TuneArguments arguments, VariedScenario varied)
    {
        ScenarioSpec spec = varied.PresentVariant.Scenario.Spec;
        MetricScope scope = MetricScopes.Of(spec);
        bool good = varied.CheckValues();
        if (MetricFindings.Of(arguments.Minimize, scope) is { } wrong)
        {
            errors.WriteLine($"--minimize {Quote.Bare(arguments.Minimize)}: {wrong}");
            good = false;
        }

        List<Constraint> constraints = [];
        foreach (string text in arguments.SubjectTo)
        {
            (Constraint? constraint, Finding? finding) = Constraint.Read(text, scope);
            if (constraint is not null)
            {
                constraints.Add(constraint);
                continue;
            }

            errors.WriteLine($"--subject-to {Quote.Bare(text)}: {finding}");
            good = false;
        }

        if (!good) return null;
        var wanted = MetricSelection.Of(spec).Append(arguments.Minimize).Concat(Fulfilment.Metrics(scope)).Concat(constraints.Select(constraint => constraint.Metric)).ToHashSet(StringComparer.Ordinal);
        return new TuneGoal(
            [.. MetricCatalog.Names(scope).Where(wanted.Contains)], arguments.Minimize, constraints, arguments.IgnoresExpectations ? [] : [.. spec.Expect.Select(ExpectedMetric.Of)]);
    }

    private bool BudgetSuffices(TuneArguments arguments, VariedScenario varied)
    {
        int first = (TuneSearch.First(varied.Axes).Count + 1) * Math.Min(TuneSearch.FirstSeeds, arguments.Seeds);
        if (first <= arguments.Budget) return true;
        errors.WriteLine(FormattableString.Invariant($"--budget: \"{arguments.Budget}\" is too small; allowed: at least {first}, which the first look at these values takes"));
        return false;
    }

    private TuneResult? Search(TuneArguments arguments, VariedScenario varied, TuneGoal goal, VariedInputs inputs, string kept)
    {
        string scenario = varied.PresentVariant.Scenario.Metadata.Name;
        var header = new TuneLog.Header(TuneLog.Header.KindText, SweepPlanner.Version, scenario, inputs.Hash, [.. inputs.Axes.Select(axis => axis.Path)], goal.Metrics);
        using var batches = new TuneBatches(kept, header, arguments.Resume, arguments.Workers, errors);
        try
        {
            return Find(arguments, varied, goal, inputs, batches.Make);
        }
        catch (OperationCanceledException)
        {
            batches.TellKept();
            return null;
        }
    }

    /// <summary>Searches with runs that somebody else makes.</summary>
    /// <exception cref="OperationCanceledException">They were interrupted.</exception>
    /// <exception cref="SettingRefusedException">No setting of the first look is one that the scenario may have.</exception>
    public static TuneResult Find(TuneArguments arguments, VariedScenario varied, TuneGoal goal, VariedInputs inputs, TuneBatch batch)
    {
        var runs = new TuneRuns(varied, inputs.Axes, goal.Metrics, arguments.Budget, batch);
        // What does less than today's setting is no answer.
        goal = goal with { Present = runs.Present() };
        TuneOutcome outcome = new TuneSearch(runs, goal, arguments.Seeds).Run();
        return new TuneResult
        {
            Plan = new SweepPlan
            {
                Version = SweepPlanner.Version,
                Scenario = varied.PresentVariant.Scenario.Metadata.Name,
                Variant = varied.PresentVariant.Name,
                Question = varied.PresentVariant.Scenario.Spec.Question,
                Command = arguments.Command,
                Inputs = inputs.Hash,
                Seeds = arguments.Seeds,
                IsSample = true,
                IsPresentExtra = outcome.Present.Place is null,
                Axes = inputs.Axes,
                Points = [.. runs.Candidates.Select(candidate => candidate.Point)],
                Metrics = goal.Metrics,
                Objectives = [goal.Metric, .. goal.Constraints.Select(constraint => constraint.Metric).Distinct(StringComparer.Ordinal).Where(metric => metric != goal.Metric)],
                AreObjectivesChosen = true,
                Within = 0,
                Expected = goal.Expected,
            },
            Goal = goal,
            Candidates = runs.Candidates,
            Outcome = outcome,
            Runs = runs.Made,
            GridRuns = varied.Axes.Aggregate((double)arguments.Seeds, (product, axis) => product * axis.Count),
            Refused = runs.Refused,
            IsSpent = runs.IsSpent,
        };
    }
}
