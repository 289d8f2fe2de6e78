using System.Threading.Channels;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Certificates;
using Kruise.Live.Webhooks.Injection;
using Microsoft.Extensions.Hosting;

namespace Kruise.Live.Webhooks;

/// <summary>
/// Keeps certificate and webhook configurations in order, on every replica: at the start, when the Secret or a configuration changes, and every minute.
/// When the authority changes, the configurations come to trust both the new and the old one first; the new certificate is served once they do, so no
/// connection meets an API server that does not trust it.
/// </summary>
internal sealed partial class WebhookConfigurator : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    /// <summary>How long API servers have to notice that a configuration changed.</summary>
    private static readonly TimeSpan _settleTime = TimeSpan.FromSeconds(10);

    /// <summary>The shortest time between two passes: one who writes the configurations differently must not drive us round.</summary>
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _longestRetry = TimeSpan.FromSeconds(30);

    private readonly WebhookOptions _options;
    private readonly ServingCertificate _serving;
    private readonly ApiClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CertificateSecret _secret;
    private readonly WebhookConfigurations _configurations;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private string? _bundle;
    private DateTimeOffset _bundleSince;

    public WebhookConfigurator(
        WebhookOptions options, FeatureGates gates, ServingCertificate serving, ApiClient client, TimeProvider time, ILogger<WebhookConfigurator> logger)
    {
        (_options, _serving, _client, _time, _logger) = (options, serving, client, time, logger);
        _secret = new CertificateSecret(options, client, time, logger);
        _configurations = new WebhookConfigurations(options, gates, client, logger);
    }

    /// <summary>Why the last pass failed; null when it did not.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Looks at everything once.</summary>
    /// <returns>How long everything may stay as it is.</returns>
    public async Task<TimeSpan> PassAsync(CancellationToken cancellationToken)
    {
        ServerCertificate newest = await _secret.EnsureAsync(cancellationToken);
        _serving.Trust(newest.Authorities);

        // With nothing to serve, or nothing that those who follow the Secret accept, there is nothing to be careful about.
        bool isUrgent = _serving.Current is not { } current
            || current.ProblemFor(_options, _time.GetUtcNow()) is not null
            || !current.IsAcceptedBy(newest.Authorities, _time.GetUtcNow());
        bool written = true;
        try
        {
            written = await _configurations.EnsureAsync(newest.AuthoritiesPem, cancellationToken);
        }
        finally
        {
            if (isUrgent)
            {
                Serve(newest);
            }
        }

        if (written || newest.AuthoritiesPem != _bundle)
        {
            (_bundle, _bundleSince) = (newest.AuthoritiesPem, _time.GetUtcNow());
        }

        if (_serving.Current!.Thumbprint == newest.Thumbprint)
        {
            return _interval;
        }

        TimeSpan rest = _settleTime - (_time.GetUtcNow() - _bundleSince);
        if (rest > TimeSpan.Zero && newest.Authorities.Count > 1)
        {
            return rest;
        }

        Serve(newest);
        return _interval;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task watches = Task.WhenAll(Watches().Select(watch => watch.RunAsync(stoppingToken)));
        int failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await PassAsync(stoppingToken);
                LastFailure = null;
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (ApiFailure.Is(e))
            {
                LastFailure = e;
                LogFailure(ApiFailure.Describe(e, _client.Connection.BaseUri));
                pause = ItemBackoff.Delay(_shortestPause, _longestRetry, failures++);
            }

            await PauseAsync(pause, stoppingToken);
        }

        await watches;
    }

    private IEnumerable<ObjectWatch> Watches()
    {
        yield return Watch($"api/v1/namespaces/{Uri.EscapeDataString(_options.Namespace)}/secrets", _options.SecretName);
        foreach ((string listPath, string name) in WebhookConfigurations.All)
        {
            yield return Watch(listPath, name);
        }

        ObjectWatch Watch(string listPath, string name) => new(_client, listPath, name, () => _changes.Writer.TryWrite(true), _logger);
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await DelayAsync(_shortestPause, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task change = _changes.Reader.WaitToReadAsync(limit.Token).AsTask();
        Task rest = Task.Delay(pause > _shortestPause ? pause - _shortestPause : TimeSpan.Zero, _time, limit.Token);
        await Task.WhenAny(change, rest);
        await limit.CancelAsync();
        await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _changes.Reader.TryRead(out _);
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Serve(ServerCertificate certificate)
    {
        _serving.Serve(certificate);
        LogServing(certificate.NotAfter);
    }

    [LoggerMessage(EventId = 341, Level = LogLevel.Warning, Message = "Certificate and webhook configurations not checked, will be tried again: {Error}")]
    private partial void LogFailure(string error);

    [LoggerMessage(EventId = 342, Level = LogLevel.Information, Message = "Webhooks are served with a certificate valid until {NotAfter:u}")]
    private partial void LogServing(DateTimeOffset notAfter);
}
