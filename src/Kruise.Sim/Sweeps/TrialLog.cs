using System.Text.Json;
using Kruise.Sim.Reports;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>Trials of a sweep in a file, written while it runs; it is also what the parts of a sweep leave behind when it runs in several places.</summary>
internal static class TrialLog
{
    /// <summary>The first line of a file.</summary>
    /// <param name="Kind">Always <see cref="KindText"/>.</param>
    /// <param name="Plan">The sweep.</param>
    /// <param name="Part">Which part of it, from 1.</param>
    /// <param name="Parts">Of how many.</param>
    internal sealed record Header(string Kind, SweepPlan Plan, int Part, int Parts)
    {
        public const string KindText = "kruise-sim sweep trials, format 1";

        /// <summary>The numbers of the trials that belong to the part: every so manieth, so that the parts take about as long.</summary>
        public IEnumerable<int> Numbers()
        {
            for (int number = Part - 1; number < Plan.Trials; number += Parts) yield return number;
        }
    }

    /// <summary>What a file holds. A last line that was cut off is left out.</summary>
    /// <exception cref="ReportException">The file cannot be read, or is no such file.</exception>
    public static (Header Header, IReadOnlyList<SweepTrial> Trials) Read(string path)
    {
        string[] lines = TrialFile.Read(path);
        try
        {
            Header? header = lines.Length == 0 || !lines[0].Contains(Header.KindText, StringComparison.Ordinal) ? null : JsonSerializer.Deserialize<Header>(lines[0], TrialFile.Compact);
            if (header is not { Kind: Header.KindText, Plan: not null, Parts: > 0 } || header.Part < 1 || header.Part > header.Parts)
            {
                throw new ReportException($"'{path}' holds no trials of a sweep");
            }

            List<SweepTrial> trials = [.. lines[1..].Select(line => JsonSerializer.Deserialize<SweepTrial>(line, TrialFile.Compact)!)];
            return trials.Exists(trial => trial is null || trial.Values is null || trial.Values.Count != header.Plan.Metrics.Count || trial.Number < 0 || trial.Number >= header.Plan.Trials)
                ? throw new ReportException($"'{path}' holds a trial that its sweep does not have")
                : (header, trials);
        }
        catch (JsonException e)
        {
            throw new ReportException($"'{path}' is damaged: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>A whole file at once, as the trials' order has it.</summary>
    public static byte[] Whole(Header header, IEnumerable<SweepTrial> trials) => TrialFile.Whole(header, trials.OrderBy(trial => trial.Number));
}
