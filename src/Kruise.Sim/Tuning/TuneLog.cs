using System.Text.Json;
using Kruise.Sim.Reports;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Tuning;

/// <summary>
/// Runs of a search in a file, written while it goes on. A search that begins again with them tries the same settings in the same order, as nothing but their figures decides, and comes to where it was
/// without running anything twice; other bounds, another budget or more seeds may use them as well.
/// </summary>
internal static class TuneLog
{
    /// <summary>The first line of a file: all that a run's figures depend on.</summary>
    /// <param name="Kind">Always <see cref="KindText"/>.</param>
    /// <param name="Version">The version of this program: another one may simulate differently.</param>
    /// <param name="Scenario">The scenario's name.</param>
    /// <param name="Inputs">A hash of its files and of what replaces their values.</param>
    /// <param name="Paths">What varies.</param>
    /// <param name="Metrics">The metrics read from each run.</param>
    internal sealed record Header(string Kind, string Version, string Scenario, string Inputs, IReadOnlyList<string> Paths, IReadOnlyList<string> Metrics)
    {
        public const string KindText = "kruise-sim tune runs, format 1";
    }

    /// <summary>A run.</summary>
    /// <param name="Values">The setting: a value for each path, null where a default counts.</param>
    /// <param name="Run">Its figures; the number is the seed's place, from 0.</param>
    internal sealed record Line(IReadOnlyList<string?> Values, SweepTrial Run);

    /// <summary>What a file holds. A last line that was cut off is left out.</summary>
    /// <exception cref="ReportException">The file cannot be read, or is no such file.</exception>
    public static (Header Header, IReadOnlyList<Line> Lines) Read(string path)
    {
        string[] lines = TrialFile.Read(path);
        try
        {
            Header? header = lines.Length == 0 || !lines[0].Contains(Header.KindText, StringComparison.Ordinal) ? null : JsonSerializer.Deserialize<Header>(lines[0], TrialFile.Compact);
            if (header is not { Kind: Header.KindText, Paths: not null, Metrics: not null }) throw new ReportException($"'{path}' holds no runs of a search");
            List<Line> runs = [.. lines[1..].Select(line => JsonSerializer.Deserialize<Line>(line, TrialFile.Compact)!)];
            return runs.Exists(line => line is not { Run.Values: not null, Values: not null } || line.Run.Values.Count != header.Metrics.Count || line.Values.Count != header.Paths.Count || line.Run.Number < 0)
                ? throw new ReportException($"'{path}' holds a run that its search does not have")
                : (header, runs);
        }
        catch (JsonException e)
        {
            throw new ReportException($"'{path}' is damaged: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>In what runs are not of the same scenario; null when they may be used.</summary>
    public static string? Difference(Header first, Header second)
    {
        List<string> differences = [];
        void Compare(string what, string mine, string other)
        {
            if (mine != other) differences.Add($"{what} {mine}, not {other}");
        }

        Compare("scenario", first.Scenario, second.Scenario);
        Compare("version", first.Version, second.Version);
        Compare("values of", string.Join(" and ", first.Paths), string.Join(" and ", second.Paths));
        Compare("metrics", string.Join(", ", first.Metrics), string.Join(", ", second.Metrics));
        if (first.Inputs != second.Inputs) differences.Add("the scenario's files or the options that change them are others");
        return differences.Count > 0 ? string.Join("; ", differences) : null;
    }

    /// <summary>A setting and a seed as one key.</summary>
    public static string Key(IReadOnlyList<string?> values, int seed) => JsonSerializer.Serialize(new { values, seed }, TrialFile.Compact);
}
