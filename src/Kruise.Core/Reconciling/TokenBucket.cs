namespace Kruise.Core.Reconciling;

/// <summary>
/// A token bucket: <c>burst</c> permits at once, refilled at a steady rate. Over any span of t seconds it grants at most
/// <c>rate · t + burst</c> permits. Kept as the moment at which the bucket will be full again (the generic cell rate algorithm, ITU-T
/// I.371), so it is exact in whole ticks of 100 ns and idle buckets cost nothing; the time between permits is rounded up to a tick.
/// </summary>
public sealed class TokenBucket
{
    private readonly long _ticksPerPermit;
    private readonly int _burst;
    private long _fullAtTicks;

    /// <summary>A full bucket.</summary>
    /// <param name="permitsPerSecond">The rate; positive infinity for no limit.</param>
    /// <param name="burst">The size, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The burst is below 1, or an empty bucket would not fill within 1,000 years.</exception>
    public TokenBucket(double permitsPerSecond, int burst)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        if (!(permitsPerSecond > 0 && burst / permitsPerSecond <= 1000 * 365 * 86_400.0))
        {
            throw new ArgumentOutOfRangeException(nameof(permitsPerSecond), permitsPerSecond, "The rate must be positive.");
        }

        _ticksPerPermit = (long)Math.Ceiling(TimeSpan.TicksPerSecond / permitsPerSecond);
        _burst = burst;
    }

    /// <summary>When <paramref name="permits"/> permits will be there together, if nobody takes one until then; not before <paramref name="now"/>.</summary>
    public DateTime AvailableAt(DateTime now, int permits = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, _burst);
        long at = _fullAtTicks - ((_burst - permits) * _ticksPerPermit);
        return at <= now.Ticks ? now : new DateTime(at, now.Kind);
    }

    /// <summary>Takes a permit, now or in the future, and says from when on it may be used. Permits go out in the order of the calls.</summary>
    public DateTime Reserve(DateTime now)
    {
        DateTime at = AvailableAt(now);
        _fullAtTicks = Math.Max(_fullAtTicks, now.Ticks) + _ticksPerPermit;
        return at;
    }

    /// <summary>Takes a permit if one is there now.</summary>
    public bool TryTake(DateTime now)
    {
        if (AvailableAt(now) > now)
        {
            return false;
        }

        Reserve(now);
        return true;
    }
}
