using Kruise.Sim.Checks;
using Kruise.Sim.Cli.Verbs;
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
/// <param name="output">Verdicts.</param>
/// <param name="errors">What is wrong with the input, and progress.</param>
/// <param name="environment">The values of environment variables.</param>
internal sealed class CheckCommand(TextWriter output, TextWriter errors, Func<string, string?> environment)
{
    public int Run(CheckArguments arguments)
    {
        if (CheckPaths.Scenarios(arguments.Paths, errors) is not { } paths
            || ScenarioFiles.Load(paths, arguments.Sets, arguments.Seed, errors) is not { } files
            || !ReadBaseline(arguments, out Baseline? baseline)
            || !MetricsExist(arguments.Metrics, files)
            || !CanBeWritten(arguments))
        {
            return ExitCode.BadInput;
        }

        CheckedVariant[] unrun = [.. files.SelectMany(file => file.Variants.Select(variant => Unrun(file, variant, baseline, arguments)))];
        Trial[][] trials = [.. unrun.Select(run => Trial.OverSeeds(run.Variant, run.Metrics, arguments.Seeds).ToArray())];
        if (!SeedsAreKept(arguments, baseline, unrun, trials)) return ExitCode.BadInput;
        if (RunTrials([.. trials.SelectMany(t => t)], arguments.Workers) is not { } outcomes)
        {
            errors.WriteLine("interrupted: nothing was judged");
            return ExitCode.Interrupted;
        }

        var judge = new PairedJudge(arguments.Floor, arguments.Confidence);
        CheckedVariant[] runs = [.. unrun.Select((run, i) => Judge(run, [.. outcomes.Skip(i * arguments.Seeds).Take(arguments.Seeds)], baseline, judge, arguments.Metrics))];
        return Report(arguments, runs, baseline);
    }

    // What a baseline has is measured too, so that nothing in it is passed over.
    private static CheckedVariant Unrun(ScenarioFile file, ScenarioVariant variant, Baseline? baseline, CheckArguments arguments)
    {
        var run = new CheckedVariant { File = file.Path, Variant = variant, Metrics = [], Outcomes = [], Expectations = [], IsAccepted = arguments.UpdateBaseline };
        HashSet<string> read = arguments.Metrics.Count > 0
            ? [.. arguments.Metrics]
            : [.. MetricSelection.Of(variant.Scenario.Spec), .. baseline?.Find(run.Key)?.Metrics.Keys ?? []];
        return run with { Metrics = [.. Measures.MetricCatalog.Names(MetricScopes.Of(variant.Scenario.Spec)).Where(read.Contains)] };
    }

    private static CheckedVariant Judge(CheckedVariant run, IReadOnlyList<TrialOutcome> outcomes, Baseline? baseline, PairedJudge judge, IReadOnlyList<string> chosen)
    {
        ScenarioVariant variant = run.Variant;
        run = run with
        {
            Outcomes = outcomes,
            Expectations = [.. variant.Scenario.Spec.Expect.Select((expectation, e) => ExpectationJudge.Judge(expectation, variant.ExpectedAt[e], [.. outcomes.Select(o => (o.Seed, o.Expectations[e].Value))]))],
        };
        return baseline is null ? run : run with { Baseline = BaselineComparison.Of(run, baseline, judge, chosen) };
    }

    private bool CanBeWritten(CheckArguments arguments)
    {
        bool good = true;
        foreach ((string option, string? path) in new[] { ("--junit", arguments.JUnit), ("--baseline", arguments.UpdateBaseline ? arguments.Baseline : null) })
        {
            if (path is null || WholeFile.Objection(path) is not { } objection) continue;
            errors.WriteLine($"{option}: {new Finding($"{Quote.Text(path)} cannot be written: {objection}", "a file, there or not, in a folder that can be written")}");
            good = false;
        }

        return good;
    }

    // Some metrics alone can be renewed only if the others are of the same seeds.
    private bool SeedsAreKept(CheckArguments arguments, Baseline? baseline, IReadOnlyList<CheckedVariant> runs, Trial[][] trials)
    {
        if (!arguments.UpdateBaseline || arguments.Metrics.Count == 0) return true;
        for (int i = 0; i < runs.Count; i++)
        {
            if (runs[i].Metrics.Count == 0 || baseline!.Find(runs[i].Key) is not { } before) continue;
            if (before.Seeds.SequenceEqual(trials[i].Select(trial => trial.Variant.Scenario.Spec.Seed))) continue;
            errors.WriteLine($"--metric: {new Finding($"the baseline has other seeds of {Quote.Text(runs[i].Key)}", "with --update-baseline: the seeds that it has, or no --metric, which renews all metrics")}");
            return false;
        }

        return true;
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
        var again = new Reproduction(arguments.Sets, CheckVerb.Words(arguments));
        CheckTable.Write(Screen.For(output, Console.IsOutputRedirected), runs, others);
        bool written = true;
        if (arguments.GitHub)
        {
            foreach (string annotation in GitHubOutput.Annotations(runs, again, environment(GitHubOutput.WorkspaceVariable))) output.WriteLine(annotation);
            if (environment(GitHubOutput.SummaryVariable) is { Length: > 0 } summary) written &= Written(summary, () => File.AppendAllText(summary, GitHubOutput.Summary(runs)));
        }

        // What cannot be written keeps nothing else from being written, and hides no failure.
        if (arguments.JUnit is { } junit) written &= Written(junit, () => WholeFile.Write(junit, JUnitXml.Of(runs, again, arguments.AllowInconclusive)));
        if (arguments.UpdateBaseline && arguments.Baseline is { } path)
        {
            foreach (CheckedVariant run in runs) baseline!.Set(run, keepsOthers: arguments.Metrics.Count > 0);
            bool renewed = Written(path, () => WholeFile.Write(path, baseline!.ToJson()));
            if (renewed) output.WriteLine($"baseline {path} written");
            written &= renewed;
        }

        return runs.Any(run => run.Verdict == Verdict.Failed) ? ExitCode.ExpectationFailed
            : !written ? ExitCode.BadInput
            : !arguments.AllowInconclusive && runs.Any(run => run.Verdict == Verdict.Inconclusive) ? ExitCode.Inconclusive
            : ExitCode.Fine;
    }

    private bool Written(string path, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{Quote.Text(path)} cannot be written: {Quote.Bare(e.Message)}");
            return false;
        }
    }
}
