using Kruise.Sim.Checks;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Cli;

internal sealed record CheckArguments
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    public string? Baseline { get; init; }

    public bool UpdateBaseline { get; init; }

    /// <summary>Metrics compared with the baseline; empty for the headline metrics and those expected.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = [];

    public double Floor { get; init; }

    public double Confidence { get; init; }

    public string? JUnit { get; init; }

    public bool GitHub { get; init; }

    public bool AllowInconclusive { get; init; }

    public int Workers { get; init; }
}

/// <summary>Runs scenarios over seeds and judges them: what they expect, and what became of them since a baseline.</summary>
internal sealed class CheckCommand(TextWriter output, TextWriter errors)
{
    public int Run(CheckArguments arguments)
    {
        if (CheckPaths.Scenarios(arguments.Paths, errors) is not { } paths
            || ScenarioFiles.Load(paths, arguments.Sets, arguments.Seed, errors) is not { } files
            || !ReadBaseline(arguments, out Baseline? baseline)
            || !MetricsExist(arguments.Metrics, files))
        {
            return ExitCode.BadInput;
        }

        var runs = files.SelectMany(file => file.Variants.Select(variant => (File: file, Variant: variant, Metrics: Metrics(variant.Scenario.Spec, arguments.Metrics)))).ToList();
        Trial[][] trials = [.. runs.Select(run => Trial.OverSeeds(run.Variant, run.Metrics, arguments.Seeds).ToArray())];
        if (RunTrials([.. trials.SelectMany(t => t)], arguments.Workers) is not { } outcomes)
        {
            errors.WriteLine("interrupted: nothing was judged");
            return ExitCode.Interrupted;
        }

        var judge = new PairedJudge(arguments.Floor, arguments.Confidence);
        var checkedRuns = runs.Select((run, i) => Judge(run.File, run.Variant, run.Metrics, [.. outcomes.Skip(i * arguments.Seeds).Take(arguments.Seeds)], baseline, judge)).ToList();
        return Report(arguments, checkedRuns, baseline);
    }

    private static IReadOnlyList<string> Metrics(ScenarioSpec spec, IReadOnlyList<string> chosen)
    {
        IReadOnlyList<string> metrics = MetricSelection.Of(spec);
        return chosen.Count == 0
            ? metrics
            : [.. Measures.MetricCatalog.Names(MetricScopes.Of(spec)).Where(name => chosen.Contains(name, StringComparer.Ordinal) || spec.Expect.Any(e => e.Metric == name))];
    }

    private static CheckedVariant Judge(ScenarioFile file, ScenarioVariant variant, IReadOnlyList<string> metrics, IReadOnlyList<TrialOutcome> outcomes, Baseline? baseline, PairedJudge judge)
    {
        var run = new CheckedVariant
        {
            File = file.Path,
            Variant = variant,
            Metrics = metrics,
            Outcomes = outcomes,
            Expectations = [.. variant.Scenario.Spec.Expect.Select((expectation, e) => ExpectationJudge.Judge(expectation, variant.ExpectedAt[e], [.. outcomes.Select(o => (o.Seed, o.Expectations[e].Value))]))],
        };
        return baseline is null ? run : BaselineComparison.Of(run, baseline, judge);
    }

    private bool MetricsExist(IReadOnlyList<string> metrics, IReadOnlyList<ScenarioFile> files)
    {
        var scope = MetricScopes.Of([.. files.SelectMany(file => file.Variants).Select(variant => variant.Scenario.Spec)]);
        bool good = true;
        foreach (string metric in metrics)
        {
            if (MetricFindings.Of(metric, scope) is { } wrong)
            {
                errors.WriteLine("--metric: " + wrong);
                good = false;
            }
        }

        return good;
    }

    private bool ReadBaseline(CheckArguments arguments, out Baseline? baseline)
    {
        baseline = null;
        if (arguments.Baseline is not { } path)
        {
            return true;
        }

        try
        {
            baseline = File.Exists(path) ? Baseline.Parse(File.ReadAllBytes(path), path) : arguments.UpdateBaseline ? new Baseline() : null;
            if (baseline is null)
            {
                errors.WriteLine($"--baseline: there is no file {Quote.Text(path)}; allowed: a file that --update-baseline has written; give it as well to write a first one");
            }
        }
        catch (FormatException e)
        {
            errors.WriteLine(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"--baseline: {Quote.Text(path)} cannot be read: {Quote.Bare(e.Message)}");
        }

        return baseline is not null;
    }

    private IReadOnlyList<TrialOutcome>? RunTrials(IReadOnlyList<Trial> trials, int workers)
    {
        using var interruption = new Interruption(errors);
        bool interactive = Screen.IsInteractive(errors);
        IReadOnlyList<TrialOutcome?> outcomes = [];
        new TrialProgress(Screen.For(errors, !interactive), interactive).Run(trials.Count, ended =>
            outcomes = new TrialRunner(workers, () => interruption.Requested).Run(trials, (i, _) => ended(trials[i].Variant.Scenario.Metadata.Name)));
        return outcomes.Contains(null) ? null : [.. outcomes.OfType<TrialOutcome>()];
    }

    private int Report(CheckArguments arguments, IReadOnlyList<CheckedVariant> runs, Baseline? baseline)
    {
        IEnumerable<string> others = baseline?.Keys.Except(runs.Select(run => run.Key), StringComparer.Ordinal) ?? [];
        CheckTable.Write(Screen.For(output, Console.IsOutputRedirected), runs, others);
        if (arguments.GitHub)
        {
            foreach (string annotation in GitHubOutput.Annotations(runs, arguments.Sets)) output.WriteLine(annotation);
        }

        try
        {
            if (arguments.JUnit is { } junit) WholeFile.Write(junit, JUnitXml.Of(runs, arguments.Sets, arguments.AllowInconclusive));
            if (arguments.GitHub && Environment.GetEnvironmentVariable(GitHubOutput.SummaryVariable) is { Length: > 0 } summary) File.AppendAllText(summary, GitHubOutput.Summary(runs));
            if (arguments.UpdateBaseline)
            {
                foreach (CheckedVariant run in runs) baseline!.Set(run);
                WholeFile.Write(arguments.Baseline!, baseline!.ToJson());
                output.WriteLine($"baseline {arguments.Baseline} written");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"cannot be written: {Quote.Bare(e.Message)}");
            return ExitCode.BadInput;
        }

        // Who updates the baseline has accepted what became of it.
        return runs.Any(run => arguments.UpdateBaseline ? run.ExpectationVerdict == Verdict.Failed : run.Verdict == Verdict.Failed) ? ExitCode.ExpectationFailed
            : !arguments.AllowInconclusive && runs.Any(run => (arguments.UpdateBaseline ? run.ExpectationVerdict : run.Verdict) == Verdict.Inconclusive) ? ExitCode.Inconclusive
            : ExitCode.Fine;
    }
}
