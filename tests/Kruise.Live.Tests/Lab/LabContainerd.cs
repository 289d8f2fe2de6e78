using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace Kruise.Live.Tests.Lab;

/// <summary>Debian's containerd with CRI v1 on a unix socket, its images in a temporary folder and its mounts in a namespace of their own.</summary>
internal sealed class LabContainerd : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private readonly LabFolder _folder = new("containerd");
    private LabProcess? _process;

    private LabContainerd() => _folder.Write("config.toml", $"""
        version = 2
        root = "{_folder["root"]}"
        state = "{_folder["state"]}"
        [grpc]
          address = "{Socket}"
        [plugins."io.containerd.internal.v1.opt"]
          path = "{_folder["opt"]}"
        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = true
          stream_server_port = "0"
          [plugins."io.containerd.grpc.v1.cri".cni]
            conf_dir = "{_folder["cni"]}"
          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "native"
          [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = "{_folder["certs.d"]}"
        """);

    /// <summary>The path of the CRI socket.</summary>
    public string Socket => _folder["containerd.sock"];

    /// <summary>What containerd said, over all of its lives.</summary>
    public string LogFile => _folder["containerd.log"];

    /// <param name="registry">Where images of docker.io and of the registry itself come from.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<LabContainerd> StartAsync(LabRegistry? registry = null, CancellationToken cancellation = default)
    {
        var containerd = new LabContainerd();
        try
        {
            if (registry is not null)
            {
                containerd.Map("docker.io", registry.Url);
                containerd.Map(registry.Host, registry.Url);
            }

            await containerd.StartAsync(cancellation);
            return containerd;
        }
        catch
        {
            await containerd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends requests for images of a host to a URL from the next pull on, for example through a proxy.</summary>
    public void Map(string host, string url) => _folder.Write(
        $"certs.d/{host}/hosts.toml", $"server = \"{url}\"\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");

    /// <summary>Starts containerd (again) over what it had stored; returns when CRI answers.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _process = await LabProcess.StartAsync(
            "unshare", ["--mount", "--propagation", "private", "containerd", "--config", _folder["config.toml"]], LogFile, _folder.Root);
        await _process.WaitUntilAsync(
            async token =>
            {
                try
                {
                    await CallImageServiceAsync("ListImages", [], token);
                    return true;
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Unknown or StatusCode.Internal or StatusCode.Unimplemented)
                {
                    return false;
                }
            },
            "containerd's CRI answers", s_startLimit, cancellation);
    }

    /// <summary>SIGKILL, as a crash in the middle of whatever it does.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>SIGTERM, as an upgrade does.</summary>
    public Task StopAsync() => _process!.StopAsync();

    /// <summary>The names of the images present, as CRI's namespace has them.</summary>
    public async Task<IReadOnlyList<string>> ImagesAsync(CancellationToken cancellation = default)
    {
        (int code, string output) = await CtrAsync(["images", "ls", "-q"], cancellation);
        return code == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException(output);
    }

    /// <summary>Calls CRI's image service with an encoded message; returns the encoded answer.</summary>
    public async Task<byte[]> CallImageServiceAsync(string method, byte[] message, CancellationToken cancellation = default)
    {
        Marshaller<byte[]> raw = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        using GrpcChannel channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync },
            DisposeHttpClient = true,
        });
        var rpc = new Method<byte[], byte[]>(MethodType.Unary, "runtime.v1.ImageService", method, raw, raw);
        return await channel.CreateCallInvoker().AsyncUnaryCall(rpc, null, new CallOptions(cancellationToken: cancellation), message);
    }

    /// <summary>Runs containerd's own client in CRI's namespace; returns its exit code and all that it said.</summary>
    public async Task<(int ExitCode, string Output)> CtrAsync(IEnumerable<string> arguments, CancellationToken cancellation = default)
    {
        using Process ctr = Process.Start(new ProcessStartInfo("ctr", ["--address", Socket, "--namespace", "k8s.io", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = ctr.StandardOutput.ReadToEndAsync(cancellation);
        string errors = await ctr.StandardError.ReadToEndAsync(cancellation);
        await ctr.WaitForExitAsync(cancellation);
        return (ctr.ExitCode, await output + errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
