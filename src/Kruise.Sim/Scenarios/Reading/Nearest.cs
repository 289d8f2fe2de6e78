namespace Kruise.Sim.Scenarios;

/// <summary>
/// The nearest valid name to one that is not valid, by the optimal-string-alignment distance (insert, delete, replace, swap neighbours),
/// in which a difference of case alone counts half.
/// </summary>
internal static class Nearest
{
    private const int MaxLength = 128;

    /// <summary>The nearest candidate, the first of several; null when none is near enough to be what was meant.</summary>
    /// <param name="name">The name.</param>
    /// <param name="candidates">What it may be.</param>
    /// <param name="alone">Whether several that are equally near are none.</param>
    public static string? Of(string name, IEnumerable<string> candidates, bool alone = false)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }

        // Distances are counted in halves. A third of a name may be wrong, and one letter of the shortest.
        int limit = Math.Max(2, name.Length * 2 / 3);
        string? best = null;
        int bestDistance = limit + 1;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) * 2 > limit || candidate.Length > MaxLength)
            {
                continue;
            }

            int distance = HalfDistance(name, candidate);
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
            else if (alone && distance == bestDistance)
            {
                best = null;
            }
        }

        return best;
    }

    /// <summary>The candidates that are near enough to be what was meant, the nearest first.</summary>
    public static IReadOnlyList<string> Several(string name, IEnumerable<string> candidates, int count)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return [];
        }

        int limit = Math.Max(2, name.Length * 2 / 3);
        return
        [
            .. candidates.Where(candidate => candidate.Length <= MaxLength)
                .Select(candidate => (candidate, distance: HalfDistance(name, candidate)))
                .Where(pair => pair.distance <= limit)
                .OrderBy(pair => pair.distance)
                .Select(pair => pair.candidate)
                .Take(count),
        ];
    }

    private static int HalfDistance(string a, string b)
    {
        Span<int> rows = stackalloc int[(b.Length + 1) * 3];
        int width = b.Length + 1;
        Span<int> before = rows[..width];
        Span<int> last = rows.Slice(width, width);
        Span<int> current = rows.Slice(width * 2, width);
        for (int j = 0; j < width; j++)
        {
            last[j] = j * 2;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i * 2;
            for (int j = 1; j < width; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 1 : 2;
                int distance = Math.Min(Math.Min(last[j] + 2, current[j - 1] + 2), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    distance = Math.Min(distance, before[j - 2] + 2);
                }

                current[j] = distance;
            }

            Span<int> spare = before;
            before = last;
            last = current;
            current = spare;
        }

        return last[b.Length];
    }
}
