using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Kruise.Live.Tests.Lab;

/// <summary>What this machine has of the real components, and skipping with a reason where it lacks one.</summary>
internal static class LabEnvironment
{
    private const string Install = "tests/lab/install.sh installs it";

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

    /// <summary>Loopback ports that were free a moment ago, all different.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = new TcpListener[count];
        int[] ports = new int[count];
        for (int i = 0; i < count; i++)
        {
            listeners[i] = new TcpListener(IPAddress.Loopback, 0);
            listeners[i].Start();
            ports[i] = ((IPEndPoint)listeners[i].LocalEndpoint).Port;
        }

        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
