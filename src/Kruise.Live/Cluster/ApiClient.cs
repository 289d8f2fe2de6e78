using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster.Connection;

namespace Kruise.Live.Cluster;

/// <summary>
/// Requests to the API server under one user agent and one rate limit. An answer that is no is an <see cref="ApiException"/>; no answer, half of one and one that
/// makes no sense are what <see cref="ApiFailure"/> knows; nothing else is thrown but the end of the caller's patience. Answers 429 and 5xx that say when to come
/// back are tried again here, as client-go does; nothing else is.
/// </summary>
/// <param name="connection">The way to the server.</param>
/// <param name="userAgent">Who asks, for example <c>kruise-manager/imagepulljob-controller</c>.</param>
/// <param name="limiter">The client's own limit; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class ApiClient(ClusterConnection connection, string userAgent, RequestLimiter? limiter, TimeProvider time)
{
    /// <summary>How often one request is sent again because the server said when to come back; client-go's limit.</summary>
    private const int MaxRetries = 10;

    /// <summary>The longest wait that a server may ask for within a request; what asks for more is left to the caller's back-off.</summary>
    private static readonly TimeSpan _longestRetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>The server gives a request a minute; one that takes longer has no answer to wait for.</summary>
    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(65);

    private static readonly MediaTypeHeaderValue _json = new("application/json");

    public ClusterConnection Connection => connection;

    public TimeProvider Time => time;

    public Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => SendAsync<T>(ResourceKind.Of<T>(), HttpMethod.Get, ResourceKind.Of<T>().Path(key), null, cancellationToken);

    /// <summary>The object; null when there is none.</summary>
    public async Task<T?> TryGetAsync<T>(ObjectKey key, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            return await GetAsync<T>(key, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public Task<T> CreateAsync<T>(T obj, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceKind kind = ResourceKind.Of(obj.GetType());
        return SendAsync<T>(kind, HttpMethod.Post, kind.ListPath(kind.IsNamespaced ? obj.Metadata.NamespaceProperty : null), obj, cancellationToken);
    }

    public Task<T> UpdateAsync<T>(T obj, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceKind kind = ResourceKind.Of(obj.GetType());
        return SendAsync<T>(kind, HttpMethod.Put, kind.Path(ObjectKey.Of(obj)), obj, cancellationToken);
    }

    public Task<T> UpdateStatusAsync<T>(T obj, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceKind kind = ResourceKind.Of(obj.GetType());
        return SendAsync<T>(kind, HttpMethod.Put, kind.Path(ObjectKey.Of(obj), "status"), obj, cancellationToken);
    }

    /// <summary>Sends what differs of an object of Kubernetes (<see cref="ObjectPatch"/>); the resourceVersion that it has then.</summary>
    public Task<long> PatchAsync(ResourceKind kind, ObjectKey key, JsonObject patch, string? subresource, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Patch,
        kind.Path(key, subresource),
        System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString()),
        async (answer, token) =>
        {
            using JsonDocument document = await JsonDocument.ParseAsync(answer, default, token);
            return ObjectCache.RevisionOf(kind.ReadObject(document.RootElement));
        },
        cancellationToken,
        new MediaTypeHeaderValue(ObjectPatch.MediaTypeOf(kind)));

    public async Task DeleteAsync(ResourceKind kind, ObjectKey key, string? uid, CancellationToken cancellationToken)
    {
        var options = new V1DeleteOptions { Preconditions = uid is null ? null : new V1Preconditions { Uid = uid } };
        await SendAsync(
            HttpMethod.Delete,
            kind.Path(key),
            JsonSerializer.SerializeToUtf8Bytes(options, KubeJson.Default.V1DeleteOptions),
            static (_, _) => Task.FromResult(true),
            cancellationToken);
    }

    /// <summary>One page of a list as JSON: its metadata and items.</summary>
    public Task<JsonDocument> ListAsync(string pathAndQuery, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Get,
        pathAndQuery,
        null,
        static async (body, token) =>
        {
            JsonDocument list = await JsonDocument.ParseAsync(body, default, token);
            if (list.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("metadata", out _) && root.TryGetProperty("items", out _))
            {
                return list;
            }

            list.Dispose();
            throw new JsonException("The answer is not a list.");
        },
        cancellationToken);

    /// <summary>An object of a kind that is handled as bare JSON; null when there is none.</summary>
    public async Task<JsonObject?> TryGetJsonAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, ReadJsonAsync, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Writes an object of a kind that is handled as bare JSON; the answer is the object as it was stored.</summary>
    public Task<JsonObject> SendJsonAsync(
        HttpMethod method, string path, JsonNode body, CancellationToken cancellationToken, string mediaType = "application/json") =>
        SendAsync(
            method, path, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), ReadJsonAsync, cancellationToken, new MediaTypeHeaderValue(mediaType));

    /// <summary>Opens a watch; the caller reads the answer's lines and disposes of it. Watches have no turn to wait for.</summary>
    public async Task<HttpResponseMessage> OpenWatchAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendOnceAsync(HttpMethod.Get, pathAndQuery, null, _json, cancellationToken);
        return await EnsureSuccessAsync(response, cancellationToken);
    }

    private Task<T> SendAsync<T>(ResourceKind kind, HttpMethod method, string path, T? body, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => SendAsync(
        method,
        path,
        body is null ? null : kind.Write(body),
        async (answer, token) =>
        {
            using JsonDocument document = await JsonDocument.ParseAsync(answer, default, token);
            return (T)kind.ReadObject(document.RootElement);
        },
        cancellationToken);

    // The time limit holds for the whole answer: a server that stops in the middle of one has given none.
    private async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method,
        string path,
        byte[]? body,
        Func<Stream, CancellationToken, Task<TAnswer>> read,
        CancellationToken cancellationToken,
        MediaTypeHeaderValue? mediaType = null)
    {
        for (int retry = 0; ; retry++)
        {
            if (limiter is not null)
            {
                RestMetrics.Waited(method, connection.BaseUri, await limiter.WaitAsync(cancellationToken));
            }

            using var timer = new CancellationTokenSource(_requestTimeout, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
            try
            {
                using HttpResponseMessage response =
                    await EnsureSuccessAsync(await SendOnceAsync(method, path, body, mediaType ?? _json, limit.Token), limit.Token);
                await using Stream answer = await response.Content.ReadAsStreamAsync(limit.Token);
                return await read(answer, limit.Token);
            }
            catch (ApiException e) when (retry < MaxRetries && e.RetryAfter <= _longestRetryAfter)
            {
                await Task.Delay(e.RetryAfter.Value, time, cancellationToken);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"no answer from {connection.BaseUri} within {_requestTimeout.TotalSeconds:0} s", e);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, string path, byte[]? body, MediaTypeHeaderValue mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(connection.BaseUri, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.Accept.ParseAdd("application/json");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = mediaType;
        }

        await connection.AuthenticateAsync(request, cancellationToken);
        long start = time.GetTimestamp();
        try
        {
            HttpResponseMessage response = await connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            RestMetrics.Answered(method, connection.BaseUri, response.StatusCode, time.GetElapsedTime(start));
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                connection.Refused(request);
            }

            return response;
        }
        catch (HttpRequestException)
        {
            RestMetrics.Failed(method, connection.BaseUri);
            throw;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // How a connection that does not come about in time looks.
            RestMetrics.Failed(method, connection.BaseUri);
            throw new HttpRequestException($"no connection to {connection.BaseUri.Authority}: {e.GetBaseException().Message}", e.GetBaseException());
        }
    }

    private static async Task<HttpResponseMessage> EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            bool mayRetry = response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500;
            throw ApiException.From(response.StatusCode, body, mayRetry ? response.Headers.RetryAfter?.Delta : null);
        }
    }

    private static async Task<JsonObject> ReadJsonAsync(Stream body, CancellationToken cancellationToken) =>
        await JsonNode.ParseAsync(body, cancellationToken: cancellationToken) as JsonObject ?? throw new JsonException("The answer is not an object.");
}
