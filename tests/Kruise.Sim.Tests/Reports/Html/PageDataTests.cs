using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;
using Xunit;

namespace Kruise.Sim.Tests.Reports.Html;

/// <summary>What report.html draws from, beside what was measured.</summary>
public sealed class PageDataTests
{
    private static readonly RunResult s_run = new SyntheticRun { Nodes = 300, Parallelism = 12, FailEvery = 25, Outage = (20, 40) }.Build();

    [Fact]
    public void Columns_hold_the_figures_of_the_csv_to_the_last_digit()
    {
        using MemoryStream csv = new();
        NodesCsv.Write(csv, s_run.Nodes);
        string[][] lines = [.. Encoding.UTF8.GetString(csv.ToArray()).TrimEnd('\n').Split('\n').Skip(1).Take(20).Select(line => line.Split(','))];
        JsonElement table = Table(s_run);
        string[] texts = [.. table.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];
        for (int row = 0; row < lines.Length; row++)
        {
            for (int column = 0; column < NodesCsv.Columns.Count && NodesCsv.Columns[column].Name != "message"; column++)
            {
                JsonElement data = table.GetProperty("data")[column], cell = data.ValueKind == JsonValueKind.Array ? data[row] : data;
                string unit = NodesCsv.Columns[column].Unit;
                string shown = cell.ValueKind == JsonValueKind.Null ? "" : unit == "text" ? texts[cell.GetInt32()]
                    : unit == "s" ? cell.GetDecimal().ToString("0.000000000", CultureInfo.InvariantCulture) : cell.GetRawText();
                Assert.Equal(lines[row][column], shown);
            }
        }
    }

    [Fact]
    public void Cells_are_in_the_states_that_rows_went_through()
    {
        JsonElement table = Table(s_run);
        double begin = table.GetProperty("begin").GetDouble(), end = table.GetProperty("end").GetDouble(), tick = (end - begin) / table.GetProperty("ticks").GetInt32();
        string[] cells = [.. table.GetProperty("cells").EnumerateArray().Select(cell => cell.GetString()!)];
        Assert.Equal(s_run.Nodes.Count, cells.Length);
        for (int row = 0; row < cells.Length; row += 7)
        {
            (NodeState State, long At)[] transitions = [.. NodeHeatmap.Transitions(s_run.Nodes[row])];
            for (int at = 0; at <= 4096; at += 131)
            {
                double moment = begin + (at * tick);
                NodeState expected = transitions.LastOrDefault(transition => transition.At / 1e9 <= moment).State;
                // A state that begins within the tick may stand already or not yet.
                if (transitions.Any(transition => Math.Abs((transition.At / 1e9) - moment) < tick / 100)) continue;
                Assert.Equal(expected, (NodeState)StateAt(cells[row], at));
            }
        }
    }

    [Fact]
    public void What_happens_at_the_very_end_is_there_at_the_last_tick()
    {
        for (long i = 1; i <= 4000; i++)
        {
            // Ends and beginnings of all sizes, to the nanosecond.
            long end = i == 1 ? 517_491_588_668 : i * 7_919_130_017 % 40_000_000_000_000, begin = i % 2 == 0 ? 0 : end / (2 + (i % 97));
            JsonElement replay = Replayed([end], begin / 1e9, end / 1e9);
            Assert.Equal((int)NodeState.Failed, StateAt(replay.GetProperty("cells")[0].GetString()!, replay.GetProperty("ticks").GetInt32()));
            JsonElement later = Replayed([end + 1], begin / 1e9, end / 1e9);
            Assert.Equal(0, StateAt(later.GetProperty("cells")[0].GetString()!, later.GetProperty("ticks").GetInt32()));
        }
    }

    [Fact]
    public void Of_bins_every_state_is_counted_at_every_tick_and_a_cell_shows_the_worst()
    {
        // Three to a bin; each row fails at a moment of its own, the last at the end.
        long[] moments = [.. Enumerable.Range(0, 25_000).Select(row => row % 1000 == 500 ? (row + 1) * 40_000L : long.MaxValue)];
        moments[^1] = 1_000_000_000;
        JsonElement replay = Replayed(moments, 0, 1);
        int ticks = replay.GetProperty("ticks").GetInt32(), bin = replay.GetProperty("bin").GetInt32();
        Assert.Equal(3, bin);
        string[] cells = [.. replay.GetProperty("cells").EnumerateArray().Select(cell => cell.GetString()!)];
        int[] failed = [.. replay.GetProperty("totals")[(int)NodeState.Failed].EnumerateArray().Select(delta => delta.GetInt32())], before = [.. replay.GetProperty("totals")[0].EnumerateArray().Select(delta => delta.GetInt32())];
        Assert.Equal(ticks + 1, failed.Length);
        for (int tick = 0; tick <= ticks; tick++)
        {
            int count = moments.Count(moment => moment <= 1_000_000_000L * tick / ticks);
            Assert.Equal(count, failed.Take(tick + 1).Sum());
            Assert.Equal(moments.Length - count, before.Take(tick + 1).Sum());
            Assert.Equal(count, cells.Count(cell => StateAt(cell, tick) == (int)NodeState.Failed));
        }
    }

    [Fact]
    public void Causes_of_all_groups_sum_to_what_the_rows_waited()
    {
        JsonElement table = Table(s_run), groups = table.GetProperty("groupings")[1];
        int[] sizes = [.. groups.GetProperty("sizes").EnumerateArray().Select(size => size.GetInt32())];
        Assert.Equal(300, sizes.Sum());
        for (int cause = 0; cause < WarmupCauses.Count; cause++)
        {
            double seconds = s_run.Nodes.Sum(row => row.CauseNanoseconds[cause]) / 1e9;
            Assert.Equal(seconds, table.GetProperty("causes")[cause].GetProperty("seconds").GetDouble(), 1e-6);
            double means = groups.GetProperty("means")[cause].EnumerateArray().Select((mean, group) => mean.GetDouble() * sizes[group]).Sum();
            Assert.Equal(seconds, means, 1e-4 * Math.Max(1, seconds));
        }

        Assert.Equal(sizes, groups.GetProperty("groupOf").EnumerateArray().GroupBy(group => group.GetInt32()).OrderBy(group => group.Key).Select(group => group.Count()));
    }

    [Fact]
    public void Of_many_rows_those_are_picked_that_figures_lead_to_that_failed_and_that_took_longest()
    {
        int[] named = [3, 77_777];
        RowPick pick = RowPick.Of(100_000, named, row => row % 1000 == 0, row => row == 12_345 ? 9_000_000 : row);
        Assert.Equal(RowPick.MaxRows, pick.Indices.Count);
        Assert.Equal(pick.Indices.Order().Distinct(), pick.Indices);
        HashSet<int> picked = [.. pick.Indices];
        Assert.All(named.Append(12_345).Concat(Enumerable.Range(0, 100).Select(i => i * 1000)).Concat(Enumerable.Range(98_000, 2000)), row => Assert.Contains(row, picked));
        Assert.Contains("10,000 of 100,000 rows", pick.Words, StringComparison.Ordinal);
        Assert.Contains("all that did not succeed", pick.Words, StringComparison.Ordinal);
        Assert.Contains("the first 2,500 of 50,000 that did not succeed", RowPick.Of(100_000, [], row => row % 2 == 0, row => row).Words, StringComparison.Ordinal);
        Assert.Equal("", RowPick.Of(RowPick.MaxRows, [], _ => true, _ => 0).Words);
    }

    [Fact]
    public void A_page_has_no_word_that_html_or_javascript_would_read_in_its_data()
    {
        RunResult run = s_run with { Nodes = [s_run.Nodes[0] with { Message = "</script><!-- \u2028 & ' \"" }] };
        string json = Encoding.UTF8.GetString(PageJson.Of(run, new RowLinks(run)));
        Assert.DoesNotContain('<', json);
        Assert.DoesNotContain('\u2028', json);
        Assert.Contains("</script><!-- \u2028 & ' \"", JsonDocument.Parse(json).RootElement.GetProperty("tables")[0].GetProperty("texts").EnumerateArray().Select(text => text.GetString()));
    }

    private static JsonElement Table(RunResult run) => JsonDocument.Parse(PageJson.Of(run, new RowLinks(run))).RootElement.GetProperty("tables")[0];

    /// <summary>Rows that fail at these moments, nanoseconds.</summary>
    private static JsonElement Replayed(IReadOnlyList<long> moments, double beginSeconds, double endSeconds)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            Replay.Write(json, moments, _ => true, _ => "", moment => [(NodeState.Failed, moment)], [NodeState.Failed], NodeHeatmap.StateCount, beginSeconds, endSeconds);
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    /// <summary>Reads a cell as the page does: A0B3C1f.</summary>
    private static int StateAt(string cell, int tick)
    {
        int state = 0;
        for (int at = 0; at < cell.Length;)
        {
            int end = at + 1, begins = 0;
            for (; end < cell.Length && !char.IsAsciiLetterUpper(cell[end]); end++) begins = (begins * 36) + (char.IsAsciiDigit(cell[end]) ? cell[end] - '0' : cell[end] - 'a' + 10);
            if (begins <= tick) state = cell[at] - 'A';
            at = end;
        }

        return state;
    }
}
