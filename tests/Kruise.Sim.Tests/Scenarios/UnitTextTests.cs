using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class UnitTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("600B", 600)]
    [InlineData("1kB", 1_000)]
    [InlineData("27MB", 27_000_000)]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("2TB", 2_000_000_000_000)]
    [InlineData("1KiB", 1024)]
    [InlineData("64MiB", 67_108_864)]
    [InlineData("1GiB", 1_073_741_824)]
    [InlineData("0.5TiB", 549_755_813_888)]
    [InlineData("128Mi", 134_217_728)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("3Ki", 3072)]
    [InlineData("0.0001kB", 0)]
    [InlineData("0.0005kB", 1)]
    public void Sizes_are_whole_bytes(string text, long bytes)
    {
        Assert.Null(UnitText.Parse(text, out DataSize size));
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData("8bps", 1)]
    [InlineData("1kbps", 125)]
    [InlineData("100Mbps", 12.5e6)]
    [InlineData("10Gbps", 1.25e9)]
    [InlineData("1Tbps", 1.25e11)]
    [InlineData("1Bps", 1)]
    [InlineData("5kBps", 5e3)]
    [InlineData("400MBps", 4e8)]
    [InlineData("1.25GBps", 1.25e9)]
    [InlineData("64MiBps", 67_108_864)]
    public void Bandwidths_are_bytes_per_second(string text, double bytesPerSecond)
    {
        Assert.Null(UnitText.Parse(text, out Bandwidth bandwidth));
        Assert.Equal(bytesPerSecond, bandwidth.BytesPerSecond);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("1ns", 1)]
    [InlineData("10us", 10_000)]
    [InlineData("10µs", 10_000)]
    [InlineData("250ms", 250_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("1.s", 1_000_000_000)]
    [InlineData("3m", 180_000_000_000)]
    [InlineData("1h30m", 5_400_000_000_000)]
    [InlineData("1h0m1.25s", 3_601_250_000_000)]
    public void Durations_are_read_as_Go_does(string text, long nanoseconds)
    {
        Assert.Null(UnitText.Parse(text, out SimTime time));
        Assert.Equal(nanoseconds, time.Nanoseconds);
    }

    [Theory]
    [InlineData("0", 10, 0)]
    [InlineData("3", 10, 3)]
    [InlineData("30", 10, 10)]
    [InlineData("0%", 10, 0)]
    [InlineData("25%", 10, 3)]
    [InlineData("12.5%", 8, 1)]
    [InlineData("0.1%", 3000, 3)]
    [InlineData("0.01%", 100_000, 10)]
    [InlineData("100%", 7, 7)]
    public void Shares_are_rounded_up_and_never_more_than_all(string text, int total, int expected)
    {
        Assert.Null(UnitText.Parse(text, out CountOrPercent share));
        Assert.Equal(expected, share.Of(total));
    }

    [Theory]
    [InlineData("27", "\"27\" has no unit")]
    [InlineData("", "\"\" is not a size")]
    [InlineData("MB", "\"MB\" is not a size")]
    [InlineData("-1MB", "\"-1MB\" is negative")]
    [InlineData("27 MB", "\"27 MB\" has a space before its unit", "27MB")]
    [InlineData("27mb", "\"27mb\" has the unknown unit \"mb\"", "27MB")]
    [InlineData("1e3MB", "\"1e3MB\" has the unknown unit \"e3MB\"")]
    [InlineData("1.2.3MB", "\"1.2.3MB\" has the unknown unit \".3MB\"")]
    [InlineData(".MB", "\".MB\" is not a size")]
    [InlineData("99999999TiB", "\"99999999TiB\" is too large")]
    [InlineData("99999999999999999999999999MB", "\"99999999999999999999999999MB\" is not a size")]
    public void Wrong_sizes_are_named(string text, string found, string? suggestion = null)
    {
        Finding? wrong = UnitText.Parse(text, out DataSize _);
        Assert.Equal(found, wrong?.Found);
        Assert.Equal(suggestion, wrong?.Suggestion);
        Assert.NotNull(wrong?.Allowed);
    }

    [Theory]
    [InlineData("10", "\"10\" has no unit")]
    [InlineData("10Gb", "\"10Gb\" has the unknown unit \"Gb\"", "10Gbps")]
    [InlineData("10GB", "\"10GB\" has the unknown unit \"GB\"", "10GBps")]
    [InlineData("10Gbs", "\"10Gbs\" has the unknown unit \"Gbs\"", "10Gbps")]
    public void Wrong_bandwidths_are_named(string text, string found, string? suggestion = null)
    {
        Finding? wrong = UnitText.Parse(text, out Bandwidth _);
        Assert.Equal(found, wrong?.Found);
        Assert.Equal(suggestion, wrong?.Suggestion);
        Assert.Contains("bits per second", wrong?.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3", "\"3\" has no unit", "3s")]
    [InlineData("-3m", "\"-3m\" is negative")]
    [InlineData("3min", "\"3min\" has the unknown unit \"min\"", "3m")]
    [InlineData("3 s", "\"3 s\" has the unknown unit \" s\"", "3s")]
    [InlineData("s", "\"s\" is not a duration")]
    [InlineData("1h30", "\"1h30\" has no unit")]
    [InlineData("9999999h", "\"9999999h\" is too long")]
    public void Wrong_durations_are_named(string text, string found, string? suggestion = null)
    {
        Finding? wrong = UnitText.Parse(text, out SimTime _);
        Assert.Equal(found, wrong?.Found);
        Assert.Equal(suggestion, wrong?.Suggestion);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("%")]
    [InlineData("half")]
    [InlineData("3000000000")]
    [InlineData("1.5")]
    public void Wrong_shares_are_named(string text) => Assert.NotNull(UnitText.Parse(text, out CountOrPercent _));

    [Fact]
    public void What_is_written_reads_back()
    {
        foreach (long n in new[] { 0, 1, 600, 1_000, 27_000_000, 67_108_864, 1_234_567_891, long.MaxValue / 1024 })
        {
            Assert.Null(UnitText.Parse(UnitText.Format(new DataSize(n)), out DataSize size));
            Assert.Equal(n, size.Bytes);
            Assert.Null(UnitText.Parse(UnitText.Format(new SimTime(n)), out SimTime time));
            Assert.Equal(n, time.Nanoseconds);
            Assert.Null(UnitText.Parse(UnitText.Format(new Bandwidth(n / 8.0)), out Bandwidth bandwidth));
            Assert.Equal(n / 8.0, bandwidth.BytesPerSecond, 1e-12 * (1 + n));
        }

        Assert.Equal("27MB", UnitText.Format(new DataSize(27_000_000)));
        Assert.Equal("64MiB", UnitText.Format(new DataSize(67_108_864)));
        Assert.Equal("1Gbps", UnitText.Format(new Bandwidth(125e6)));
        Assert.Equal("1h30m", UnitText.Format(SimTime.FromSeconds(5400)));
        Assert.Equal("22.5ms", UnitText.Format(SimTime.FromMilliseconds(22.5)));
    }
}
