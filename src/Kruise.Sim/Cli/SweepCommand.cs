using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Cli;

internal sealed record SweepArguments
{
    public required string File { get; init; }

    public required IReadOnlyList<string> Varied { get; init; }

    public int? Sample { get; init; }

    public string? Variant { get; init; }

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    public IReadOnlyList<string> Minimize { get; init; } = [];

    public double Within { get; init; }

    public bool IgnoresExpectations { get; init; }

    public string? Out { get; init; }

    public bool Resume { get; init; }

    /// <summary>The part to run, from 1, and of how many; null for all.</summary>
    public (int Part, int Parts)? Shard { get; init; }

    /// <summary>Parts of the Job to print; null to run.</summary>
    public int? JobParts { get; init; }

    public string? Image { get; init; }

    public string? Claim { get; init; }

    public bool Plots { get; init; } = true;

    public int Workers { get; init; } = 1;
}

/// <summary>Runs a sweep, or a part of one, or prints a Job that does.</summary>
internal sealed class SweepCommand(TextWriter output, TextWriter errors)
{
    public int Run(SweepArguments arguments)
    {
        if (Plan(arguments, arguments.File) is not { } sweep) return ExitCode.BadInput;
        try
        {
            string folder = arguments.Out ?? DefaultFolder(sweep.Plan);
            return arguments.JobParts is { } parts ? EmitJob(arguments, sweep, parts)
                : arguments.Shard is { } shard ? RunPart(arguments, sweep, shard, folder)
                : RunAll(arguments, sweep, folder);
        }
        catch (ReportException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
    }

    public static string DefaultFolder(SweepPlan plan) => Path.Combine("reports", plan.Scenario + "-sweep");

    private PlannedSweep? Plan(SweepArguments arguments, string file) => SweepPlanner.Plan(
        new SweepQuestion
        {
            File = file,
            Variant = arguments.Variant,
            Varied = arguments.Varied,
            Sample = arguments.Sample,
            Seeds = arguments.Seeds,
            Seed = arguments.Seed,
            Sets = arguments.Sets,
            Minimize = arguments.Minimize,
            Within = arguments.Within,
            IgnoresExpectations = arguments.IgnoresExpectations,
            Command = ShellWords.Join(["kruise-sim", "sweep", file, .. SweepWords.Of(arguments)]),
        },
        errors);

    private int RunAll(SweepArguments arguments, PlannedSweep sweep, string folder)
    {
        ReportWriter.CheckWritable(folder);
        string log = KeptTrials.PathOf(folder);
        if (Trials(arguments, sweep, new TrialLog.Header(TrialLog.Header.KindText, sweep.Plan, 1, 1), log) is not { } trials) return ExitCode.Interrupted;
        var result = SweepResult.Of(sweep.Plan, trials);
        SweepReport.Write(result, folder, arguments.Plots);
        File.Delete(log);
        ConsoleSweep.Write(Screen.For(output, Console.IsOutputRedirected), result, folder);
        return result.Recommendation is null ? ExitCode.ExpectationFailed : ExitCode.Fine;
    }

    private int RunPart(SweepArguments arguments, PlannedSweep sweep, (int Part, int Parts) shard, string folder)
    {
        var header = new TrialLog.Header(TrialLog.Header.KindText, sweep.Plan, shard.Part, shard.Parts);
        bool toOutput = arguments.Out == "-";
        string name = FormattableString.Invariant($"{Path.TrimEndingDirectorySeparator(folder)}.shard-{shard.Part}-of-{shard.Parts}");
        if (Trials(arguments, sweep, header, toOutput ? null : KeptTrials.PathOf(name)) is not { } trials) return ExitCode.Interrupted;
        byte[] whole = TrialLog.Whole(header, trials);
        if (toOutput)
        {
            output.Write(System.Text.Encoding.UTF8.GetString(whole));
            return ExitCode.Fine;
        }

        TrialFile.Keep(name + ".jsonl", whole);
        File.Delete(KeptTrials.PathOf(name));
        output.WriteLine(FormattableString.Invariant($"part {shard.Part} of {shard.Parts}: {trials.Count} runs in {name}.jsonl; kruise-sim merge puts the parts together"));
        return ExitCode.Fine;
    }

    /// <summary>The trials of a part, those of an earlier attempt among them; null when it was interrupted.</summary>
    private List<SweepTrial>? Trials(SweepArguments arguments, PlannedSweep sweep, TrialLog.Header header, string? path)
    {
        List<SweepTrial> trials = path is null ? [] : Kept(arguments, header, path);
        var done = trials.Select(trial => trial.Number).ToHashSet();
        int[] left = [.. header.Numbers().Where(number => !done.Contains(number))];
        using var interruption = new Interruption(errors);
        using (TrialFile? log = path is null ? null : TrialFile.Open(path, TrialLog.Whole(header, trials)))
        {
            bool interactive = Screen.IsInteractive(errors);
            if (left.Length > 0) new TrialProgress(Screen.For(errors, !interactive), interactive).Run(left.Length, tell =>
                new TrialRunner(arguments.Workers, () => interruption.Requested).Run([.. left.Select(sweep.Trial)], (i, outcome) =>
                {
                    var trial = SweepTrial.Of(left[i], outcome);
                    log?.Add(trial);
                    trials.Add(trial);
                    tell(FormattableString.Invariant($"setting {left[i] / sweep.Plan.Seeds + 1} of {sweep.Plan.Points.Count}"));
                }));
        }

        if (trials.Count == header.Numbers().Count()) return trials;
        errors.WriteLine(path is null
            ? "interrupted: nothing is kept of what goes to standard output"
            : FormattableString.Invariant($"interrupted: {trials.Count} of {header.Numbers().Count()} runs are kept in {path}; the same command with --resume goes on"));
        return null;
    }

    private List<SweepTrial> Kept(SweepArguments arguments, TrialLog.Header header, string path)
    {
        if (!File.Exists(path))
        {
            KeptTrials.TellNone(path, arguments.Resume, errors);
            return [];
        }

        (TrialLog.Header earlier, IReadOnlyList<SweepTrial> trials) = TrialLog.Read(path);
        KeptTrials.Check(path, arguments.Resume, "sweep", trials.Count, SweepDifference.Between(earlier, header));
        return [.. trials.DistinctBy(trial => trial.Number)];
    }

    private int EmitJob(SweepArguments arguments, PlannedSweep sweep, int parts)
    {
        output.Write(IndexedJob.Of(sweep, new IndexedJob.Place(arguments.File, arguments.Image!, arguments.Claim, parts), SweepWords.Of(arguments)));
        return ExitCode.Fine;
    }
}
