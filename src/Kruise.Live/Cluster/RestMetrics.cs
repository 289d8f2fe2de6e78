using System.Globalization;
using System.Net;
using Prometheus;

namespace Kruise.Live.Cluster;

/// <summary>What operators graph of a Kubernetes client, under client-go's names.</summary>
internal static class RestMetrics
{
    private static readonly Counter _requests = Metrics.CreateCounter(
        "rest_client_requests_total", "Number of HTTP requests, partitioned by status code, method, and host.", "code", "method", "host");

    // client-go's boundaries: from well within a healthy server's answers to its own limit of a minute.
    private static readonly Histogram _durations = Metrics.CreateHistogram(
        "rest_client_request_duration_seconds",
        "Request latency in seconds, by verb and host.",
        ["verb", "host"],
        new HistogramConfiguration { Buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60] });

    private static readonly Histogram _waits = Metrics.CreateHistogram(
        "rest_client_rate_limiter_duration_seconds",
        "Time that requests waited for the client's own rate limit, in seconds, by verb and host.",
        ["verb", "host"],
        new HistogramConfiguration { Buckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60] });

    public static void Answered(HttpMethod method, Uri host, HttpStatusCode code, TimeSpan took)
    {
        _requests.WithLabels(((int)code).ToString(CultureInfo.InvariantCulture), method.Method, host.Authority).Inc();
        _durations.WithLabels(method.Method, host.Authority).Observe(took.TotalSeconds);
    }

    public static void Failed(HttpMethod method, Uri host) => _requests.WithLabels("<error>", method.Method, host.Authority).Inc();

    public static void Waited(HttpMethod method, Uri host, TimeSpan waited) => _waits.WithLabels(method.Method, host.Authority).Observe(waited.TotalSeconds);
}
