using System.Net.Sockets;
using Grpc.Net.Client;

namespace Kruise.Live.Daemon.Cri;

/// <summary>Opens gRPC channels over unix sockets. A channel connects when it is used, and again after its connection broke.</summary>
internal static class CriChannel
{
    // A node holds at most some thousands of images, of which one takes some hundred bytes.
    private const int MaxReceiveBytes = 40 * 1024 * 1024;

    public static GrpcChannel Open(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(socketPath, cancellationToken),
            UseProxy = false,
        };

        // The address names no host: it is what the kubelet sends too, and strict servers refuse a path in its place.
        return GrpcChannel.ForAddress(
            "http://localhost",
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MaxReceiveBytes, MaxRetryAttempts = null });
    }

    private static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new SocketNotOpenException(Reason(e), e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Reason(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nobody listens (connection refused)",
        SocketError.AccessDenied => "permission denied",
        SocketError.AddressNotAvailable => "no such socket",
        _ => error.Message,
    };
}
