using System.Diagnostics;
using System.Text;
using Xunit;

namespace Kruise.Live.Tests.Lab;

/// <summary>An image that a test made is pushed to a real registry and pulled by a real containerd.</summary>
public sealed class LabContainerdTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_pulled_from_docker_io_that_is_the_registry()
    {
        LabEnvironment.RequireContainerd();
        LabEnvironment.RequireRegistry();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        LabImage image = await registry.PushImageAsync("library/nginx:1", 200_000, 50_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);

        // PullImageRequest { image { image } }
        byte[] name = Encoding.UTF8.GetBytes("nginx:1");
        await containerd.CallImageServiceAsync("PullImage", [0x0A, (byte)(name.Length + 2), 0x0A, (byte)name.Length, .. name], Cancellation);

        (_, string listed) = await containerd.CtrAsync(["images", "ls"], Cancellation);
        Assert.Contains(image.Digest, listed, StringComparison.Ordinal);
        Assert.Contains("docker.io/library/nginx:1", await containerd.ImagesAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_pulled_outlives_containerd()
    {
        LabEnvironment.RequireContainerd();
        LabEnvironment.RequireRegistry();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        await registry.PushImageAsync("team/app:1", 10_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        Assert.Equal(0, (await PullAsync(containerd, registry, "team/app:1")).ExitCode);

        await containerd.KillAsync();
        Assert.NotEqual(0, (await containerd.CtrAsync(["--connect-timeout", "1s", "version"], Cancellation)).ExitCode);
        await containerd.StartAsync(Cancellation);

        Assert.Contains($"{registry.Host}/team/app:1", await containerd.ImagesAsync(Cancellation));
    }

    [Fact]
    public async Task A_private_registry_asks_for_its_password()
    {
        LabEnvironment.RequireContainerd();
        LabEnvironment.RequireRegistry();
        await using LabRegistry registry = await LabRegistry.StartAsync(("jane", "open-sesame"), Cancellation);
        await registry.PushImageAsync("team/app:1", 10_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);

        Assert.NotEqual(0, (await PullAsync(containerd, registry, "team/app:1")).ExitCode);
        Assert.NotEqual(0, (await PullAsync(containerd, registry, "team/app:1", "--user", "jane:wrong")).ExitCode);
        Assert.Equal(0, (await PullAsync(containerd, registry, "team/app:1", "--user", "jane:open-sesame")).ExitCode);
    }

    [Fact]
    public async Task A_proxy_limits_counts_and_stalls_what_the_registry_sends()
    {
        LabEnvironment.RequireRegistry();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        LabImage image = await registry.PushImageAsync("team/app:1", 400_000);
        await using var proxy = new ThrottlingProxy(registry.Port) { BytesPerSecond = 400_000 };
        using var http = new HttpClient { BaseAddress = new Uri(proxy.Url) };
        string layer = "v2/team/app/blobs/" + LabImage.DigestOf(image.Layers[0]);

        long start = Stopwatch.GetTimestamp();
        byte[] received = await http.GetByteArrayAsync(layer, Cancellation);
        Assert.Equal(image.Layers[0], received);
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(0.8), "400 kB at 400 kB/s take about a second");
        Assert.InRange(proxy.Bytes, image.Layers[0].Length, image.Layers[0].Length + 4_000);

        proxy.BytesPerSecond = 50_000;
        long before = proxy.Bytes;
        Task<byte[]> second = http.GetByteArrayAsync(layer, Cancellation);
        await proxy.PassedAsync(before + 20_000, s_limit, Cancellation);
        proxy.Stalled = true;
        Assert.False(second.IsCompleted);
        proxy.Stalled = false;
        proxy.BytesPerSecond = null;
        Assert.Equal(received, await second);
    }

    private static Task<(int ExitCode, string Output)> PullAsync(LabContainerd containerd, LabRegistry registry, string reference, params string[] options) =>
        containerd.CtrAsync(["images", "pull", "--plain-http", "--snapshotter", "native", .. options, $"{registry.Host}/{reference}"], Cancellation);
}
