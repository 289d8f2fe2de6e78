using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>What shares the limit of layer downloads at a time.</summary>
internal enum DownloadLimitScope
{
    /// <summary>Each pull has its own limit; a pull that waits for a layer of another holds a place meanwhile.</summary>
    Image = 0,

    /// <summary>All pulls of a node share one limit; waiting for a layer of another pull holds no place.</summary>
    Node = 1,
}

/// <summary>When a pull may begin to unpack.</summary>
internal enum UnpackStart
{
    /// <summary>As soon as the next layer in order has arrived whole, while later layers download.</summary>
    LayerArrived = 0,

    /// <summary>When every layer has arrived.</summary>
    AllArrived = 1,
}

/// <summary>What a runtime does by itself when a request fails, before it reports the pull as failed.</summary>
internal sealed record RetryParameters
{
    /// <summary>Requests sent in all while the answer is 429; at least 1. They follow each other at once.</summary>
    public int TooManyRequestsAttempts { get; init; } = 1;

    /// <summary>Whether a repeated request waits as long as the 429 before it asked for (Retry-After) instead of following at once.</summary>
    public bool HonoursRetryAfter { get; init; }

    /// <summary>Requests sent in all for a layer while it fails by a 5xx, a time-out or a refused or reset connection; at least 1.</summary>
    public int LayerAttempts { get; init; } = 1;

    /// <summary>The n-th of these waits n times this long.</summary>
    public SimTime LayerDelayStep { get; init; }
}

/// <summary>What a node's container runtime is like. <see cref="RuntimePresets"/> has named sets of values.</summary>
internal sealed record RuntimeParameters
{
    /// <summary>Layer downloads at a time; at least 1.</summary>
    public int MaxConcurrentDownloads { get; init; } = 3;

    public DownloadLimitScope DownloadLimitScope { get; init; }

    public UnpackStart UnpackStart { get; init; }

    /// <summary>A layer above this size is fetched in parts of it at the same time, each over its own connection; null: one connection per layer.</summary>
    public long? ChunkBytes { get; init; }

    /// <summary>What a call into the runtime takes; drawn once for each pull.</summary>
    public LatencyDistribution CallLatency { get; init; } = LatencyDistribution.Zero;

    /// <summary>What a pull takes in the runtime whatever its size.</summary>
    public double FixedSeconds { get; init; }

    /// <summary>Round trips until the first request can be sent.</summary>
    public int ConnectRoundTrips { get; init; } = 2;

    /// <summary>What unpacking a layer takes besides its bytes and files: preparing and committing its snapshot.</summary>
    public double LayerSeconds { get; init; }

    /// <summary>Payload over bytes on the wire, in (0, 1].</summary>
    public double PayloadShare { get; init; } = 1;

    /// <summary>Uncompressed bytes per second at which one thread unpacks content that does not compress.</summary>
    public double UnpackIncompressibleBytesPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>Uncompressed bytes per second at which one thread unpacks text.</summary>
    public double UnpackTextBytesPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>What creating one file adds to unpacking.</summary>
    public double SecondsPerFile { get; init; }

    /// <summary>What the node's disk can write; shared by the pulls that unpack at the same time.</summary>
    public double DiskWriteBytesPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>How long the runtime waits for an answer to a request.</summary>
    public SimTime RequestTimeout { get; init; } = SimTime.FromSeconds(30);

    public RetryParameters Retry { get; init; } = new();

    /// <summary>The same runtime on a machine that is slower by a factor: what it computes and writes takes so much longer, what the network does not.</summary>
    public RuntimeParameters Slowed(double factor) => factor == 1 ? this : this with
    {
        CallLatency = CallLatency.Times(factor),
        FixedSeconds = FixedSeconds * factor,
        LayerSeconds = LayerSeconds * factor,
        SecondsPerFile = SecondsPerFile * factor,
        UnpackIncompressibleBytesPerSecond = UnpackIncompressibleBytesPerSecond / factor,
        UnpackTextBytesPerSecond = UnpackTextBytesPerSecond / factor,
        DiskWriteBytesPerSecond = DiskWriteBytesPerSecond / factor,
    };

    /// <summary>The first value that is out of range, in words; null when all is well.</summary>
    public string? Problem => this switch
    {
        { MaxConcurrentDownloads: < 1 } => "concurrent downloads must be at least 1",
        { ChunkBytes: < 1 } => "the chunk size must be positive",
        { FixedSeconds: not (>= 0 and < 1e6) } => "the fixed cost of a pull must be a number of seconds, not negative",
        { LayerSeconds: not (>= 0 and < 1e6) } => "the cost of a layer must be a number of seconds, not negative",
        { SecondsPerFile: not (>= 0 and < 1e6) } => "the cost of a file must be a number of seconds, not negative",
        { ConnectRoundTrips: < 0 } => "round trips to connect must not be negative",
        { PayloadShare: not (> 0 and <= 1) } => "the payload share must lie in (0, 1]",
        { UnpackIncompressibleBytesPerSecond: not > 0 } or { UnpackTextBytesPerSecond: not > 0 } => "unpack rates must be positive",
        { DiskWriteBytesPerSecond: not > 0 } => "the disk's write rate must be positive",
        { RequestTimeout.Nanoseconds: <= 0 } => "the request time-out must be positive",
        { Retry.TooManyRequestsAttempts: < 1 } or { Retry.LayerAttempts: < 1 } => "attempts must be at least 1",
        { Retry.LayerDelayStep.Nanoseconds: < 0 } => "the delay of retries must not be negative",
        _ => null,
    };
}
