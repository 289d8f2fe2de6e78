using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>Where the time of one pull went; the parts of a pull sum to its length exactly, in whole nanoseconds.</summary>
internal enum PullPart
{
    /// <summary>Calls into the runtime and its own bookkeeping.</summary>
    RuntimeCall = 0,

    /// <summary>Round trips to the registry before and between bytes: token, resolve, manifest, config, layer requests.</summary>
    RegistryLatency = 1,

    /// <summary>Downloading, held down by the registry's egress.</summary>
    DownloadRegistry = 2,

    /// <summary>Downloading, held down by the zone's uplink.</summary>
    DownloadUplink = 3,

    /// <summary>Downloading, held down by the node's NIC.</summary>
    DownloadNic = 4,

    /// <summary>Downloading, held down by the limit of one connection.</summary>
    DownloadConnection = 5,

    /// <summary>Unpacking (decompression and writing to disk).</summary>
    Unpack = 6,
}

/// <summary>How a pull ended.</summary>
internal enum PullEnd
{
    /// <summary>The image is on the node.</summary>
    Pulled,

    /// <summary>The image was on the node already; nothing was fetched.</summary>
    AlreadyPresent,

    /// <summary>The pull failed; <see cref="PullResult.Error"/> says why.</summary>
    Failed,

    /// <summary>It has not ended by itself: it was stopped, or is under way and looked at.</summary>
    CutOff,
}

/// <summary>The result of one pull, or of what there is of it so far.</summary>
internal sealed class PullResult
{
    public required PullEnd End { get; init; }

    public required SimTime Started { get; init; }

    public required SimTime Ended { get; init; }

    /// <summary>When the first byte of a layer arrived; null when none did.</summary>
    public SimTime? FirstByte { get; init; }

    /// <summary>When the last byte of the last layer had arrived.</summary>
    public SimTime? Downloaded { get; init; }

    /// <summary>When the last layer was unpacked.</summary>
    public SimTime? Unpacked { get; init; }

    /// <summary>Compressed bytes fetched by this pull, including those of a layer that was broken off.</summary>
    public long BytesFetched { get; init; }

    /// <summary>Nanoseconds by <see cref="PullPart"/>; sums to <c>Ended - Started</c>.</summary>
    public long[] Parts { get; } = new long[7];

    /// <summary>The error as a runtime words it, for example <c>429 Too Many Requests</c>; null unless failed.</summary>
    public string? Error { get; init; }

    /// <summary>The image id; null when the image is not on the node.</summary>
    public string? ImageId { get; init; }
}

/// <summary>Hears when pulls end.</summary>
internal interface IPullSink
{
    void OnPullEnded(long token, PullResult result);

    /// <summary>Bytes of a pull arrived, in percent of its total; at most once per finished layer.</summary>
    void OnPullProgress(long token, int percent);
}

/// <summary>A node's container runtime: one image store, pulls that may run at the same time.</summary>
internal interface IContainerRuntime
{
    /// <summary>Starts a pull of a reference such as <c>nginx:1.9.1</c>; the sink hears of its end at a later event, never inside this call.</summary>
    void Pull(string image, IPullSink sink, long token);

    /// <summary>Stops a pull; its sink hears nothing more. Layers that had arrived whole stay. Returns what there was of it.</summary>
    PullResult Stop(long token);

    /// <summary>What there is so far of a pull under way. Changes nothing.</summary>
    PullResult Peek(long token);
}
