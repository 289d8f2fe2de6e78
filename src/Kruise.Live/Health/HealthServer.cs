using System.Net;
using Kruise.Live.Cli;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Kruise.Live.Health;

/// <summary>
/// Serves health and metrics over plain HTTP: Kestrel alone, without a host, services or a pipeline around it, because the daemon has it on every node.
/// Compiled to native code an idle process with it holds 10.5 MB, with a slim web application 13.5 MB, with HttpListener 8.6 MB; after 100 requests 12.6, 15.8
/// and 12.6 MB. It serves IPv4 and IPv6 on one port.
/// </summary>
internal sealed class HealthServer : IAsyncDisposable
{
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(1);

    private readonly List<KestrelServer> _servers;

    private HealthServer(List<KestrelServer> servers) => _servers = servers;

    /// <summary>Where it listens, for example <c>http://127.0.0.1:8080</c>; one for each distinct address, in the order of the endpoints.</summary>
    public IReadOnlyList<Uri> Bound { get; private set; } = [];

    /// <summary>Starts to listen; endpoints whose address is off are left out.</summary>
    /// <exception cref="UserErrorException">An address is wrong, taken, or not this machine's.</exception>
    public static async Task<HealthServer> StartAsync(
        IEnumerable<HealthEndpoint> endpoints, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var byAddress = endpoints
            .Select(e => (Endpoint: e, Address: ListenAddress.Parse(e.Flag, e.Address)))
            .Where(e => e.Address is not null)
            .GroupBy(e => e.Address! with { Text = "" })
            .ToList();
        var server = new HealthServer([]);
        var bound = new List<Uri>();
        try
        {
            foreach (var group in byAddress)
            {
                var handlers = new Dictionary<string, HealthHandler>(StringComparer.Ordinal);
                foreach ((HealthEndpoint endpoint, _) in group)
                {
                    handlers.Add(endpoint.Path, endpoint.Handler);
                }

                (HealthEndpoint first, ListenAddress? address) = group.First();
                bound.Add(await server.ListenAsync(first.Flag, address!, new HealthApplication(handlers), loggers, cancellationToken));
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Bound = bound;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_stopLimit);
        foreach (KestrelServer server in _servers)
        {
            await server.StopAsync(limit.Token);
            server.Dispose();
        }

        _servers.Clear();
    }

    private async Task<Uri> ListenAsync(
        string flag, ListenAddress address, HealthApplication application, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxConcurrentConnections = 100;
        if (address.Address is null)
        {
            options.ListenAnyIP(address.Port, listen => listen.Protocols = HttpProtocols.Http1);
        }
        else
        {
            options.Listen(address.Address, address.Port, listen => listen.Protocols = HttpProtocols.Http1);
        }

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { IOQueueCount = 1 }), loggers);
        var server = new KestrelServer(Options.Create(options), transport, loggers);
        _servers.Add(server);
        try
        {
            await server.StartAsync(application, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UserErrorException(ExitCode.PortInUse, $"{flag} {address.Text}: address already in use");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{flag} {address.Text}: cannot listen there: {e.Message}");
        }

        string listening = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(listening.Replace("[::]", IPAddress.Loopback.ToString(), StringComparison.Ordinal));
    }
}
