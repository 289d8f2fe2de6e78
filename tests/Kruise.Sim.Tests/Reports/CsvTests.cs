using System.Globalization;
using System.Text;
using CsCheck;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class CsvTests
{
    [Fact]
    public void Causes_sum_to_the_warm_up_time_in_decimal_to_the_last_digit()
    {
        List<string[]> rows = Parse(Nodes(new SyntheticRun { Nodes = 500, FailEvery = 11, Outage = (20, 50) }.Build().Nodes));
        int warmup = Array.IndexOf(rows[0], "warmupSeconds"), first = Array.IndexOf(rows[0], "waitingForSlotSeconds");
        Assert.Equal(501, rows.Count);
        Assert.Equal(first + WarmupCauses.Count, rows[0].Length);
        foreach (string[] row in rows.Skip(1))
            Assert.Equal(decimal.Parse(row[warmup], CultureInfo.InvariantCulture), row[first..].Sum(cell => decimal.Parse(cell, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Every_row_has_a_cell_for_every_column_and_an_unfinished_one_leaves_its_times_empty()
    {
        List<string[]> rows = Parse(Nodes(new SyntheticRun { Nodes = 60, DeadEvery = 20 }.Build().Nodes));
        Assert.Equal(NodesCsv.Columns.Select(column => column.Name), rows[0]);
        Assert.All(rows, row => Assert.Equal(rows[0].Length, row.Length));
        string[] dead = rows.First(row => row[Array.IndexOf(rows[0], "outcome")] == "unfinished");
        Assert.Equal("", dead[Array.IndexOf(rows[0], "startedSeconds")]);
        Assert.Equal("", dead[Array.IndexOf(rows[0], "warmupSeconds")]);
        Assert.NotEqual("", dead[Array.IndexOf(rows[0], "dispatchedSeconds")]);
    }

    [Fact]
    public void Texts_with_commas_quotes_and_line_ends_read_back_as_they_were() =>
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char[",\"\n\ré漢"]), 0, 3000].Array[1, 5].Sample(cells =>
        {
            using MemoryStream stream = new();
            using (CsvWriter csv = new(stream))
            {
                foreach (string cell in cells) csv.Cell(cell);
                csv.EndRow();
            }

            Assert.Equal(cells, Assert.Single(Parse(Encoding.UTF8.GetString(stream.ToArray()))));
        }, iter: 300);

    [Theory]
    [InlineData(0L, "0.000000000")]
    [InlineData(1L, "0.000000001")]
    [InlineData(-1_500_000_000L, "-1.500000000")]
    [InlineData(7_200_000_000_001L, "7200.000000001")]
    [InlineData(long.MaxValue, "9223372036.854775807")]
    [InlineData(long.MinValue, "-9223372036.854775808")]
    public void Nanoseconds_are_written_as_seconds_with_nine_decimals(long nanoseconds, string expected)
    {
        using MemoryStream stream = new();
        using (CsvWriter csv = new(stream)) csv.Seconds(nanoseconds);
        Assert.Equal(expected, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void The_series_has_two_columns_for_each_registry_and_an_unlimited_one_leaves_its_limit_empty()
    {
        RunResult run = new SyntheticRun().Build();
        run.Series.RegistryLimitBytesPerSecond[0][5] = double.PositiveInfinity;
        using MemoryStream stream = new();
        SeriesCsv.Write(stream, run.Series, run.Registries);
        List<string[]> rows = Parse(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(["bytesPerSecond[docker.io]", "limitBytesPerSecond[docker.io]"], rows[0][^2..]);
        Assert.Equal(run.Series.Seconds.Length + 1, rows.Count);
        Assert.Equal("", rows[6][^1]);
        Assert.Equal(run.Series.Succeeded[^1].ToString(CultureInfo.InvariantCulture), rows[^1][2]);
    }

    [Fact]
    public void A_row_costs_no_memory()
    {
        IReadOnlyList<NodeRow> rows = new SyntheticRun { Nodes = 10_000, Parallelism = 100 }.Build().Nodes;
        NodesCsv.Write(Stream.Null, rows);
        long before = GC.GetAllocatedBytesForCurrentThread();
        NodesCsv.Write(Stream.Null, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static string Nodes(IReadOnlyList<NodeRow> rows)
    {
        using MemoryStream stream = new();
        NodesCsv.Write(stream, rows);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A reader of RFC 4180, independent of the writer.</summary>
    private static List<string[]> Parse(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (quoted && letter == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
            else if (letter == '"') quoted = !quoted;
            else if (quoted || letter is not (',' or '\n')) cell.Append(letter);
            else
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (letter == ',') continue;
                rows.Add([.. row]);
                row.Clear();
            }
        }

        return rows;
    }
}
