using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Kruise.Live.Cli;
using Kruise.Live.Daemon.Cri;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Cri;

public sealed class RuntimeFinderTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kruise-run-");
    private readonly RuntimeFinder _finder = new(TimeProvider.System) { AnswerTimeout = TimeSpan.FromSeconds(1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_order_is_the_documented_one() => Assert.Equal(
        ["containerd/containerd.sock", "containerd.sock", "crio/crio.sock", "cri-dockerd.sock", "pouchcri.sock", "k3s/containerd/containerd.sock"],
        RuntimeSockets.Candidates);

    [Fact]
    public async Task Files_and_dead_sockets_are_passed_over()
    {
        Directory.CreateDirectory(At("containerd"));
        await File.WriteAllTextAsync(At("containerd.sock"), "", Cancellation);
        Abandon("containerd/containerd.sock");
        await using FakeRuntime crio = await new FakeRuntime(At("crio/crio.sock")).StartAsync();
        await using FakeRuntime later = await new FakeRuntime(At("pouchcri.sock")).StartAsync();

        FoundRuntime found = await _finder.FindAsync(null, _root.FullName, Cancellation);
        using CriClient client = found.Client;
        Assert.Equal((At("crio/crio.sock"), "fake"), (client.SocketPath, found.Version.RuntimeName));
        Assert.Equal(
            ["containerd/containerd.sock: nobody listens (connection refused)", "containerd.sock: nobody listens (connection refused)"],
            found.Skipped);
    }

    [Fact]
    public async Task Without_a_socket_the_error_lists_those_tried()
    {
        UserErrorException error = await FailsAsync(null);
        Assert.Equal(ExitCode.NoRuntime, error.ExitCode);
        Assert.Equal(
            $"no container runtime's socket below {_root.FullName} (not there: {string.Join(", ", RuntimeSockets.Candidates)}); "
                + "name the socket with --runtime-endpoint unix:///path",
            error.Message);
    }

    [Fact]
    public async Task Dead_sockets_are_named_with_their_reason()
    {
        using Socket silent = Listen("containerd.sock");
        UserErrorException error = await FailsAsync(null);
        Assert.Equal(ExitCode.NoRuntime, error.ExitCode);
        Assert.StartsWith(
            $"no socket below {_root.FullName} answers as a CRI v1 container runtime: containerd.sock: no answer within 1 s (not there: ",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix://")]
    [InlineData("UNIX://")]
    [InlineData("")]
    public async Task An_endpoint_is_a_path_with_or_without_its_scheme(string scheme)
    {
        await using FakeRuntime runtime = await new FakeRuntime(At("my.sock")).StartAsync();
        FoundRuntime found = await _finder.FindAsync(scheme + At("my.sock"), null, Cancellation);
        using CriClient client = found.Client;
        Assert.Equal(At("my.sock"), client.SocketPath);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("my.sock")]
    [InlineData("unix://my.sock")]
    [InlineData("")]
    public async Task Other_endpoints_are_bad_input(string endpoint)
    {
        UserErrorException error = await FailsAsync(endpoint);
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Equal($"--runtime-endpoint \"{endpoint}\" must be the path of a socket: unix:///path or /path", error.Message);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_or_nobodys_says_so()
    {
        Assert.Equal($"no container runtime at unix://{At("none.sock")}: no such socket", (await FailsAsync(At("none.sock"))).Message);
        Abandon("dead.sock");
        UserErrorException error = await FailsAsync(At("dead.sock"));
        Assert.Equal(
            (ExitCode.NoRuntime, $"no container runtime at unix://{At("dead.sock")}: nobody listens (connection refused)"), (error.ExitCode, error.Message));
        Assert.Equal($"no container runtime at unix://{_root.FullName}: is a directory, not a socket", (await FailsAsync(_root.FullName)).Message);
    }

    [Fact]
    public async Task A_socket_of_something_else_is_told_apart()
    {
        await using WebApplication docker = await ServeAsync("docker.sock", HttpProtocols.Http1);
        UserErrorException error = await FailsAsync(At("docker.sock"));
        Assert.Equal(ExitCode.NoRuntime, error.ExitCode);
        Assert.Matches(Stranger("docker.sock"), error.Message);

        using Socket go = Listen("go.sock");
        Task refusing = RefuseAsync(go, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request");
        Assert.Matches(Stranger("go.sock"), (await FailsAsync(At("go.sock"))).Message);
        await refusing;

        await using WebApplication other = await ServeAsync("other.sock", HttpProtocols.Http2);
        UserErrorException unknown = await FailsAsync(At("other.sock"));
        Assert.StartsWith($"no container runtime at unix://{At("other.sock")}: does not speak CRI v1", unknown.Message, StringComparison.Ordinal);

        await using FakeRuntime old = await new FakeRuntime(At("old.sock")).StartAsync();
        old.Trouble = FakeRuntime.Error("unknown service runtime.v1.RuntimeService", StatusCode.Unimplemented);
        Assert.Equal(
            $"no container runtime at unix://{At("old.sock")}: does not speak CRI v1 (unknown service runtime.v1.RuntimeService)",
            (await FailsAsync(At("old.sock"))).Message);
    }

    // Whether its answer or its hanging up arrives first is a race that the stranger decides.
    private string Stranger(string socket) =>
        $"^no container runtime at unix://{At(socket)}: "
        + "(does not speak gRPC|is something else's, or a runtime that is still starting \\(the connection broke\\))$";

    public void Dispose() => _root.Delete(recursive: true);

    private string At(string relative) => Path.Combine(_root.FullName, relative);

    private Task<UserErrorException> FailsAsync(string? endpoint) =>
        Assert.ThrowsAsync<UserErrorException>(() => _finder.FindAsync(endpoint, _root.FullName, Cancellation));

    private Socket Listen(string relative)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(At(relative)));
        socket.Listen();
        return socket;
    }

    private static async Task RefuseAsync(Socket listener, string answer)
    {
        using Socket client = await listener.AcceptAsync(Cancellation);
        var received = new byte[1024];
        await client.ReceiveAsync(received, Cancellation);
        await client.SendAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        client.Shutdown(SocketShutdown.Send);
        try
        {
            while (await client.ReceiveAsync(received, Cancellation) > 0)
            {
                // Until the client hangs up.
            }
        }
        catch (SocketException)
        {
            // It hung up at once.
        }
    }

    // The file of a listener that is gone. The runtime library would remove it, had it kept its name.
    private void Abandon(string relative)
    {
        using Socket socket = Listen("leaving.sock");
        File.Move(At("leaving.sock"), At(relative));
    }

    private async Task<WebApplication> ServeAsync(string relative, HttpProtocols protocols)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.ListenUnixSocket(At(relative), listen => listen.Protocols = protocols));
        WebApplication app = builder.Build();
        app.MapGet("/", () => "hello");
        await app.StartAsync();
        return app;
    }
}
