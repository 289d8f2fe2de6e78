using System.Globalization;
using Prometheus;

namespace Kruise.Live.Webhooks;

/// <summary>What operators graph of webhooks, under controller-runtime's names.</summary>
internal static class WebhookMetrics
{
    private static readonly Counter _requests = Metrics.CreateCounter(
        "controller_runtime_webhook_requests_total", "Total number of admission requests by HTTP status code.", "webhook", "code");

    private static readonly Histogram _latencies = Metrics.CreateHistogram(
        "controller_runtime_webhook_latency_seconds", "Histogram of the latency of processing admission requests.", "webhook");

    private static readonly Gauge _inFlight = Metrics.CreateGauge(
        "controller_runtime_webhook_requests_in_flight", "Current number of admission requests being served.", "webhook");

    /// <summary>When the served certificate ends, so that an alert can be set on it.</summary>
    public static Gauge CertificateExpiry { get; } = Metrics.CreateGauge(
        "kruise_webhook_certificate_expiry_timestamp_seconds", "When the certificate that the webhooks are served with expires, seconds since 1970.");

    public static Counter CertificatesIssued { get; } = Metrics.CreateCounter(
        "kruise_webhook_certificates_issued_total", "Certificates that this replica issued and stored.");

    public static Counter ConfigurationsWritten { get; } = Metrics.CreateCounter(
        "kruise_webhook_configurations_written_total", "Webhook configurations that this replica had to put right.", "name");

    public static IDisposable InFlight(string webhook) => _inFlight.WithLabels(webhook).TrackInProgress();

    public static void Answered(string webhook, int httpCode, TimeSpan took)
    {
        _requests.WithLabels(webhook, httpCode.ToString(CultureInfo.InvariantCulture)).Inc();
        _latencies.WithLabels(webhook).Observe(took.TotalSeconds);
    }
}
