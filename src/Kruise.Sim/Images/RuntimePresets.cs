using System.Diagnostics.CodeAnalysis;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <summary>Named sets of values for <see cref="RuntimeParameters"/>; take one and override with <c>with</c>.</summary>
internal static class RuntimePresets
{
    public const string DefaultName = "containerd-1.6";

    /// <summary>
    /// containerd 1.6. Structure as measured through CRI against registry 2.8.2 (docs/fidelity.md): 3 layers at a time for each image, a layer is unpacked
    /// when it has arrived whole, in order, while later ones download; 5 round trips until the manifest and config are there and one for each layer.
    /// The four constants are the output of <c>kruise-sim calibrate data/containerd-pulls-single-node.csv</c>. Text at 4:1: 64 MB/s of unpacked bytes with
    /// the gzip of Go's standard library, and 10,000 small files took 0.8 s more. A 429 is repeated at once, four times (containerd issue 10447); other
    /// errors end the pull.
    /// </summary>
    public static RuntimeParameters Containerd16 { get; } = new()
    {
        MaxConcurrentDownloads = 3,
        DownloadLimitScope = DownloadLimitScope.Image,
        UnpackStart = UnpackStart.LayerArrived,
        ConnectRoundTrips = 2,
        FixedSeconds = 0.0931,
        LayerSeconds = 0.0028,
        PayloadShare = 0.9611,
        UnpackIncompressibleBytesPerSecond = 195.0e6,
        UnpackTextBytesPerSecond = 64e6,
        SecondsPerFile = 80e-6,
        Retry = new RetryParameters { TooManyRequestsAttempts = 5 },
    };

    /// <summary>containerd before it overlapped the two (1.2, 2018): unpacking begins when all content has arrived (containerd issue 2886). Other values as 1.6.</summary>
    public static RuntimeParameters Containerd12 { get; } = Containerd16 with { UnpackStart = UnpackStart.AllArrived };

    /// <summary>
    /// containerd 2.1 with chunked layer fetch turned on: layers above 8 MiB are fetched in ranges over several connections, which count against the limit of
    /// 3 together (containerd pull request 10177; 8 MiB was Bottlerocket's setting). A 5xx is repeated once for a layer. Other values as 1.6.
    /// </summary>
    public static RuntimeParameters Containerd21 { get; } = Containerd16 with
    {
        ChunkBytes = 8L << 20,
        Retry = new RetryParameters { TooManyRequestsAttempts = 5, LayerAttempts = 2 },
    };

    /// <summary>
    /// Docker: 3 downloads at a time and 5 attempts for each (moby daemon/config), in practice for the daemon as a whole; extraction is serial and overlaps
    /// the downloads (moby issues 21814, 37957). The wait before a repeated attempt grows by 5 s; a 429 is not repeated. Other values as containerd 1.6,
    /// whose gzip and tar code it shares.
    /// </summary>
    public static RuntimeParameters Docker2010 { get; } = Containerd16 with
    {
        DownloadLimitScope = DownloadLimitScope.Node,
        Retry = new RetryParameters { LayerAttempts = 5, LayerDelayStep = SimTime.FromSeconds(5) },
    };

    /// <summary>All names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [DefaultName, "containerd-1.2", "containerd-2.1", "docker-20.10"];

    public static bool TryGet(string name, [NotNullWhen(true)] out RuntimeParameters? parameters)
    {
        parameters = name switch
        {
            DefaultName => Containerd16,
            "containerd-1.2" => Containerd12,
            "containerd-2.1" => Containerd21,
            "docker-20.10" => Docker2010,
            _ => null,
        };
        return parameters is not null;
    }
}
