using Kruise.Core.Api;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Daemon;

/// <summary>Interruptions of a real pull through a slow line: nothing is lost, nothing is pulled twice, and what is called off really ends.</summary>
public sealed class RealRestartTests
{
    private const int LayerBytes = 300_000;
    private const int Layers = 12;

    // So many layers have come when a pull is interrupted.
    private const int BytesBefore = 8 * LayerBytes;

    // containerd fetches three layers at a time, and keeps those that are complete: an interruption costs what was on its way.
    private const int InFlightBytes = (3 * LayerBytes) + 50_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly ImageTagPullPolicy s_once = new() { BackoffLimit = 0, TimeoutSeconds = 120 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_containerd_that_is_restarted_in_mid_pull_goes_on_within_the_same_attempt(bool killed)
    {
        await using Slow slow = await Slow.StartAsync();
        await using var daemon = new DaemonHarness(slow.Containerd.Socket);
        daemon.Ask(slow.Name, "1", s_once);
        await slow.Proxy.PassedAsync(BytesBefore, s_limit, Cancellation);

        slow.Proxy.Stalled = true;
        await slow.UnpackedAsync();
        await (killed ? slow.Containerd.KillAsync() : slow.Containerd.StopAsync());
        Assert.Null(daemon.Status(slow.Name, "1")!.CompletionTime);
        await slow.Containerd.StartAsync(Cancellation);
        slow.Proxy.BytesPerSecond = null;
        slow.Proxy.Stalled = false;

        ImageTagStatus status = await daemon.FinishedAsync(slow.Name, "1", Cancellation);
        Assert.Equal((ImagePullPhase.Succeeded, slow.Name + "@" + slow.Image.Id, (string?)null), (status.Phase, status.ImageId, status.Message));
        Assert.Contains("Waiting for the container runtime", daemon.AllText, StringComparison.Ordinal);
        long all = slow.Proxy.Bytes;
        Assert.InRange(all, slow.Image.Bytes, slow.Image.Bytes + InFlightBytes);

        // A daemon that knows of nothing asks the runtime first.
        await using var next = new DaemonHarness(slow.Containerd.Socket);
        next.Ask(slow.Name, "1", s_once);
        Assert.Equal(ImagePullPhase.Succeeded, (await next.FinishedAsync(slow.Name, "1", Cancellation)).Phase);
        Assert.Equal(all, slow.Proxy.Bytes);
    }

    [Fact]
    public async Task A_daemon_that_is_restarted_in_mid_pull_goes_on_where_the_old_one_was()
    {
        await using Slow slow = await Slow.StartAsync();
        await using var first = new DaemonHarness(slow.Containerd.Socket);
        first.Ask(slow.Name, "1", s_once);
        await slow.Proxy.PassedAsync(BytesBefore, s_limit, Cancellation);
        await first.Host.StopAsync(Cancellation);
        ImageTagStatus left = first.Status(slow.Name, "1")!;
        Assert.Equal((ImagePullPhase.Pulling, (DateTime?)null), (left.Phase, left.CompletionTime));

        slow.Proxy.BytesPerSecond = null;
        await using var second = new DaemonHarness(slow.Containerd.Socket, previous: first);
        second.Resume();
        ImageTagStatus status = await second.FinishedAsync(slow.Name, "1", Cancellation);
        Assert.Equal((ImagePullPhase.Succeeded, left.StartTime, (string?)null), (status.Phase, status.StartTime, status.Message));
        Assert.InRange(slow.Proxy.Bytes, slow.Image.Bytes, slow.Image.Bytes + InFlightBytes);
    }

    [Fact]
    public async Task A_time_limit_shorter_than_the_pull_ends_the_transfer()
    {
        await using Slow slow = await Slow.StartAsync();
        await using var daemon = new DaemonHarness(slow.Containerd.Socket);
        daemon.Ask(slow.Name, "1", new ImageTagPullPolicy { BackoffLimit = 0, TimeoutSeconds = 2 });

        ImageTagStatus status = await daemon.FinishedAsync(slow.Name, "1", Cancellation);
        Assert.Equal((ImagePullPhase.Failed, $"pulling image {slow.Name}:1 is canceled"), (status.Phase, status.Message));

        // Were containerd still fetching, it would have the image soon: the line is open now.
        long before = slow.Proxy.Bytes;
        slow.Proxy.BytesPerSecond = null;
        Assert.False(await Until.TrueAsync(_ => Task.FromResult(slow.Proxy.Bytes > before + InFlightBytes), TimeSpan.FromSeconds(2), Cancellation));
        Assert.DoesNotContain($"{slow.Name}:1", await slow.Containerd.ImagesAsync(Cancellation));
    }

    [Fact]
    public async Task An_attempt_goes_on_with_what_the_one_before_had_fetched()
    {
        await using Slow slow = await Slow.StartAsync();
        await using var daemon = new DaemonHarness(slow.Containerd.Socket);

        // Two seconds are a third of the image.
        daemon.Ask(slow.Name, "1", new ImageTagPullPolicy { BackoffLimit = 9, TimeoutSeconds = 2 });
        ImageTagStatus status = await daemon.FinishedAsync(slow.Name, "1", Cancellation);
        Assert.Equal((ImagePullPhase.Succeeded, (string?)null), (status.Phase, status.Message));
        (_, string leases) = await slow.Containerd.CtrAsync(["leases", "ls", "-q"], Cancellation);
        Assert.DoesNotContain("kruise", leases, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_stays_away_is_named_before_the_time_is_over()
    {
        await using Slow slow = await Slow.StartAsync();
        await slow.Containerd.KillAsync();
        await using var daemon = new DaemonHarness(slow.Containerd.Socket);
        daemon.Ask(slow.Name, "1", new ImageTagPullPolicy { BackoffLimit = 0, TimeoutSeconds = 3 });

        ImageTagStatus status = await daemon.FinishedAsync(slow.Name, "1", Cancellation);
        Assert.Equal(
            (ImagePullPhase.Failed, $"container runtime at unix://{slow.Containerd.Socket}: nobody listens (connection refused)"),
            (status.Phase, status.Message));
    }

    private sealed class Slow : IAsyncDisposable
    {
        public required LabRegistry Registry { get; init; }

        public required LabContainerd Containerd { get; init; }

        public required LabImage Image { get; init; }

        public required ThrottlingProxy Proxy { get; init; }

        public string Name => Registry.Host + "/team/app";

        public static async Task<Slow> StartAsync()
        {
            LabEnvironment.RequireContainerd();
            LabEnvironment.RequireRegistry();
            LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
            LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
            var slow = new Slow
            {
                Registry = registry,
                Containerd = containerd,
                Image = await registry.PushImageAsync("team/app:1", [.. Enumerable.Repeat(LayerBytes, Layers)]),
                Proxy = new ThrottlingProxy(registry.Port) { BytesPerSecond = 600_000 },
            };
            containerd.Map(registry.Host, slow.Proxy.Url);
            return slow;
        }

        /// <summary>
        /// Returns when what has come is unpacked: killed while it makes a snapshot, containerd's native snapshotter (for tests only) never gets over it.
        /// </summary>
        public Task UnpackedAsync()
        {
            string last = "";
            return Until.HoldsAsync(
                async cancellation =>
                {
                    (_, string now) = await Containerd.CtrAsync(["snapshots", "--snapshotter", "native", "ls"], cancellation);
                    bool rests = now == last;
                    last = now;
                    return rests;
                },
                "containerd has unpacked what has come", s_limit, Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await Containerd.DisposeAsync();
            await Proxy.DisposeAsync();
            await Registry.DisposeAsync();
        }
    }
}
