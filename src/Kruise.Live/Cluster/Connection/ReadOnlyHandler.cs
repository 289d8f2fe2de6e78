namespace Kruise.Live.Cluster.Connection;

/// <summary>
/// Refuses every request that could change the cluster, before it is sent and whoever sends it. Asking what one may do is a POST that stores nothing.
/// </summary>
internal sealed class ReadOnlyHandler : DelegatingHandler
{
    private const string AccessReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        bool isQuestion = request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith(AccessReviews, StringComparison.Ordinal);
        return request.Method == HttpMethod.Get || isQuestion
            ? base.SendAsync(request, cancellationToken)
            : throw new InvalidOperationException($"{request.Method} {request.RequestUri!.AbsolutePath}: this connection only reads.");
    }
}
