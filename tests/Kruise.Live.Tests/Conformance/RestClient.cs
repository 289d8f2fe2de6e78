using System.Net;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Sim.Tests.Cluster.Conformance;

namespace Kruise.Live.Tests.Conformance;

/// <summary>Plain HTTP to an API server. Answers are taken apart as client-go does it.</summary>
internal sealed class RestClient(Kubernetes client)
{
    private static CancellationToken Cancellation => Xunit.TestContext.Current.CancellationToken;

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, RealKind kind, object? body = null, string contentType = "application/json")
    {
        (HttpStatusCode status, string text) = await SendAsync(method, path, body, contentType);
        if ((int)status >= 300)
        {
            return new ApiAnswer((int)status, ReasonOf(method, status, text), null);
        }

        using var json = JsonDocument.Parse(text);
        // A delete that is over at once is answered with a Status.
        bool isObject = json.RootElement.GetProperty("kind").GetString() != "Status";
        return new ApiAnswer((int)status, "", isObject ? kind.Read(text) : null);
    }

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(
        HttpMethod method, string path, object? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(client.BaseUri, path));
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? KubernetesJson.Serialize(body), Encoding.UTF8, contentType);
        }

        using HttpResponseMessage answer = await client.HttpClient.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Opens a stream of lines; the caller disposes the response.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, path));
        return await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    public async Task<V1Status> StatusAsync(HttpContent content) => KubernetesJson.Deserialize<V1Status>(await content.ReadAsStringAsync(Cancellation));

    /// <summary>The reason of the Status; where the server answers in plain text, the one that client-go makes of the code.</summary>
    private static string ReasonOf(HttpMethod method, HttpStatusCode status, string text)
    {
        if (text.StartsWith('{'))
        {
            return KubernetesJson.Deserialize<V1Status>(text).Reason ?? "";
        }

        return status switch
        {
            HttpStatusCode.NotFound => "NotFound",
            HttpStatusCode.MethodNotAllowed => "MethodNotAllowed",
            HttpStatusCode.BadRequest => "BadRequest",
            HttpStatusCode.Conflict => method == HttpMethod.Post ? "AlreadyExists" : "Conflict",
            _ => "",
        };
    }
}
