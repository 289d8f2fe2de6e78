using System.Text;
using System.Text.Json;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Sweeps;

/// <summary>
/// Trials of a sweep in a file: a line that says of which, then a line for each. It is written while a sweep runs, so that nothing that is done is lost, and it is what the parts
/// of a sweep leave behind when it runs in several places.
/// </summary>
internal sealed class TrialLog : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly FileStream _stream;

    private TrialLog(FileStream stream) => _stream = stream;

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

    /// <summary>Begins a file, or goes on with one; what was cut off in the middle of a line is dropped.</summary>
    /// <exception cref="ReportException">The file cannot be written, or another process is writing it.</exception>
    public static TrialLog Open(string path, Header header, IReadOnlyCollection<SweepTrial> kept)
    {
        try
        {
            if (File.Exists(path))
            {
                // Fails where another process is writing it.
                using FileStream probe = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            Keep(path, Whole(header, kept));
            return new TrialLog(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot write '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>What a file holds. A last line that was cut off is left out.</summary>
    /// <exception cref="ReportException">The file cannot be read, or is no such file.</exception>
    public static (Header Header, IReadOnlyList<SweepTrial> Trials) Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path, s_utf8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }

        // The logs of a pod have what it said while it ran among its results. What follows the last line's end was cut off.
        string[] lines = [.. text.Split('\n')[..^1].Where(line => line.StartsWith('{'))];
        try
        {
            Header? header = lines.Length == 0 || !lines[0].Contains(Header.KindText, StringComparison.Ordinal) ? null : JsonSerializer.Deserialize<Header>(lines[0], SweepJsonOptions.Compact);
            if (header is not { Kind: Header.KindText, Plan: not null, Parts: > 0 } || header.Part < 1 || header.Part > header.Parts)
            {
                throw new ReportException($"'{path}' holds no trials of a sweep");
            }

            List<SweepTrial> trials = [.. lines[1..].Select(line => JsonSerializer.Deserialize<SweepTrial>(line, SweepJsonOptions.Compact)!)];
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
    public static byte[] Whole(Header header, IEnumerable<SweepTrial> trials)
    {
        var text = new StringBuilder();
        text.Append(JsonSerializer.Serialize(header, SweepJsonOptions.Compact)).Append('\n');
        foreach (SweepTrial trial in trials.OrderBy(trial => trial.Number)) text.Append(JsonSerializer.Serialize(trial, SweepJsonOptions.Compact)).Append('\n');
        return s_utf8.GetBytes(text.ToString());
    }

    /// <summary>Puts a whole file in its place, or leaves what is there.</summary>
    /// <exception cref="ReportException">It cannot be written.</exception>
    public static void Keep(string path, byte[] whole)
    {
        try
        {
            Cli.WholeFile.Write(path, whole);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"cannot write '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>In one write, so that a kill leaves a line whole or cut, and nothing behind it.</summary>
    public void Add(SweepTrial trial)
    {
        _stream.Write(s_utf8.GetBytes(JsonSerializer.Serialize(trial, SweepJsonOptions.Compact) + "\n"));
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();
}
