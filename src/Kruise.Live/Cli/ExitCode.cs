namespace Kruise.Live.Cli;

/// <summary>What the command's exit code means.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>Something failed while running that no other code describes, for example a lost lease.</summary>
    public const int Failed = 1;

    /// <summary>A flag, a value, a feature gate or a file that was given is wrong or missing, a kubeconfig among them.</summary>
    public const int BadInput = 2;

    /// <summary>The API server cannot be reached, or does not accept who asks.</summary>
    public const int Unreachable = 3;

    /// <summary>The cluster lacks something: CRDs, a permission; or another OpenKruise owns them.</summary>
    public const int ClusterNotReady = 4;

    /// <summary>No container runtime answers on this node.</summary>
    public const int NoRuntime = 5;

    /// <summary>An address to listen on is taken.</summary>
    public const int PortInUse = 6;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
