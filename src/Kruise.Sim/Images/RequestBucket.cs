using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>A registry's request limit as it stands: tokens(t) = min(burst, tokens(t₀) + rate · (t - t₀)), full at the start.</summary>
internal sealed class RequestBucket(RequestLimitParameters limit, SimTime now)
{
    private double _tokens = limit.Burst;
    private SimTime _at = now;

    /// <summary>Takes a token for a request if that kind is limited and one is there; otherwise says how long to wait.</summary>
    public bool Admits(RequestKind kind, SimTime now, out SimTime retryAfter)
    {
        retryAfter = default;
        if (kind != RequestKind.Manifest && limit.Counted != CountedRequests.All)
        {
            return true;
        }

        _tokens = Math.Min(limit.Burst, _tokens + (limit.RequestsPerSecond * (now - _at).Seconds));
        _at = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }

        // HTTP's Retry-After counts whole seconds.
        retryAfter = limit.RetryAfter ?? SimTime.FromSeconds(Math.Ceiling((1 - _tokens) / limit.RequestsPerSecond));
        return false;
    }
}
