using Microsoft.AspNetCore.Http.Features;

namespace Kruise.Live.Health;

/// <summary>What answers a path.</summary>
internal delegate Task HealthHandler(IFeatureCollection request, CancellationToken cancellationToken);

/// <summary>A path and where it is served.</summary>
/// <param name="Flag">The flag that said where, for messages.</param>
/// <param name="Address">Where, as the flag has it; endpoints of one address share its port.</param>
/// <param name="Path">The path, for example <c>/healthz</c>.</param>
/// <param name="Handler">What answers.</param>
internal sealed record HealthEndpoint(string Flag, string? Address, string Path, HealthHandler Handler)
{
    /// <summary>Answers with the state of checks: 200 <c>ok</c>, or 500 with those that fail; <c>?verbose</c> shows all.</summary>
    public static HealthEndpoint Checks(string flag, string? address, string path, HealthChecks checks) => new(flag, address, path, async (request, token) =>
    {
        string query = request.Get<IHttpRequestFeature>()!.QueryString;
        bool isVerbose = query.TrimStart('?').Split('&').Any(p => p == "verbose" || p.StartsWith("verbose=", StringComparison.Ordinal));
        (bool isFine, string text) = await checks.RunAsync(isVerbose, token);
        await HealthApplication.WriteAsync(request, isFine ? 200 : 500, text, token);
    });

    /// <summary>Answers <c>/metrics</c> with everything that the process measures, in Prometheus' text format.</summary>
    public static HealthEndpoint Metrics(string flag, string? address)
    {
        ProcessMetrics.Install();
        return new(flag, address, "/metrics", async (request, token) =>
        {
            request.Get<IHttpResponseFeature>()!.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await Prometheus.Metrics.DefaultRegistry.CollectAndExportAsTextAsync(request.Get<IHttpResponseBodyFeature>()!.Stream, token);
        });
    }
}
