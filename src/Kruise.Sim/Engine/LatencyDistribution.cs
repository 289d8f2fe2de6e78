using System.Collections.Concurrent;
using Kruise.Core.Reconciling;
using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Engine;

/// <summary>
/// How long something takes: a constant, or log-normal given its median and its 99th percentile.
/// </summary>
/// <remarks>
/// A log-normal length is exp(μ + σZ) with Z standard normal, so μ = ln p50 and σ = (ln p99 - ln p50) / z with z = Φ⁻¹(0.99). A draw takes one of
/// 4096 quantiles, at the probabilities (i + ½) / 4096, out of a table of whole nanoseconds that is computed once for each pair of percentiles:
/// nothing transcendental is computed in a run, so draws agree from machine to machine, and a draw allocates nothing.
/// </remarks>
internal sealed record LatencyDistribution
{
    private const int IndexBits = 12;

    private static readonly ConcurrentDictionary<(long P50, long P99), LatencyDistribution> Known = new();

    private readonly long[]? _nanoseconds;

    private LatencyDistribution(SimTime p50, SimTime p99)
    {
        P50 = p50;
        P99 = p99;
        if (p50 == p99)
        {
            return;
        }

        double mu = Math.Log(p50.Nanoseconds);
        double sigma = (Math.Log(p99.Nanoseconds) - mu) / Normal.InvCDF(0, 1, 0.99);
        _nanoseconds = new long[1 << IndexBits];
        for (int i = 0; i < _nanoseconds.Length; i++)
        {
            _nanoseconds[i] = (long)Math.Round(MathNet.Numerics.Distributions.LogNormal.InvCDF(mu, sigma, (i + 0.5) / _nanoseconds.Length));
        }
    }

    /// <summary>No time at all.</summary>
    public static LatencyDistribution Zero { get; } = Constant(SimTime.Zero);

    public SimTime P50 { get; }

    public SimTime P99 { get; }

    /// <summary>Always the same length, not negative.</summary>
    public static LatencyDistribution Constant(SimTime length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length.Nanoseconds, nameof(length));
        return Known.GetOrAdd((length.Nanoseconds, length.Nanoseconds), static _ => new LatencyDistribution(new SimTime(_.P50), new SimTime(_.P99)));
    }

    /// <summary>Log-normal; 0 &lt; <paramref name="p50"/> ≤ <paramref name="p99"/>, or both 0.</summary>
    public static LatencyDistribution LogNormal(SimTime p50, SimTime p99)
    {
        if (p50 == p99)
        {
            return Constant(p50);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p50.Nanoseconds, nameof(p50));
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, p50);
        return Known.GetOrAdd((p50.Nanoseconds, p99.Nanoseconds), static _ => new LatencyDistribution(new SimTime(_.P50), new SimTime(_.P99)));
    }

    /// <summary>The distribution of a length that is so many times as long.</summary>
    public LatencyDistribution Times(double factor) => factor == 1
        ? this
        : LogNormal(new SimTime((long)Math.Round(P50.Nanoseconds * factor)), new SimTime((long)Math.Round(P99.Nanoseconds * factor)));

    /// <summary>A length drawn from the distribution; a constant draws nothing from the stream.</summary>
    public SimTime Sample(RandomStream random) =>
        _nanoseconds is null ? P50 : new SimTime(_nanoseconds[random.NextUInt64() >> (64 - IndexBits)]);

    public bool Equals(LatencyDistribution? other) => other is not null && P50 == other.P50 && P99 == other.P99;

    public override int GetHashCode() => HashCode.Combine(P50, P99);
}
