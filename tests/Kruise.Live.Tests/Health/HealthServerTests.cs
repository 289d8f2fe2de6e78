using System.Net;
using System.Net.Sockets;
using Kruise.Live.Cli;
using Kruise.Live.Health;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Health;

public sealed class HealthServerTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private readonly HealthChecks _ready = new(TimeProvider.System);
    private HealthServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await StartAsync(
        HealthEndpoint.Checks("--health-probe-addr", "127.0.0.1:0", "/healthz", new HealthChecks(TimeProvider.System)),
        HealthEndpoint.Checks("--health-probe-addr", "127.0.0.1:0", "/readyz", _ready),
        HealthEndpoint.Metrics("--metrics-addr", "127.0.0.1:0"));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task All_fine_is_200_ok()
    {
        _ready.Add("caches", () => null);

        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/readyz"));
        Assert.Equal((HttpStatusCode.OK, "[+]caches ok\nok\n"), await GetAsync("/readyz?verbose"));
    }

    [Fact]
    public async Task What_fails_is_named_with_its_reason()
    {
        _ready.Add("caches", () => null);
        _ready.Add("webhook", async _ =>
        {
            await Task.Yield();
            return "not serving";
        });
        _ready.Add("broken", _ => throw new InvalidOperationException("a\nb"));

        string failed = "[-]webhook failed: not serving\n[-]broken failed: InvalidOperationException: a b\nfailed\n";
        Assert.Equal((HttpStatusCode.InternalServerError, failed), await GetAsync("/readyz"));
        Assert.Equal((HttpStatusCode.InternalServerError, "[+]caches ok\n" + failed), await GetAsync("/readyz?verbose=1"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
    }

    [Fact]
    public async Task A_check_without_an_answer_fails_after_its_limit()
    {
        var time = new FakeTimeProvider();
        var checks = new HealthChecks(time);
        checks.Add("stuck", async _ =>
        {
            await new TaskCompletionSource().Task;
            return null;
        });
        Task<(bool IsFine, string Text)> run = checks.RunAsync(isVerbose: false, Cancellation);
        Assert.False(run.IsCompleted);
        time.Advance(HealthChecks.Limit);

        Assert.Equal((false, "[-]stuck failed: no answer within 5 s\nfailed"), await run);
    }

    [Fact]
    public async Task Metrics_have_the_names_that_operators_graph()
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(_server.Bound[0], "/metrics"), Cancellation);
        string text = await answer.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        string[] names =
        [
            "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_start_time_seconds",
            "dotnet_total_memory_bytes", "dotnet_collection_count_total{generation=\"0\"}", "dotnet_gc_pause_seconds_total",
        ];
        Assert.All(names, name => Assert.Contains("\n" + name + " ", text, StringComparison.Ordinal));
        Assert.DoesNotContain("system_runtime", text, StringComparison.Ordinal);
        double start = double.Parse(text.Split('\n').First(l => l.StartsWith("process_start_time_seconds ", StringComparison.Ordinal)).Split(' ')[1]);
        Assert.InRange(DateTime.UnixEpoch.AddSeconds(start), DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused()
    {
        Assert.Equal((HttpStatusCode.NotFound, "not found: /healthz /metrics /readyz\n"), await GetAsync("/secret"));
        using HttpResponseMessage post = await _http.PostAsync(new Uri(_server.Bound[0], "/healthz"), null, Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(_server.Bound[0], "/healthz/"));
        using HttpResponseMessage headed = await _http.SendAsync(head, Cancellation);
        Assert.Equal((HttpStatusCode.OK, 3), (headed.StatusCode, headed.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_command_in_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => StartAsync(HealthEndpoint.Metrics("--metrics-addr", $":{port}")));
        Assert.Equal((ExitCode.PortInUse, $"--metrics-addr :{port}: address already in use"), (error.ExitCode, error.Message));
        error = await Assert.ThrowsAsync<UserErrorException>(() => StartAsync(HealthEndpoint.Metrics("--metrics-addr", "192.0.2.1:8080")));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
    }

    [Fact]
    public async Task Addresses_are_served_apart_on_all_interfaces_and_off()
    {
        await using HealthServer server = await StartAsync(
            HealthEndpoint.Checks("--a", ":0", "/healthz", _ready),
            HealthEndpoint.Metrics("--b", "127.0.0.1:0"),
            HealthEndpoint.Checks("--c", "0", "/readyz", _ready));

        Assert.Equal(2, server.Bound.Count);
        Assert.Equal("ok\n", await _http.GetStringAsync(new Uri(server.Bound[0], "/healthz"), Cancellation));
        using HttpResponseMessage missing = await _http.GetAsync(new Uri(server.Bound[1], "/healthz"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [InlineData(":8000", null, 8000)]
    [InlineData("0.0.0.0:8000", "0.0.0.0", 8000)]
    [InlineData("127.0.0.1:1", "127.0.0.1", 1)]
    [InlineData("localhost:65535", "127.0.0.1", 65535)]
    [InlineData("[::1]:8080", "::1", 8080)]
    [InlineData("[::]:8080", null, 8080)]
    public void Addresses_as_flags_write_them(string text, string? address, int port)
    {
        ListenAddress parsed = ListenAddress.Parse("--metrics-addr", text)!;

        Assert.Equal((address, port), (parsed.Address?.ToString(), parsed.Port));
    }

    [Theory]
    [InlineData("8080")]
    [InlineData(":")]
    [InlineData(":65536")]
    [InlineData(":-1")]
    [InlineData("::1:8080")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("kruise.example:80")]
    public void Anything_else_is_bad_input(string text)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => ListenAddress.Parse("--metrics-addr", text));

        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.StartsWith($"--metrics-addr {text}: not an address", error.Message, StringComparison.Ordinal);
        Assert.Null(ListenAddress.Parse("--metrics-addr", ""));
        Assert.Null(ListenAddress.Parse("--metrics-addr", "0"));
    }

    private static Task<HealthServer> StartAsync(params HealthEndpoint[] endpoints) =>
        HealthServer.StartAsync(endpoints, NullLoggerFactory.Instance, Cancellation);

    private async Task<(HttpStatusCode Code, string Text)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(_server.Bound[0], path), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
