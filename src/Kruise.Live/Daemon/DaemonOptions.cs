using Kruise.Core.ImagePull.Puller;

namespace Kruise.Live.Daemon;

/// <summary>How a node's daemon runs, as its flags and environment say.</summary>
internal sealed record DaemonOptions
{
    public required string NodeName { get; init; }

    /// <summary>Where <c>/healthz</c> and <c>/metrics</c> are served; <c>0</c> or empty for nowhere.</summary>
    public required string Address { get; init; }

    /// <summary>The runtime's socket when a person named one.</summary>
    public string? RuntimeEndpoint { get; init; }

    /// <summary>Where to look for sockets; null for the usual place.</summary>
    public string? SocketRoot { get; init; }

    public required PullerOptions Puller { get; init; }

    /// <summary>How long a stop waits for a report under way; the pod's grace period is 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(8);
}
