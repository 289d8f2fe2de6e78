using System.Collections.Concurrent;
using System.Net;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kruise.Live.Tests.Hollow;

/// <summary>
/// Stands between a manager and the API server and ends the manager at one of its writes: just before the server hears of it, or just after, when the manager has
/// not heard the answer. Everything else passes as it is.
/// </summary>
internal sealed class KillingProxy : IAsyncDisposable
{
    private static readonly string[] s_ownHeaders = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive"];

    private readonly WebApplication _app;
    private readonly ClusterConnection _server;
    private readonly LabFolder _folder = new("killing-proxy");
    private Trap? _trap;

    private KillingProxy(ClusterConnection server)
    {
        _server = server;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(PassAsync);
    }

    /// <summary>A kubeconfig of the same user by way of this proxy.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>Writes that came by: the method and the path.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    public static async Task<KillingProxy> StartAsync(string kubeconfig)
    {
        var proxy = new KillingProxy(ClusterConnection.Open(kubeconfig));
        await proxy._app.StartAsync();
        string token = File.ReadAllText(kubeconfig).Split("token: ")[1].Split(' ')[0];
        proxy.Kubeconfig = proxy._folder.Write(
            "proxy.kubeconfig",
            $"clusters:\n- {{name: a, cluster: {{server: '{proxy._app.Urls.First()}'}}}}\nusers:\n- {{name: u, user: {{token: {token}}}}}\ncontexts:\n- {{name: a, context: {{cluster: a, user: u}}}}\ncurrent-context: a\n");
        return proxy;
    }

    /// <summary>Sets the trap; the task ends when the manager is dead.</summary>
    /// <param name="method">The write's method.</param>
    /// <param name="within">What its path has in it as well.</param>
    /// <param name="pathHas">What its path has in it; a $ at the end stands for the end of the path.</param>
    /// <param name="afterwards">Whether the server gets to see the write.</param>
    /// <param name="kill">Ends the manager.</param>
    /// <param name="pass">How many such writes go by before it springs.</param>
    public Task Arm(string method, string within, string pathHas, bool afterwards, Func<Task> kill, int pass = 0)
    {
        var trap = new Trap(method, within, pathHas, afterwards, kill, pass);
        Volatile.Write(ref _trap, trap);
        return trap.Sprung.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _server.Dispose();
        _folder.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        Trap? trap = Volatile.Read(ref _trap);
        bool springs = trap is not null && trap.Fits(context.Request) && trap.IsDue() && Interlocked.CompareExchange(ref _trap, null, trap) == trap;
        if (springs && !trap!.Afterwards)
        {
            await SpringAsync(trap, context);
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method))
        {
            Writes.Enqueue($"{context.Request.Method} {context.Request.Path}");
        }

        using HttpRequestMessage request = await RequestAsync(context.Request);
        using HttpResponseMessage response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (springs)
        {
            await SpringAsync(trap!, context);
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!s_ownHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            // Watches are read line by line as they come.
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpRequest from)
    {
        var request = new HttpRequestMessage(new HttpMethod(from.Method), new Uri(_server.BaseUri, from.Path + from.QueryString));
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await from.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in from.Headers)
        {
            if (!s_ownHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return request;
    }

    private static async Task SpringAsync(Trap trap, HttpContext context)
    {
        await trap.Kill();
        context.Abort();
        trap.Sprung.TrySetResult();
    }

    private sealed record Trap(string Method, string Within, string PathHas, bool Afterwards, Func<Task> Kill, int Pass)
    {
        private int _seen;

        public TaskCompletionSource Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Fits(HttpRequest request) =>
            request.Method == Method && request.Path.Value!.Contains(Within, StringComparison.Ordinal)
            && (request.Path + "$").Contains(PathHas, StringComparison.Ordinal);

        public bool IsDue() => Interlocked.Increment(ref _seen) > Pass;
    }
}
