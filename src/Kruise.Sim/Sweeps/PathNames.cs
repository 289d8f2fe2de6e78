namespace Kruise.Sim.Sweeps;

/// <summary>Short names of paths, as tables and sentences have them.</summary>
internal static class PathNames
{
    /// <summary>For each path its shortest end, in whole parts, that no other path has.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> paths) => [.. paths.Select(path => Of(path, paths))];

    /// <summary>The last part of a path, with what it has in brackets: <c>registries[docker.io]</c> of <c>spec.registries[docker.io]</c>.</summary>
    public static string Last(string path)
    {
        int depth = 0;
        for (int i = path.Length - 1; i >= 0; i--)
        {
            depth += path[i] switch { ']' => 1, '[' => -1, _ => 0 };
            if (depth == 0 && path[i] == '.') return path[(i + 1)..];
        }

        return path;
    }

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
