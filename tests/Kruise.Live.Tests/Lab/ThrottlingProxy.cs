using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kruise.Live.Tests.Lab;

/// <summary>A TCP proxy in front of a server: limits the rate of what the server sends, counts it, and stops it when told to.</summary>
internal sealed class ThrottlingProxy : IAsyncDisposable
{
    private const int TicksPerSecond = 50;
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, TcpClient> _connections = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private readonly Task _pacing;
    private TaskCompletionSource _tick = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _credit;
    private long _bytes;

    /// <summary>Starts on a free port of loopback, without limit.</summary>
    /// <param name="targetPort">The server's port on loopback.</param>
    public ThrottlingProxy(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
        _pacing = PaceAsync();
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public string Url => $"http://{Host}/";

    /// <summary>What the server may send, over all connections; no limit when null.</summary>
    public long? BytesPerSecond { get; set; }

    /// <summary>While true not a byte passes and connections stay open: a server that hangs.</summary>
    public bool Stalled { get; set; }

    /// <summary>Bytes that the server has sent so far, HTTP's own included.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Returns when the server has sent so many bytes since the start.</summary>
    public Task PassedAsync(long bytes, TimeSpan limit, CancellationToken cancellation) =>
        Until.HoldsAsync(_ => Task.FromResult(Bytes >= bytes), $"{bytes} bytes passed", limit, cancellation);

    /// <summary>Cuts every connection.</summary>
    public void Cut()
    {
        foreach (TcpClient client in _connections.Values)
        {
            client.Client?.Close(0); // null once it has been disposed of
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await Task.WhenAll([.. _connections.Keys, _accepting, _pacing]);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Task serving = ServeAsync(client);
                _connections[serving] = client;
                _ = serving.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the proxy.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient inner = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            Task up = CopyAsync(client.GetStream(), server.GetStream(), counted: false);
            Task down = CopyAsync(server.GetStream(), client.GetStream(), counted: true);
            await Task.WhenAny(up, down);
            client.Client.Close();
            server.Client.Close();
            await Task.WhenAll(up, down);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One side went; so does the other.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool counted)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            for (int sent = 0; sent < read;)
            {
                int part = await AllowedAsync(read - sent, counted);
                if (counted)
                {
                    // Before the client can have them.
                    Interlocked.Add(ref _bytes, part);
                }

                await to.WriteAsync(buffer.AsMemory(sent, part), _stop.Token);
                sent += part;
            }
        }
    }

    /// <summary>How many of some bytes may pass now; waits while it is none.</summary>
    private async Task<int> AllowedAsync(int wanted, bool limited)
    {
        while (true)
        {
            Task tick;
            lock (_lock)
            {
                if (!Stalled && (!limited || BytesPerSecond is null))
                {
                    return wanted;
                }

                if (!Stalled && _credit > 0)
                {
                    int part = (int)Math.Min(wanted, _credit);
                    _credit -= part;
                    return part;
                }

                tick = _tick.Task;
            }

            await tick.WaitAsync(_stop.Token);
        }
    }

    private async Task PaceAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                TaskCompletionSource tick;
                lock (_lock)
                {
                    // A tick's worth at most is saved up: no burst after a pause.
                    _credit = Math.Max(1, (BytesPerSecond ?? 0) / TicksPerSecond);
                    (tick, _tick) = (_tick, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                }

                tick.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the proxy.
        }
    }
}
