using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Kruise.Core.Features;
using Kruise.Live.Cli;
using Kruise.Live.Webhooks.Admission;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kruise.Live.Webhooks;

/// <summary>Serves the webhooks over TLS on every address. Each new connection gets the certificate of that moment.</summary>
/// <param name="options">Where.</param>
/// <param name="gates">The feature gates in force.</param>
/// <param name="serving">The certificate; until there is one, handshakes fail.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where logs go.</param>
/// <param name="cluster">The cluster to look into; null where there is none.</param>
internal sealed partial class WebhookServer(
    WebhookOptions options, FeatureGates gates, ServingCertificate serving, TimeProvider time, ILoggerFactory loggers, AdmissionCluster? cluster = null)
    : IHostedLifecycleService, IAsyncDisposable
{
    /// <summary>A review holds an object and the one that it replaces, each at most 3 MiB, as the API server limits them; and a little around them.</summary>
    private const long MaxBodyBytes = 7 << 20;

    private readonly ILogger _logger = loggers.CreateLogger<WebhookServer>();
    private readonly AdmissionEndpoint _endpoint = new(
        new Admitter(gates, time, cluster), time, loggers.CreateLogger<AdmissionEndpoint>());
    private WebApplication? _app;
    private long? _stoppingSince;

    /// <exception cref="UserErrorException">The port cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        WebApplication app = builder.Build();
        app.Run(HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new UserErrorException(
                e.GetBaseException() is SocketException { SocketErrorCode: SocketError.AccessDenied } ? ExitCode.BadInput : ExitCode.PortInUse,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"webhooks cannot listen on port {options.Port}: {e.GetBaseException().Message.TrimEnd('.')}; WEBHOOK_PORT chooses another port"));
        }

        _app = app;
        LogStarted(options.Port);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Notes when the stop of the process began; from here on <see cref="WebhookOptions.Farewell"/> counts.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stoppingSince = time.GetTimestamp();
        return Task.CompletedTask;
    }

    /// <summary>Serves until the farewell is over; then takes no more connections and lets requests end, until cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is null)
        {
            return;
        }

        if (_stoppingSince is { } since && options.Farewell - time.GetElapsedTime(since) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _app.StopAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.ListenAnyIP(options.Port, listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(TlsOptions()) }));
    }

    private SslServerAuthenticationOptions TlsOptions() => new()
    {
        ServerCertificateContext = serving.Current?.Context ?? throw new AuthenticationException("The webhooks have no certificate yet."),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
    };

    private Task HandleAsync(HttpContext context)
    {
        string? path = context.Request.Path.Value;
        if (AdmissionPaths.FindServed(path, gates) is { } step)
        {
            return _endpoint.HandleAsync(context, step);
        }

        if (path is "/healthz" or "/readyz")
        {
            return context.Response.WriteAsync("ok", context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 351, Level = LogLevel.Information, Message = "Webhooks listen on port {Port}")]
    private partial void LogStarted(int port);
}
