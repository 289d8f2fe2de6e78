namespace Kruise.Core.Reconciling;

/// <summary>When a key whose reconcile failed may be looked at again: the later of its own back-off and of a token bucket for all keys.</summary>
public sealed class RateLimiter(ItemBackoff backoff, TokenBucket bucket)
{
    /// <summary>client-go's default for controllers: 5 ms doubling to 1,000 s per key, 10 retries a second with a burst of 100 for all.</summary>
    public static RateLimiter ForControllers() => new(ItemBackoff.ForControllers(), new TokenBucket(10, 100));

    /// <summary>Counts a failure of the key and says from when on it may be looked at again.</summary>
    public DateTime Next(ObjectKey key, DateTime now)
    {
        DateTime byItem = now + backoff.Next(key);
        DateTime byBucket = bucket.Reserve(now);
        return byItem >= byBucket ? byItem : byBucket;
    }

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Failures(ObjectKey key) => backoff.Failures(key);

    /// <summary>Forgets the key's failures; call it when a reconcile succeeded.</summary>
    public void Forget(ObjectKey key) => backoff.Forget(key);
}
