using CsCheck;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

public class RateLimitTests
{
    private static readonly DateTime T0 = new(2021, 3, 4, 0, 0, 0, DateTimeKind.Utc);
    private static readonly ObjectKey A = new("", "a"), B = new("", "b");

    [Fact]
    public void Back_off_doubles_from_5_ms_to_1000_s_and_is_forgotten()
    {
        var backoff = ItemBackoff.ForControllers();
        double[] seconds = [.. Enumerable.Range(0, 20).Select(_ => backoff.Next(A).TotalSeconds)];
        Assert.Equal([.. Enumerable.Range(0, 20).Select(n => Math.Min(0.005 * Math.Pow(2, n), 1000))], seconds);
        Assert.Equal(20, backoff.Failures(A));
        Assert.Equal(0.005, backoff.Next(B).TotalSeconds);
        backoff.Forget(A);
        Assert.Equal(0, backoff.Failures(A));
        Assert.Equal(0.005, backoff.Next(A).TotalSeconds);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 8)]
    [InlineData(4, 16)]
    [InlineData(5, 30)]
    [InlineData(61, 30)]
    [InlineData(62, 30)]
    [InlineData(int.MaxValue, 30)]
    public void Delay_never_overflows(int failures, double seconds) =>
        Assert.Equal(seconds, ItemBackoff.Delay(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), failures).TotalSeconds);

    [Fact]
    public void A_bucket_gives_its_burst_at_once_and_then_its_rate()
    {
        var bucket = new TokenBucket(0.5, 5);
        double[] at = [.. Enumerable.Range(0, 8).Select(_ => (bucket.Reserve(T0) - T0).TotalSeconds)];
        Assert.Equal([0, 0, 0, 0, 0, 2, 4, 6], at);
    }

    [Fact]
    public void An_empty_bucket_refuses_until_a_permit_is_there()
    {
        var bucket = new TokenBucket(0.5, 5);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(bucket.TryTake(T0));
        }

        Assert.False(bucket.TryTake(T0.AddSeconds(1.9999999)));
        Assert.Equal(T0.AddSeconds(2), bucket.AvailableAt(T0));
        Assert.Equal(T0.AddSeconds(4), bucket.AvailableAt(T0, 2));
        Assert.True(bucket.TryTake(T0.AddSeconds(2)));
        Assert.False(bucket.TryTake(T0.AddSeconds(2)));
    }

    [Fact]
    public void An_unlimited_bucket_never_waits()
    {
        var bucket = new TokenBucket(double.PositiveInfinity, 1);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(T0, bucket.Reserve(T0));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1e-12, 1)]
    [InlineData(1, 0)]
    public void Senseless_limits_are_refused(double permitsPerSecond, int burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBucket(permitsPerSecond, burst));

    [Fact]
    public void No_span_sees_more_than_rate_times_span_plus_burst_and_no_permit_comes_later_than_it_must()
    {
        Gen.Select(Gen.Double[0.01, 1000], Gen.Int[1, 20], Gen.Int[0, 3_000_000].Array[1, 60]).Sample(
            (rate, burst, gaps) =>
            {
                var bucket = new TokenBucket(rate, burst);
                DateTime now = T0;
                var granted = new List<DateTime>();
                double tokens = burst;
                DateTime last = T0;
                foreach (int gap in gaps)
                {
                    now = now.AddTicks(gap * 10L);
                    DateTime at = bucket.Reserve(now);
                    granted.Add(at);

                    // The textbook bucket, in floating point: refill, take one, wait for the debt.
                    tokens = Math.Min(burst, tokens + ((now - last).TotalSeconds * rate)) - 1;
                    last = now;
                    double expected = tokens >= 0 ? 0 : -tokens / rate;
                    Assert.Equal(expected, (at - now).TotalSeconds, 1e-4);
                }

                for (int i = 0; i < granted.Count; i++)
                {
                    for (int j = i; j < granted.Count; j++)
                    {
                        Assert.True(j - i + 1 <= ((granted[j] - granted[i]).TotalSeconds * rate) + burst + 1e-9);
                    }
                }
            },
            iter: 400);
    }

    [Fact]
    public void The_controllers_limiter_is_the_later_of_both()
    {
        var limiter = RateLimiter.ForControllers();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(T0.AddMilliseconds(5), limiter.Next(new ObjectKey("", "k" + i), T0));
        }

        Assert.Equal(T0.AddMilliseconds(100), limiter.Next(A, T0));
        Assert.Equal(T0.AddMilliseconds(200), limiter.Next(A, T0));
        Assert.Equal(2, limiter.Failures(A));
        Assert.Equal(T0.AddHours(1).AddMilliseconds(20), limiter.Next(A, T0.AddHours(1)));
        limiter.Forget(A);
        Assert.Equal(0, limiter.Failures(A));
    }
}
