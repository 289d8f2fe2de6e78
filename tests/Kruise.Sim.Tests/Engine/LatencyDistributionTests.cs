using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Xunit;

namespace Kruise.Sim.Tests.Engine;

public sealed class LatencyDistributionTests
{
    private static readonly LatencyDistribution FiveToFifty = LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50));

    [Fact]
    public void DrawsHaveThePercentilesAskedFor()
    {
        RandomStream random = RandomStream.Named(1, "latency");
        double[] draws = [.. Enumerable.Range(0, 200_000).Select(_ => FiveToFifty.Sample(random).Seconds).Order()];

        Assert.Equal(0.005, draws[draws.Length / 2], 0.0001);
        Assert.Equal(0.050, draws[draws.Length * 99 / 100], 0.002);

        // The mean of a log-normal is exp(μ + σ²/2), here with σ = ln 10 / 2.3263; the table ends at the quantile 1 - 1/8192.
        Assert.Equal(0.005 * Math.Exp(Math.Pow(Math.Log(10) / 2.32635, 2) / 2), draws.Average(), 0.0002);
    }

    [Fact]
    public void AConstantDrawsNothing()
    {
        var random = new RandomStream(7);
        Assert.Equal(SimTime.FromSeconds(2), LatencyDistribution.Constant(SimTime.FromSeconds(2)).Sample(random));
        Assert.Equal(new RandomStream(7).NextUInt64(), random.NextUInt64());
    }

    [Fact]
    public void EqualPercentilesAreOneDistribution()
    {
        Assert.Same(FiveToFifty, LatencyDistribution.LogNormal(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50)));
        Assert.Same(LatencyDistribution.Constant(SimTime.FromSeconds(1)), LatencyDistribution.LogNormal(SimTime.FromSeconds(1), SimTime.FromSeconds(1)));
    }

    [Fact]
    public void ADrawAllocatesNothing()
    {
        var random = new RandomStream(7);
        long sum = FiveToFifty.Sample(random).Nanoseconds;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            sum += FiveToFifty.Sample(random).Nanoseconds;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(sum > 0);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 4)]
    [InlineData(-1, -1)]
    public void PercentilesOutOfOrderAreRefused(long p50, long p99) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LatencyDistribution.LogNormal(new SimTime(p50), new SimTime(p99)));
}
