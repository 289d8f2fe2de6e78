using k8s.Models;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Daemon.Cri;
using Kruise.Live.Daemon.Pulling;
using Kruise.Live.Tests.Daemon.Cri;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Pulling;

public sealed class CriImagePullerTests : IAsyncLifetime
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly FakeRuntime _runtime = new();
    private readonly LogCapture<CriImagePuller> _log = new();
    private readonly CriClient _client;

    public CriImagePullerTests() => _client = new CriClient(_runtime.SocketPath, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _runtime.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _runtime.DisposeAsync();
    }

    [Theory]
    [InlineData("nginx:1", "docker.io/library/nginx:1", null)]
    [InlineData("docker.io/library/nginx:1", "docker.io/library/nginx:1", null)]
    [InlineData("nginx:1", "other", "nginx:1")]
    [InlineData("docker.io/nginx:1", "other", "library/nginx:1")]
    [InlineData("index.docker.io/library/nginx:1", "other", "docker.io/library/nginx:1")]
    public async Task An_image_that_is_there_is_not_pulled_whatever_its_spelling(string asked, string name, string? repoTag)
    {
        _runtime.Add("sha256:other", "unrelated", "nginx:2", "<none>:<none>");
        _runtime.Add("sha256:id", name, repoTag is null ? [] : [repoTag]);
        Assert.Equal(PullOutcome.AlreadyPresent("sha256:id"), await PullAsync(asked));
        Assert.Empty(_runtime.Pulls);
    }

    [Fact]
    public async Task A_digest_is_found_among_the_digests()
    {
        var image = new Image { Id = "sha256:id", Spec = new ImageSpec { Image = "x" } };
        image.RepoDigests.Add("nginx@" + Digest);
        _runtime.Images.Enqueue(image);
        Assert.Equal(PullOutcome.AlreadyPresent("sha256:id"), await PullAsync("docker.io/library/nginx@" + Digest));
    }

    [Fact]
    public async Task What_was_pulled_is_reported_with_the_runtimes_id()
    {
        _runtime.OnPull = (request, _) =>
        {
            _runtime.Add("sha256:id", request.Image.Image);
            return Task.FromResult(new PullImageResponse { ImageRef = request.Image.Image + "@" + Digest });
        };
        Assert.Equal(PullOutcome.Pulled("sha256:id"), await PullAsync("nginx:1"));
        PullImageRequest request = Assert.Single(_runtime.Pulls);
        Assert.Equal(("docker.io/library/nginx:1", (AuthConfig?)null), (request.Image.Image, request.Auth));
    }

    [Fact]
    public async Task Each_credential_is_tried_in_order_and_anonymous_once_and_none_for_another_host()
    {
        PullOutcome outcome = await PullAsync(
            "reg.example/team/app:1",
            PullSecret.For("hub", "https://index.docker.io/v1/", "hub", "h"),
            PullSecret.For("host", "reg.example", "host", "p1"),
            PullSecret.For("team", "reg.example/team", "team", "p2"),
            PullSecret.ConfigJson("token", """{"auths":{"reg.example":{"identitytoken":"t","auth":"dTpw"}}}"""),
            PullSecret.For("evil", "reg.example.evil.org", "evil", "e"));
        Assert.Equal(
            [("team", "p2", ""), ("host", "p1", ""), ("", "", "t"), default],
            _runtime.Pulls.Select(p => (p.Auth?.Username!, p.Auth?.Password!, p.Auth?.IdentityToken!)));
        Assert.Equal("no such image (tried with secret prod/team, secret prod/host, secret prod/token, and anonymously)", outcome.Error);
    }

    [Fact]
    public async Task A_credential_that_opens_ends_the_search()
    {
        _runtime.OnPull = (request, _) => request.Auth?.Username == "right"
            ? Task.FromResult(_runtime.Add("sha256:id", request.Image.Image))
            : throw FakeRuntime.Error("401 Unauthorized");
        Assert.Equal(
            PullOutcome.Pulled("sha256:id"),
            await PullAsync("reg.example/app:1", PullSecret.For("a", "reg.example", "wrong", "x"), PullSecret.For("b", "reg.example", "right", "y")));
        Assert.Equal(2, _runtime.Pulls.Count);
    }

    [Theory]
    [InlineData("401 Unauthorized", "denied: authentication required", "401 Unauthorized", 2)]
    [InlineData("401 Unauthorized", "app:1: not found", "app:1: not found", 2)]
    [InlineData("429 Too Many Requests", "403 Forbidden", "429 Too Many Requests", 2)]
    [InlineData("no space left on device", "never asked", "no space left on device", 1)]
    public async Task The_most_telling_error_wins(string withCredential, string anonymously, string expected, int pulls)
    {
        _runtime.OnPull = (request, _) => throw FakeRuntime.Error(request.Auth is null ? anonymously : withCredential);
        PullOutcome outcome = await PullAsync("reg.example/app:1", PullSecret.For("a", "reg.example", "jane", "x"));
        Assert.Equal(expected + " (tried with secret prod/a, and anonymously)", outcome.Error);
        Assert.Equal(pulls, _runtime.Pulls.Count);
    }

    [Fact]
    public async Task A_runtime_that_tells_secrets_is_not_quoted_on_them()
    {
        _runtime.OnPull = (request, _) => throw FakeRuntime.Error(
            $"GET https://jane:open-sesame@reg.example/token?account=jane&p=open-sesame with {PullSecret.Base64("jane:open-sesame")}: 401 Unauthorized");
        PullOutcome outcome = await PullAsync("reg.example/app:1", PullSecret.For("a", "reg.example", "jane", "open-sesame"));
        Assert.Equal("GET https://***@reg.example/token?*** with ***: 401 Unauthorized (tried with secret prod/a, and anonymously)", outcome.Error);
    }

    [Fact]
    public async Task What_is_wrong_with_the_secrets_is_told_with_the_failure()
    {
        PullRequest request = Request("reg.example/app:1", PullSecret.ConfigJson("bad", "{"), PullSecret.For("b", "other.example", "jane", "x"));
        PullOutcome outcome = await Puller().PullAsync(request, Cancellation);
        Assert.Equal("no such image (no pull secret holds a credential for this repository; pull secret prod/bad is not a JSON object)", outcome.Error);
    }

    [Fact]
    public async Task A_name_that_is_none_fails_without_the_runtime()
    {
        await _runtime.StopAsync();
        Assert.StartsWith("repository \"UPPER\" must be lower case", (await PullAsync("UPPER:1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runtime_that_goes_and_comes_back_costs_no_attempt()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _runtime.OnPull = (request, cancellation) =>
        {
            asked.SetResult();
            return _runtime.HangAsync(request, cancellation);
        };
        Task<PullOutcome> pull = PullAsync("nginx:1");
        await asked.Task.WaitAsync(s_limit, Cancellation);
        await _runtime.StopAsync();

        // It comes back busy, and then has the image.
        _runtime.Trouble = FakeRuntime.Error("server is not initialized yet");
        await _runtime.StartAsync();
        _runtime.Add("sha256:id", "docker.io/library/nginx:1");
        _runtime.Trouble = null;
        Assert.Equal(PullOutcome.AlreadyPresent("sha256:id"), await pull.WaitAsync(s_limit, Cancellation));
        Assert.Single(_runtime.Pulls);
        Assert.Contains(_log.Lines, l => l.Contains("Waiting for the container runtime, to go on with nginx:1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_brings_the_runtime_down_fails_in_the_end()
    {
        _runtime.OnPull = (_, _) => throw FakeRuntime.Error("transport is closing");
        PullOutcome outcome = await PullAsync("nginx:1");
        Assert.Equal($"container runtime at unix://{_runtime.SocketPath}: transport is closing (4 times during this attempt)", outcome.Error);
        Assert.Equal(4, _runtime.Pulls.Count);
    }

    [Fact]
    public async Task A_runtime_that_stays_away_is_named_within_the_attempts_time()
    {
        await _runtime.StopAsync();
        PullOutcome outcome = await Puller().PullAsync(new PullRequest { Reference = "nginx:1", Timeout = TimeSpan.FromSeconds(1) }, Cancellation);
        Assert.Equal($"container runtime at unix://{_runtime.SocketPath}: no such socket", outcome.Error);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_the_pull()
    {
        await _runtime.StopAsync();
        using var stop = new CancellationTokenSource();
        Task<PullOutcome> pull = Puller().PullAsync(Request("nginx:1"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
    }

    private static PullRequest Request(string reference, params V1Secret[] secrets) => new() { Reference = reference, Timeout = s_limit, Secrets = secrets };

    private CriImagePuller Puller() => new(_client, TimeProvider.System, _log);

    private Task<PullOutcome> PullAsync(string reference, params V1Secret[] secrets) => Puller().PullAsync(Request(reference, secrets), Cancellation);
}
