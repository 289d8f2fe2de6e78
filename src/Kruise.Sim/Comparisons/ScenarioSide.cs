using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Comparisons;

/// <summary>A side that is to be run: a scenario's variant with values in place.</summary>
internal sealed record ScenarioSide(string Label, string Source, ScenarioVariant Variant)
{
    /// <summary>Loads it; null when something is wrong, which is written in a line each.</summary>
    public static ScenarioSide? Load(string path, string? variant, int which, string option, IReadOnlyList<string> sets, IReadOnlyList<string> own, ulong? seed, TextWriter errors)
    {
        if (ScenarioFiles.Load([path], [.. sets, .. own], seed, errors) is not [var file]) return null;
        if (file.Choose(variant, which, option, errors) is not { } found) return null;
        string label = string.Join(", ", new[] { found.Name ?? (own.Count > 0 ? "" : file.Name) }.Concat(own.Select(Short)).Where(part => part.Length > 0));
        return new ScenarioSide(label, string.Join(' ', [path, .. found.Name is null ? [] : (string[])[found.Name], .. own]), found);
    }

    // The last name of the path with its value: parallelism=50.
    private static string Short(string set)
    {
        int equals = set.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? set : Sweeps.PathNames.Last(set[..equals]) + set[equals..];
    }
}
