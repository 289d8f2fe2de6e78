using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>All that a sweep's report says of the question, so that it can be made from trials alone. Files are named by their paths from the scenario's folder.</summary>
internal sealed record SweepPlan
{
    /// <summary>The version of this program: another one may simulate differently.</summary>
    public required string Version { get; init; }

    public required string Scenario { get; init; }

    public required string? Variant { get; init; }

    public required string? Question { get; init; }

    /// <summary>The command that gives the report again.</summary>
    public required string Command { get; init; }

    /// <summary>A hash of the scenario's files and of what replaces their values.</summary>
    public required string Inputs { get; init; }

    /// <summary>Seeds of each setting.</summary>
    public required int Seeds { get; init; }

    /// <summary>Whether the settings are a sample and not all combinations.</summary>
    public required bool IsSample { get; init; }

    /// <summary>Whether today's setting was added to those asked for.</summary>
    public required bool IsPresentExtra { get; init; }

    public required IReadOnlyList<VariedValue> Axes { get; init; }

    public required IReadOnlyList<SweepPoint> Points { get; init; }

    /// <summary>The metrics read from each trial.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>Those that are to be made better, the one that counts first in front.</summary>
    public required IReadOnlyList<string> Objectives { get; init; }

    /// <summary>Whether the user has named them; else those count that some setting measures.</summary>
    public required bool AreObjectivesChosen { get; init; }

    /// <summary>How much worse than the best in the first of them a setting may be and still be recommended, 0 to 1.</summary>
    public required double Within { get; init; }

    public required IReadOnlyList<ExpectedMetric> Expected { get; init; }

    [JsonIgnore]
    public int Trials => Points.Count * Seeds;

    /// <summary>The setting of today.</summary>
    [JsonIgnore]
    public int Present => Points.Select((point, i) => (point, i)).First(p => p.point.IsPresent).i;

    public int Metric(string name) => Metrics.Select((metric, i) => (metric, i)).First(m => m.metric == name).i;

    /// <summary>A hash of the question: trials of two plans with the same one may be put together.</summary>
    public string Fingerprint() =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Command = "" }, TrialFile.Compact)))[..16];

    /// <summary>What a hash of inputs is made of.</summary>
    public static string HashOf(IEnumerable<(string Name, byte[] Content)> files, IEnumerable<string> settings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name}\n{content.Length}\n")));
            hash.AppendData(content);
        }

        foreach (string setting in settings) hash.AppendData(Encoding.UTF8.GetBytes(setting + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}

/// <summary>A value that varies.</summary>
/// <param name="Path">As <c>--set</c> has it.</param>
/// <param name="Name">The shortest end of the path that tells it from the others.</param>
/// <param name="Present">What the files say today; null where they say nothing and a default counts.</param>
/// <param name="File">The file that says so, or that would.</param>
/// <param name="Line">The line, or that of what stands around it.</param>
/// <param name="PathInFile">The path within that file's document.</param>
internal sealed record VariedValue(string Path, string Name, string? Present, string File, int Line, string PathInFile);

/// <summary>A setting.</summary>
/// <param name="Values">A value for each axis.</param>
/// <param name="IsPresent">Whether it is what counts today.</param>
internal sealed record SweepPoint(IReadOnlyList<string?> Values, bool IsPresent);

/// <summary>An expectation of the scenario, which a setting must meet to be recommended.</summary>
internal sealed record ExpectedMetric(string Metric, double? Min, double? Max, double? Share, double? Quantile)
{
    public static ExpectedMetric Of(Scenarios.Expectation expected) => new(expected.Metric, expected.Min, expected.Max, expected.Share?.Value, expected.Quantile?.Value);
}
