using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>Holds a client to its requests per second: client-go's token bucket, in which every request has its turn reserved when it arrives.</summary>
/// <param name="perSecond">Requests per second in the long run; positive.</param>
/// <param name="burst">Requests at once after a pause; at least 1.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestLimiter(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly TokenBucket _bucket = new(perSecond, burst);

    /// <summary>Waits for the request's turn; returns how long that took.</summary>
    public async ValueTask<TimeSpan> WaitAsync(CancellationToken cancellationToken)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        DateTime turn;
        lock (_lock)
        {
            turn = _bucket.Reserve(now);
        }

        TimeSpan wait = turn - now;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }

        return wait;
    }
}
