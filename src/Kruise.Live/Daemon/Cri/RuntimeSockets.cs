using System.Text;
using Kruise.Live.Cli;

namespace Kruise.Live.Daemon.Cri;

/// <summary>Where container runtimes listen.</summary>
internal static class RuntimeSockets
{
    /// <summary>Where the DaemonSet mounts the node's <c>/var/run</c>; preferred when it is there.</summary>
    public const string MountedRoot = "/hostvarrun";

    private const string HostRoot = "/var/run";
    private const string Scheme = "unix://";

    // What fits into a socket's address on Linux, without the zero at its end.
    private const int LongestPath = 107;

    /// <summary>
    /// The sockets that are tried, in this order, below <c>/hostvarrun</c> or else <c>/var/run</c>: containerd's usual place, containerd directly in the
    /// root, CRI-O, cri-dockerd, pouch, and the containerd inside k3s. The first that answers as CRI v1 is taken.
    /// </summary>
    public static IReadOnlyList<string> Candidates { get; } =
    [
        "containerd/containerd.sock",
        "containerd.sock",
        "crio/crio.sock",
        "cri-dockerd.sock",
        "pouchcri.sock",
        "k3s/containerd/containerd.sock",
    ];

    public static string DefaultRoot() => Directory.Exists(MountedRoot) ? MountedRoot : HostRoot;

    /// <summary>The path in an endpoint as a person gives it.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static string PathOf(string endpoint)
    {
        string path = endpoint.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? endpoint[Scheme.Length..] : endpoint;
        if (path.Length < 2 || path[0] != '/')
        {
            throw new UserErrorException(ExitCode.BadInput, $"--runtime-endpoint \"{endpoint}\" must be the path of a socket: unix:///path or /path");
        }

        return Encoding.UTF8.GetByteCount(path) <= LongestPath
            ? path
            : throw new UserErrorException(ExitCode.BadInput, $"--runtime-endpoint \"{endpoint}\": a socket's path has at most {LongestPath} bytes");
    }
}
