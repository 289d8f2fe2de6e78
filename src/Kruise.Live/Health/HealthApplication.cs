using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Kruise.Live.Health;

/// <summary>Finds what answers a request, by its path alone.</summary>
internal sealed class HealthApplication(IReadOnlyDictionary<string, HealthHandler> handlers) : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        CancellationToken aborted = context.Get<IHttpRequestLifetimeFeature>()?.RequestAborted ?? CancellationToken.None;
        IHttpRequestFeature request = context.Get<IHttpRequestFeature>()!;
        if (!handlers.TryGetValue(request.Path.Length > 1 ? request.Path.TrimEnd('/') : request.Path, out HealthHandler? handler))
        {
            await WriteAsync(context, 404, "not found: " + string.Join(' ', handlers.Keys.Order(StringComparer.Ordinal)), aborted);
            return;
        }

        if (request.Method is not ("GET" or "HEAD"))
        {
            context.Get<IHttpResponseFeature>()!.Headers.Allow = "GET, HEAD";
            await WriteAsync(context, 405, "only GET and HEAD", aborted);
            return;
        }

        try
        {
            await handler(context, aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }

    public static async Task WriteAsync(IFeatureCollection context, int status, string text, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(text + "\n");
        IHttpResponseFeature response = context.Get<IHttpResponseFeature>()!;
        response.StatusCode = status;
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        if (context.Get<IHttpRequestFeature>()!.Method != "HEAD")
        {
            await context.Get<IHttpResponseBodyFeature>()!.Stream.WriteAsync(body, cancellationToken);
        }
    }
}
