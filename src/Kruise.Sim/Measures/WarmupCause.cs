namespace Kruise.Sim.Measures;

/// <summary>
/// What a node waited for while its image was warmed. For each row of <c>nodes.csv</c> the nanoseconds by cause sum to its warm-up time exactly.
/// </summary>
internal enum WarmupCause
{
    /// <summary>The job's <c>parallelism</c> was used up by other nodes.</summary>
    WaitingForSlot = 0,

    /// <summary>A slot was free, and the manager had yet to write the node's task to the API server.</summary>
    Dispatch = 1,

    /// <summary>The task was written, and the node's daemon had yet to take it up (watch delay, daemon start, daemon down).</summary>
    PickUp = 2,

    /// <summary>The daemon knew, and its limit of pulls at a time was used up.</summary>
    NodeQueue = 3,

    /// <summary>Attempts that failed, and the sleeps after them.</summary>
    BackOff = 4,

    /// <summary>Calls into the container runtime and its own bookkeeping.</summary>
    RuntimeCall = 5,

    /// <summary>Round trips to the registry and its answering time.</summary>
    RegistryLatency = 6,

    /// <summary>Downloading, held down by the registry's egress.</summary>
    DownloadRegistry = 7,

    /// <summary>Downloading, held down by the zone's uplink.</summary>
    DownloadUplink = 8,

    /// <summary>Downloading, held down by the node's network interface.</summary>
    DownloadNic = 9,

    /// <summary>Downloading, held down by the registry's limit for one connection.</summary>
    DownloadConnection = 10,

    /// <summary>Unpacking layers (decompression and writing).</summary>
    Unpack = 11,

    /// <summary>The image was there, and the API server had yet to store the daemon's report.</summary>
    Reporting = 12,
}

/// <summary>Names and order of <see cref="WarmupCause"/> wherever they are written.</summary>
internal static class WarmupCauses
{
    public const int Count = 13;

    /// <summary>As keys of <c>summary.json</c> and as metric names, in the order of the enumeration.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "waitingForSlot", "dispatch", "pickUp", "nodeQueue", "backOff", "runtimeCall", "registryLatency",
        "downloadRegistry", "downloadUplink", "downloadNic", "downloadConnection", "unpack", "reporting",
    ];

    /// <summary>As people read them.</summary>
    public static readonly IReadOnlyList<string> Titles =
    [
        "waiting for a slot", "dispatch by the manager", "pick-up by the daemon", "queued on the node", "back-off and failed attempts",
        "runtime calls", "registry latency", "download (registry-bound)", "download (uplink-bound)", "download (NIC-bound)",
        "download (connection-bound)", "unpack", "reporting",
    ];

    /// <summary>What a row of that cause waits for, as <see cref="WarmupCause"/> says it.</summary>
    public static readonly IReadOnlyList<string> Meanings =
    [
        "The job's parallelism was used up by other nodes.",
        "A slot was free, and the manager had yet to write the node's task to the API server.",
        "The task was written, and the node's daemon had yet to take it up (watch delay, daemon start, daemon down).",
        "The daemon knew, and its limit of pulls at a time was used up.",
        "Attempts that failed, and the sleeps after them.",
        "Calls into the container runtime and its own bookkeeping.",
        "Round trips to the registry and its answering time.",
        "Downloading, held down by the registry's egress.",
        "Downloading, held down by the zone's uplink.",
        "Downloading, held down by the node's network interface.",
        "Downloading, held down by the registry's limit for one connection.",
        "Unpacking layers (decompression and writing).",
        "The image was there, and the API server had yet to store the daemon's report.",
    ];
}
