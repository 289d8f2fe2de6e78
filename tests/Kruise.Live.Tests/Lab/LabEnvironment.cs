using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Xunit;

namespace Kruise.Live.Tests.Lab;

/// <summary>What this machine has of the real components, and skipping with a reason where it lacks one.</summary>
internal static class LabEnvironment
{
    private const string Install = "tests/lab/install.sh installs it";
    private static readonly ConcurrentDictionary<int, byte> s_ports = [];

    /// <summary>Where build-control-plane.sh keeps its binaries.</summary>
    public static string ControlPlaneBinaries { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("KRUISE_LAB")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "kruise-lab"),
        "bin");

    /// <summary>A kubeconfig whose cluster tests may use instead of their own, as long as they do not kill it.</summary>
    public static string? ForeignKubeconfig => Environment.GetEnvironmentVariable("KRUISE_TEST_KUBECONFIG") is { Length: > 0 } path ? path : null;

    /// <summary>A control plane can be started.</summary>
    public static void RequireControlPlane()
    {
        Require("etcd");
        Require("setpriv");
        foreach (string binary in new[] { "kube-apiserver", "kube-controller-manager" })
        {
            SkipUnless(File.Exists(Path.Combine(ControlPlaneBinaries, binary)), $"needs {binary} in {ControlPlaneBinaries} ({Install})");
        }
    }

    /// <summary>containerd can be started.</summary>
    public static void RequireContainerd()
    {
        Require("containerd");
        Require("setpriv");
        RequireRoot();
    }

    /// <summary>A registry can be started.</summary>
    public static void RequireRegistry()
    {
        Require("docker-registry");
        Require("setpriv");
    }

    public static void RequireRoot() => SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>A command is in the path.</summary>
    public static void Require(string command) => SkipUnless(Find(command) is not null, $"needs {command} ({Install})");

    public static void SkipUnless(bool condition, string reason)
    {
        if (!condition)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>The path of a command, or null.</summary>
    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"])
            .Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Loopback ports that nobody listens on, all different and given out once. They lie below those that the kernel gives to connections, one of which could
    /// take a port before the component does that it is meant for.
    /// </summary>
    public static int[] FreePorts(int count) => [.. Enumerable.Range(0, count).Select(_ => FreePort())];

    private static int FreePort()
    {
        while (true)
        {
            int port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (s_ports.TryAdd(port, 0))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
