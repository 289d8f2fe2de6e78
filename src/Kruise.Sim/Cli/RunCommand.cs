using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;
using Spectre.Console;

namespace Kruise.Sim.Cli;

internal sealed record RunArguments(
    IReadOnlyList<string> Files, string? Out, ulong? Seed, IReadOnlyList<string> Sets, bool Json, bool Plots, bool WhatIf);

/// <summary>Runs scenarios one after another, each report written whole as soon as its scenario is done.</summary>
internal sealed class RunCommand(TextWriter output, TextWriter errors)
{
    private Interruption? _interruption;

    private bool Interrupted => _interruption!.Requested;

    public int Run(RunArguments arguments)
    {
        if (ScenarioFiles.Load(arguments.Files, arguments.Sets, arguments.Seed, errors) is not { } files)
        {
            return ExitCode.BadInput;
        }

        try
        {
            foreach (ScenarioFile file in files)
            {
                ReportWriter.CheckWritable(Folder(arguments, files, file));
            }
        }
        catch (ReportException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.BadInput;
        }

        using var interruption = new Interruption(errors);
        _interruption = interruption;
        return RunAll(arguments, files);
    }

    private static string Folder(RunArguments arguments, IReadOnlyList<ScenarioFile> files, ScenarioFile file) =>
        arguments.Out is null ? Path.Combine("reports", file.Name)
        : files.Count == 1 ? arguments.Out
        : Path.Combine(arguments.Out, file.Name);

    private int RunAll(RunArguments arguments, IReadOnlyList<ScenarioFile> files)
    {
        IAnsiConsole screen = Screen.For(output, Console.IsOutputRedirected);
        bool interactive = Screen.IsInteractive(errors);
        var progress = new RunProgress(Screen.For(errors, !interactive), interactive);
        var reports = new List<ScenarioReport>();
        bool passed = true;
        foreach (ScenarioFile file in files)
        {
            string folder = Folder(arguments, files, file);
            if (RunScenario(arguments, file, progress) is not { } report)
            {
                errors.WriteLine($"interrupted: {file.Name} was not finished and left no report");
                break;
            }

            try
            {
                ReportWriter.Write(report, folder, new ReportOptions(arguments.Plots));
            }
            catch (ReportException e)
            {
                errors.WriteLine(e.Message);
                return ExitCode.BadInput;
            }

            reports.Add(report);
            passed &= report.Runs.All(r => r.Passed);
            if (!arguments.Json)
            {
                ConsoleReport.Write(screen, report, folder);
            }
        }

        if (arguments.Json)
        {
            using var stream = new MemoryStream();
            ConsoleReport.WriteJson(stream, reports);
            output.Write(System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
        }

        return Interrupted ? ExitCode.Interrupted : passed ? ExitCode.Fine : ExitCode.ExpectationFailed;
    }

    private ScenarioReport? RunScenario(RunArguments arguments, ScenarioFile file, RunProgress progress)
    {
        var runs = new List<RunResult>();
        foreach (ScenarioVariant variant in file.Variants)
        {
            string title = variant.Title;
            RunResult? result = RunOnce(variant, title, progress);
            if (result is not null && arguments.WhatIf)
            {
                result = AddWhatIfs(arguments, file, variant, title, result, progress);
            }

            if (result is null)
            {
                return null;
            }

            runs.Add(result);
        }

        return new ScenarioReport
        {
            Scenario = file.Name,
            Question = file.Variants[0].Scenario.Spec.Question,
            Runs = runs,
            ReproduceCommand = Reproduce(arguments, file),
        };
    }

    private RunResult? RunOnce(ScenarioVariant variant, string title, RunProgress progress)
    {
        RunResult? result = null;
        progress.Run(title, report => result = TrialRunner.Whole(variant, () => Interrupted, simulation =>
        {
            (int done, int desired, string unit) = simulation.Progress;
            report(new RunProgressState(simulation.Now.Seconds, done, desired, unit, simulation.Events));
        }));
        return result;
    }

    private RunResult? AddWhatIfs(RunArguments arguments, ScenarioFile file, ScenarioVariant variant, string title, RunResult result, RunProgress progress)
    {
        var whatIfs = new List<WhatIf>();
        IReadOnlyList<WhatIfCandidate> candidates = WhatIfPlanner.Plan(variant.Scenario, result);
        foreach (WhatIfCandidate candidate in candidates)
        {
            LoadResult changed = ScenarioFiles.Load(file.Path, [.. arguments.Sets, .. candidate.Set], arguments.Seed);
            if (changed.Variants.FirstOrDefault(v => v.Name == variant.Name) is not { } changedVariant)
            {
                throw new InvalidOperationException($"What-if \"{candidate.Change}\" is not a valid change: {string.Join("; ", changed.Problems)}");
            }

            if (RunOnce(changedVariant, FormattableString.Invariant($"{title}, what if {whatIfs.Count + 1} of {candidates.Count}: {candidate.Change}"), progress) is not { } run)
            {
                return null;
            }

            double? completion = run.Jobs.Any(j => j.Completion is null) ? null : run.Jobs.Max(j => j.Completion!.Value.Seconds);
            whatIfs.Add(new WhatIf(
                candidate.Change,
                candidate.Set,
                run.Jobs.Sum(j => j.Succeeded),
                run.Jobs.Sum(j => j.Failed),
                run.Jobs.Sum(j => j.Desired),
                completion,
                NearestRank.OfWarmups(run.Nodes)));
        }

        return result.Jobs.Count > 0
            ? result with { WhatIfs = whatIfs }
            : result with { Notes = [.. result.Notes, "--what-if tries changes that make jobs faster, and there is none here; compare rollouts by variants of the scenario"] };
    }

    private static string Reproduce(RunArguments arguments, ScenarioFile file)
    {
        var words = new List<string> { "kruise-sim", "run", file.Path };
        if (arguments.Seed is { } seed)
        {
            words.AddRange(["--seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        foreach (string set in arguments.Sets)
        {
            words.AddRange(["--set", set]);
        }

        if (arguments.WhatIf)
        {
            words.Add("--what-if");
        }

        return ShellWords.Join(words);
    }
}
