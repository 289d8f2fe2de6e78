using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public sealed class HumanTests
{
    [Theory]
    [InlineData(0, "+0 %")]
    [InlineData(0.0004, "+0.04 %")]
    [InlineData(-0.00000123, "−0.00012 %")]
    [InlineData(0.0996, "+10 %")]
    [InlineData(-0.147, "−14.7 %")]
    [InlineData(12.345, "+1,234.5 %")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void A_relative_difference_is_nothing_only_where_there_is_none(double share, string words) => Assert.Equal(words, Human.RelativeDifference(share));

    [Theory]
    [InlineData("warmup.seconds.p99", 90.0, "1 min 30 s", "+1 min 30 s")]
    [InlineData("registries.hub.peakBytesPerSecond", 1.25e9, "10.0 Gbit/s", "+10.0 Gbit/s")]
    [InlineData("controlPlane.apiWrites", 7669.2, "7,669", "+7,669")]
    [InlineData("nodes.failed", 0.0, "0", "0")]
    [InlineData("warmup.seconds.p99", double.PositiveInfinity, "never", "+never")]
    public void A_metric_is_put_into_the_words_of_its_unit(string metric, double value, string words, string difference)
    {
        Assert.Equal(words, Human.Metric(metric, value));
        if (double.IsFinite(value)) Assert.Equal(difference, Human.Difference(metric, value));
    }

    [Fact]
    public void A_metric_that_is_not_there_is_a_dash() => Assert.Equal(("–", "–"), (Human.Metric("nodes.failed", null), Human.Metric("nodes.failed", double.NaN)));
}
