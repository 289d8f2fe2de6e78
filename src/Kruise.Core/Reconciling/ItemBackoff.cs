using System.Runtime.InteropServices;

namespace Kruise.Core.Reconciling;

/// <summary>
/// Exponential back-off per key: the n-th failure in a row waits <c>baseDelay · 2^(n-1)</c>, at most <c>maxDelay</c> (client-go's item
/// exponential failure limiter).
/// </summary>
public sealed class ItemBackoff
{
    private readonly Dictionary<ObjectKey, int> _failures = [];
    private readonly TimeSpan _baseDelay;
    private readonly TimeSpan _maxDelay;

    /// <summary>A back-off from <paramref name="baseDelay"/> to <paramref name="maxDelay"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A delay is not positive, or the base is above the maximum.</exception>
    public ItemBackoff(TimeSpan baseDelay, TimeSpan maxDelay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(baseDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay, baseDelay);
        _baseDelay = baseDelay;
        _maxDelay = maxDelay;
    }

    /// <summary>client-go's default for controllers: 5 ms doubling to 1,000 s.</summary>
    public static ItemBackoff ForControllers() => new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));

    /// <summary>Counts a failure of the key and says how long to wait because of it.</summary>
    public TimeSpan Next(ObjectKey key)
    {
        ref int failures = ref CollectionsMarshal.GetValueRefOrAddDefault(_failures, key, out _);
        return Delay(_baseDelay, _maxDelay, failures++);
    }

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Failures(ObjectKey key) => _failures.GetValueOrDefault(key);

    /// <summary>Forgets the key's failures; call it when a reconcile succeeded.</summary>
    public void Forget(ObjectKey key) => _failures.Remove(key);

    /// <summary><c>min(baseDelay · 2^earlierFailures, maxDelay)</c>.</summary>
    public static TimeSpan Delay(TimeSpan baseDelay, TimeSpan maxDelay, int earlierFailures)
    {
        // Compared by shifting the maximum down: the delay itself would overflow.
        return earlierFailures >= 62 || baseDelay.Ticks > maxDelay.Ticks >> earlierFailures
            ? maxDelay
            : TimeSpan.FromTicks(baseDelay.Ticks << earlierFailures);
    }
}
