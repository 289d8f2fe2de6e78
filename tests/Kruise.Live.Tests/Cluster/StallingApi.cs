using System.Net;
using System.Net.Sockets;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Cluster;

/// <summary>An API server that begins each answer and never ends it.</summary>
internal sealed class StallingApi : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly LabFolder _folder = new("stalling-api");
    private readonly List<TcpClient> _clients = [];
    private readonly Task _accepting;

    public StallingApi()
    {
        _listener.Start();
        string server = $"http://{_listener.LocalEndpoint}";
        Connection = ClusterConnection.Open(_folder.Write(
            "stalling.kubeconfig", $"clusters:\n- {{name: a, cluster: {{server: '{server}'}}}}\ncontexts:\n- {{name: a, context: {{cluster: a}}}}\ncurrent-context: a\n"));
        _accepting = AcceptAsync();
    }

    public ClusterConnection Connection { get; }

    /// <summary>Ends when the beginning of an answer is on its way.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        _clients.ForEach(client => client.Dispose());
        Connection.Dispose();
        _folder.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _clients.Add(client);
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAtLeastAsync(new byte[1024], 1);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray());
                Stalled.TrySetResult();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // Disposed.
        }
    }
}
