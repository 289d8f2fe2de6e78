using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>How a registry's congested egress is shared between pulls.</summary>
internal enum EgressSharing
{
    /// <summary>Max-min fair, as with fair queueing on the link.</summary>
    Fair = 0,

    /// <summary>
    /// One first-in-first-out queue: some pulls get more than others, and a part of the egress is lost. See <see cref="RegistryParameters.FifoSpread"/>.
    /// </summary>
    Fifo = 1,
}

/// <summary>Which requests count against a registry's request limit.</summary>
internal enum CountedRequests
{
    /// <summary>Manifest downloads only, which is what Docker Hub calls a pull (docker/docs pull request 20788); HEAD requests are free.</summary>
    Manifests = 0,

    /// <summary>Every request: token, resolve, manifest, config and layers.</summary>
    All = 1,
}

/// <summary>A request limit: a token bucket that is full at the start.</summary>
internal sealed record RequestLimitParameters
{
    /// <summary>Requests per second that the bucket gains; positive.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Requests that the bucket holds; at least 1.</summary>
    public required int Burst { get; init; }

    public CountedRequests Counted { get; init; } = CountedRequests.Manifests;

    /// <summary>The Retry-After of a 429; null: the time to the next request that could succeed, in whole seconds.</summary>
    public SimTime? RetryAfter { get; init; }
}

/// <summary>A token endpoint: a pull first meets a challenge (one round trip to the registry) and then fetches a token.</summary>
internal sealed record TokenParameters
{
    /// <summary>Round trips to the endpoint, a new connection included.</summary>
    public int RoundTrips { get; init; } = 3;

    /// <summary>What the endpoint takes beyond the round trips.</summary>
    public LatencyDistribution Latency { get; init; } = LatencyDistribution.Zero;
}

/// <summary>What a registry is like. Rates are bytes on the wire per second.</summary>
internal sealed record RegistryParameters
{
    /// <summary>The host in references.</summary>
    public required string Name { get; init; }

    /// <summary>What the registry can send; infinite when it never limits.</summary>
    public double EgressBytesPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>What one connection can carry; infinite when it never limits.</summary>
    public double PerConnectionBytesPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>From a node to the registry and back.</summary>
    public SimTime RoundTrip { get; init; }

    /// <summary>What the registry takes to answer a request, beyond the round trip.</summary>
    public LatencyDistribution ServerLatency { get; init; } = LatencyDistribution.Zero;

    /// <summary>Null when pulls need no token.</summary>
    public TokenParameters? Token { get; init; }

    /// <summary>Null when requests are not limited.</summary>
    public RequestLimitParameters? RequestLimit { get; init; }

    /// <summary>The probability that a request is answered with 500, in [0, 1].</summary>
    public double ErrorRate { get; init; }

    public EgressSharing Sharing { get; init; } = EgressSharing.Fair;

    /// <summary>
    /// With <see cref="EgressSharing.Fifo"/>: the time of the slowest of many equal pulls that began together over the time of the fastest, in [1, 4).
    /// Default 2.2, measured: containerd 1.6.20 nodes behind one FIFO token-bucket queue differed by up to 2.2 times.
    /// </summary>
    public double FifoSpread { get; init; } = 2.2;

    /// <summary>
    /// With <see cref="EgressSharing.Fifo"/>: the share of the egress that is put to use, in (0, 1]. Default 0.92: in the same measurement fleets ended 6 to
    /// 11 % after the time of fair sharing, 1 / 1.085.
    /// </summary>
    public double FifoEfficiency { get; init; } = 0.92;

    /// <summary>The first value that is out of range, in words; null when all is well.</summary>
    public string? Problem => this switch
    {
        { EgressBytesPerSecond: not > 0 } => "egress must be positive",
        { PerConnectionBytesPerSecond: not > 0 } => "the limit per connection must be positive",
        { RoundTrip.Nanoseconds: < 0 } => "the round trip must not be negative",
        { ErrorRate: not (>= 0 and <= 1) } => "the error rate must lie in [0, 1]",
        { FifoSpread: not (>= 1 and < Registry.Levels) } => "the spread of fifo sharing must lie in [1, 4)",
        { FifoEfficiency: not (> 0 and <= 1) } => "the efficiency of fifo sharing must lie in (0, 1]",
        { RequestLimit.RequestsPerSecond: not > 0 } => "the request limit must be a positive number per second",
        { RequestLimit.Burst: < 1 } => "the burst of the request limit must be at least 1",
        { Token.RoundTrips: < 1 } => "a token takes at least 1 round trip",
        _ => null,
    };
}

/// <summary>What is wrong with a registry during an outage.</summary>
internal enum OutageKind
{
    /// <summary>Nobody listens: new connections are refused, and those that are open are reset when the window begins.</summary>
    Refuse = 0,

    /// <summary>Requests get no answer and bytes stop flowing until the window ends; callers may time out before.</summary>
    Hang = 1,

    /// <summary>Egress is divided and latency multiplied by <see cref="OutageWindow.Factor"/>.</summary>
    Slow = 2,
}

/// <summary>
/// A time in which a registry misbehaves, from <paramref name="From"/> until just before <paramref name="Until"/>. Where windows overlap, refusing goes before
/// hanging, hanging before slowness, and the factors of slow windows multiply. <paramref name="Factor"/>, at least 1, is for
/// <see cref="OutageKind.Slow"/> only; an infinite egress stays infinite.
/// </summary>
internal sealed record OutageWindow(OutageKind Kind, SimTime From, SimTime Until, double Factor = 1);
