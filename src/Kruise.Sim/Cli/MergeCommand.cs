using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Cli;

/// <summary>Makes the report of a sweep from its parts.</summary>
internal sealed class MergeCommand(TextWriter output, TextWriter errors)
{
    public int Run(IReadOnlyList<string> paths, string? folder, bool plots)
    {
        try
        {
            if (Read(paths) is not { } parts) return ExitCode.BadInput;
            // Whatever the order in which they are named.
            parts = [.. parts.OrderBy(part => part.Header.Part)];
            SweepPlan plan = parts[0].Header.Plan;
            string directory = folder ?? SweepCommand.DefaultFolder(plan);
            ReportWriter.CheckWritable(directory);
            var result = SweepResult.Of(plan, parts.SelectMany(part => part.Trials));
            SweepReport.Write(result, directory, plots);
            ConsoleSweep.Write(Screen.For(output, Console.IsOutputRedirected), result, directory);
            return result.Recommendation is null ? ExitCode.ExpectationFailed : ExitCode.Fine;
        }
        catch (ReportException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
    }

    private List<(string Path, TrialLog.Header Header, IReadOnlyList<SweepTrial> Trials)>? Read(IReadOnlyList<string> paths)
    {
        List<(string Path, TrialLog.Header Header, IReadOnlyList<SweepTrial> Trials)> parts = [];
        bool good = true;
        foreach (string path in paths)
        {
            (TrialLog.Header header, IReadOnlyList<SweepTrial> trials) = TrialLog.Read(path);
            var (firstPath, first, _) = parts.Count > 0 ? parts[0] : (path, header, trials);
            if (header.Plan.Version != SweepPlanner.Version)
            {
                Wrong($"'{path}' was made by version {header.Plan.Version}, and this is {SweepPlanner.Version}, whose report may differ");
            }
            else if (SweepDifference.Between(first with { Part = header.Part }, header) is { } difference)
            {
                Wrong($"'{path}' is of another sweep than '{firstPath}': {difference}");
            }
            else if (parts.Find(part => part.Header.Part == header.Part).Path is { } twice)
            {
                Wrong(FormattableString.Invariant($"'{path}' is part {header.Part} of {header.Parts}, which '{twice}' is already"));
            }
            else
            {
                parts.Add((path, header, trials));
                var has = trials.Select(trial => trial.Number).ToHashSet();
                int missing = header.Numbers().Count(number => !has.Contains(number));
                if (missing > 0) Wrong(FormattableString.Invariant($"'{path}' is not finished: {missing} of its {header.Numbers().Count()} runs are missing"));
                else if (trials.Count != header.Numbers().Count()) Wrong($"'{path}' holds runs that are not of its part, or one twice");
            }
        }

        string[] absent = [.. Enumerable.Range(1, parts.Count == 0 ? 0 : parts[0].Header.Parts).Where(part => !parts.Exists(p => p.Header.Part == part))
            .Select(part => part.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        if (absent.Length > 0) Wrong($"missing: part{(absent.Length == 1 ? "" : "s")} {string.Join(", ", absent)} of {parts[0].Header.Parts}");
        // Each seed has its place among those of a setting.
        foreach (var place in parts.SelectMany(part => part.Trials.Select(trial => (part.Path, part.Header.Plan.Seeds, Trial: trial))).GroupBy(run => run.Trial.Number % run.Seeds))
        {
            ulong seed = place.CountBy(run => run.Trial.Seed).MaxBy(count => count.Value).Key;
            if (place.FirstOrDefault(run => run.Trial.Seed != seed) is { Path: { } path } other) Wrong(FormattableString.Invariant($"'{path}' holds a run with seed {other.Trial.Seed} where the others have {seed}"));
        }

        return good ? parts : null;

        void Wrong(string message)
        {
            errors.WriteLine(message);
            good = false;
        }
    }
}
