using System.Text.Json;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// Rows from the fastest to the slowest in groups of equal size, with the mean seconds of each cause: what the plot of time by cause shows, and which row is in which
/// group, so that a column of it can be opened.
/// </summary>
internal sealed class CauseGroups
{
    private const int MaxGroups = 20;

    /// <summary>By row of the table; −1 for one that has no time to account for.</summary>
    private readonly int[] _groupOf;
    private readonly double[][] _means;
    private readonly int[] _sizes;

    private CauseGroups(int[] groupOf, double[][] means, int[] sizes) => (_groupOf, _means, _sizes) = (groupOf, means, sizes);

    /// <param name="rows">Nanoseconds by cause, of every row of the table.</param>
    /// <param name="counts">Whether a row has time to account for.</param>
    /// <param name="left">A cause that is left out, of the order as well; none when negative.</param>
    public static CauseGroups Of(IReadOnlyList<long[]> rows, Func<int, bool> counts, int left)
    {
        int[] order = [.. Enumerable.Range(0, rows.Count).Where(counts).OrderBy(row => rows[row].Sum() - (left < 0 ? 0 : rows[row][left]))];
        int groups = Math.Min(order.Length, MaxGroups), causes = rows.Count == 0 ? 0 : rows[0].Length;
        int[] groupOf = new int[rows.Count], sizes = new int[groups];
        Array.Fill(groupOf, -1);
        double[][] means = [.. Enumerable.Range(0, causes).Select(_ => new double[groups])];
        for (int group = 0; group < groups; group++)
        {
            int begin = (int)((long)group * order.Length / groups), end = (int)((long)(group + 1) * order.Length / groups);
            sizes[group] = end - begin;
            for (int cause = 0; cause < causes; cause++)
            {
                Int128 sum = 0;
                for (int place = begin; place < end; place++) sum += cause == left ? 0 : rows[order[place]][cause];
                means[cause][group] = (double)sum / 1e9 / (end - begin);
            }

            for (int place = begin; place < end; place++) groupOf[order[place]] = group;
        }

        return new CauseGroups(groupOf, means, sizes);
    }

    /// <summary>Writes the groups' labels and means, and the group of each row that the page holds.</summary>
    public void Write(Utf8JsonWriter json, string label, IReadOnlyList<int> picked)
    {
        json.WriteStartObject();
        json.WriteString("label", label);
        json.WriteStartArray("columns");
        int rows = _sizes.Sum();
        for (int group = 0; group < _sizes.Length; group++) json.WriteStringValue(rows <= MaxGroups ? Invariant($"{group + 1}") : Invariant($"{(group + 1) * 100 / _sizes.Length} %"));
        json.WriteEndArray();
        Numbers(json, "sizes", _sizes);
        json.WriteStartArray("means");
        foreach (double[] means in _means) PageJson.Numbers(json, means);
        json.WriteEndArray();
        Numbers(json, "groupOf", [.. picked.Select(row => _groupOf[row])]);
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, int[] values)
    {
        json.WriteStartArray(name);
        foreach (int value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
