using Kruise.Live.Daemon.Cri;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Cri;

public sealed class CriClientTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_over_the_socket()
    {
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, TimeProvider.System);
        runtime.Add("sha256:1", "docker.io/library/nginx:1");

        Assert.Equal("v1", (await client.VersionAsync(s_long, Cancellation)).RuntimeApiVersion);
        Assert.Equal("sha256:1", (await client.ImageStatusAsync("docker.io/library/nginx:1", Cancellation))?.Id);
        Assert.Null(await client.ImageStatusAsync("docker.io/library/nginx:2", Cancellation));
    }

    [Fact]
    public async Task Cancelling_ends_the_runtimes_pull()
    {
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, TimeProvider.System);
        TaskCompletionSource asked = HangAll(runtime);
        using var stop = new CancellationTokenSource();
        Task<string> pull = client.PullImageAsync("docker.io/library/nginx:1", null, null, s_long, stop.Token);
        await asked.Task.WaitAsync(s_long, Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        await runtime.Cancelled.Task.WaitAsync(s_long, Cancellation);
    }

    [Fact]
    public async Task A_time_limit_ends_the_runtimes_pull()
    {
        var time = new FakeTimeProvider();
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, time);
        TaskCompletionSource asked = HangAll(runtime);
        Task<string> pull = client.PullImageAsync("docker.io/library/nginx:1", null, null, TimeSpan.FromSeconds(2.5), Cancellation);
        await asked.Task.WaitAsync(s_long, Cancellation);
        Assert.False(pull.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(2.5));
        CriException error = await Assert.ThrowsAsync<CriException>(() => pull);
        Assert.Equal(CriFailure.TimedOut, error.Failure);
        Assert.Equal($"container runtime at unix://{runtime.SocketPath}: no answer within 2.5 s", error.Message);
        await runtime.Cancelled.Task.WaitAsync(s_long, Cancellation);
    }

    [Fact]
    public async Task A_list_beyond_gRPCs_usual_limit_is_received()
    {
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, TimeProvider.System);
        string padding = new('x', 400);
        for (int i = 0; i < 20_000; i++)
        {
            runtime.Add($"sha256:{i}", "", $"reg.example/{padding}/{i}:1");
        }

        Assert.Equal(20_000, (await client.ListImagesAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Errors_name_the_socket_and_never_the_request()
    {
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, TimeProvider.System);
        var auth = new AuthConfig { Username = "jane", Password = "open-sesame" };

        CriException refused = await Assert.ThrowsAsync<CriException>(() => client.PullImageAsync("a/b:1", auth, null, s_long, Cancellation));
        Assert.Equal(CriFailure.Refused, refused.Failure);
        Assert.Equal($"container runtime at unix://{runtime.SocketPath}: no such image", refused.Message);
        Assert.DoesNotContain("open-sesame", refused.ToString(), StringComparison.Ordinal);

        await runtime.StopAsync();
        CriException gone = await Assert.ThrowsAsync<CriException>(() => client.PullImageAsync("a/b:1", auth, null, s_long, Cancellation));
        Assert.True(gone.IsRuntimeLost);
        Assert.StartsWith($"container runtime at unix://{runtime.SocketPath}: ", gone.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost", gone.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_the_runtimes_loss_and_the_next_call_connects_anew()
    {
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        using var client = new CriClient(runtime.SocketPath, TimeProvider.System);
        TaskCompletionSource asked = HangAll(runtime);
        Task<string> pull = client.PullImageAsync("a/b:1", null, null, s_long, Cancellation);
        await asked.Task.WaitAsync(s_long, Cancellation);
        await runtime.StopAsync();

        Assert.True((await Assert.ThrowsAsync<CriException>(() => pull)).IsRuntimeLost);
        await runtime.StartAsync();
        Assert.Equal("fake", (await client.VersionAsync(s_long, Cancellation)).RuntimeName);
    }

    private static TaskCompletionSource HangAll(FakeRuntime runtime)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        runtime.OnPull = (request, cancellation) =>
        {
            asked.SetResult();
            return runtime.HangAsync(request, cancellation);
        };
        return asked;
    }
}
