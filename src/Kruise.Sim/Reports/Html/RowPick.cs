namespace Kruise.Sim.Reports.Html;

/// <summary>Which rows of a table a page holds: all of them, or of a large table those that are worth looking at, in words too.</summary>
/// <param name="Indices">In order.</param>
/// <param name="Words">What was picked; empty when it is all.</param>
internal sealed record RowPick(IReadOnlyList<int> Indices, string Words)
{
    /// <summary>Some 300 bytes each: with more, a page takes seconds to open on a phone.</summary>
    public const int MaxRows = 10_000;

    /// <param name="count">Rows that there are.</param>
    /// <param name="named">Rows that figures lead to.</param>
    /// <param name="isOdd">Whether a row did not end as it should.</param>
    /// <param name="nanoseconds">How long it took.</param>
    /// <param name="max">Rows that a page may hold.</param>
    public static RowPick Of(int count, IReadOnlyCollection<int> named, Func<int, bool> isOdd, Func<int, long> nanoseconds, int max = MaxRows)
    {
        if (count <= max) return new RowPick([.. Enumerable.Range(0, count)], "");
        SortedSet<int> picked = [.. named];
        int[] odd = [.. Enumerable.Range(0, count).Where(isOdd)];
        picked.UnionWith(odd.Take(max / 4));
        int slowest = max / 4;
        picked.UnionWith(Enumerable.Range(0, count).OrderByDescending(nanoseconds).Take(slowest));
        // The rest evenly over the table, so that what is searched for has neighbours.
        int[] others = [.. Enumerable.Range(0, count).Where(row => !picked.Contains(row))];
        int rest = Math.Max(0, max - picked.Count);
        for (int i = 0; i < rest; i++) picked.Add(others[(int)((long)i * others.Length / rest)]);
        string ends = odd.Length == 0 ? "" : odd.Length <= max / 4 ? "all that did not succeed, " : $"the first {Human.Count(max / 4)} of {Human.Count(odd.Length)} that did not succeed, ";
        return new RowPick([.. picked], $"{Human.Count(picked.Count)} of {Human.Count(count)} rows: those that figures lead to, {ends}the {Human.Count(slowest)} slowest, "
            + $"and {Human.Count(rest)} taken evenly from the rest");
    }
}
