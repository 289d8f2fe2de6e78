namespace Kruise.Sim.Sweeps;

/// <summary>Short names of paths, as tables and sentences have them.</summary>
internal static class PathNames
{
    /// <summary>For each path its shortest end, in whole parts, that no other path has.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> paths) => [.. paths.Select(path => Of(path, paths))];

    private static string Of(string path, IReadOnlyList<string> all)
    {
        for (int from = path.LastIndexOf('.'); from >= 0; from = from == 0 ? -1 : path.LastIndexOf('.', from - 1))
        {
            string end = path[(from + 1)..];
            if (!end.Contains(']', StringComparison.Ordinal) || end.Contains('[', StringComparison.Ordinal))
            {
                if (all.Count(other => other == end || other.EndsWith("." + end, StringComparison.Ordinal)) == 1) return end;
            }
        }

        return path;
    }
}
