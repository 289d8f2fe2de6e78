using System.Collections.Concurrent;
using System.Net;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kruise.Live.Tests.Cluster;

/// <summary>An API server that answers as a test says, for what a real one does only now and then: refusing under load, being asked to wait.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly LabFolder _folder = new("fake-api");

    private FakeApi(Func<HttpRequest, (int Code, string Body, int? RetryAfterSeconds)> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            Bodies.Enqueue((context.Request.ContentType ?? "", await body.ReadToEndAsync()));
            Requests.Enqueue((context.Request.Method, context.Request.Path, context.Request.Headers.UserAgent.ToString()));
            (int code, string answered, int? retryAfter) = answer(context.Request);
            context.Response.StatusCode = code;
            context.Response.ContentType = "application/json";
            if (retryAfter is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString();
            }

            await context.Response.WriteAsync(answered);
        });
    }

    public ConcurrentQueue<(string Method, string Path, string UserAgent)> Requests { get; } = new();

    /// <summary>What was sent with each request, and the media type that it was said to have.</summary>
    public ConcurrentQueue<(string MediaType, string Text)> Bodies { get; } = new();

    public ClusterConnection Connection { get; private set; } = null!;

    public static async Task<FakeApi> StartAsync(Func<HttpRequest, (int Code, string Body, int? RetryAfterSeconds)> answer)
    {
        var api = new FakeApi(answer);
        await api._app.StartAsync();
        string kubeconfig = api._folder.Write(
            "fake.kubeconfig", $"clusters:\n- {{name: a, cluster: {{server: '{api._app.Urls.First()}'}}}}\ncontexts:\n- {{name: a, context: {{cluster: a}}}}\ncurrent-context: a\n");
        api.Connection = ClusterConnection.Open(kubeconfig);
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
