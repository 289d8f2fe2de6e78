using System.Globalization;
using Kruise.Live.Tests.Daemon.Cri;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>The binary that nodes run: compiled to native code, small on disk and in memory.</summary>
public sealed class NativeDaemonTests(ITestOutputHelper output)
{
    /// <summary>Upstream's daemon, in Go, was measured at 37 MB; what a node may spend on ours.</summary>
    private const double MaxResidentMegabytes = 40;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_native_daemon_holds_at_most_40_MB()
    {
        string? binary = Environment.GetEnvironmentVariable("KRUISE_NATIVE");
        LabEnvironment.SkipUnless(File.Exists(binary), "needs the native binary: KRUISE_NATIVE names what 'dotnet publish src/Kruise.Live -p:PublishAot=true' made");
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();

        long begin = TimeProvider.System.GetTimestamp();
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(cluster.DaemonKubeconfig, "node-1", runtime.SocketPath, binary);
        await daemon.HealthyAsync(Cancellation);
        TimeSpan start = TimeProvider.System.GetElapsedTime(begin);

        // A node's daemon is asked for its health and its figures all day.
        using var http = new HttpClient();
        for (int i = 0; i < 100; i++)
        {
            await http.GetStringAsync(new Uri(daemon.Address, "healthz"), Cancellation);
            await http.GetStringAsync(new Uri(daemon.Address, "metrics"), Cancellation);
        }

        double megabytes = daemon.ResidentBytes / 1e6;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"binary {new FileInfo(binary!).Length / 1e6:F1} MB, healthy after {start.TotalMilliseconds:F0} ms, {megabytes:F1} MB resident after 200 requests"));
        Assert.InRange(megabytes, 1, MaxResidentMegabytes);
    }
}
