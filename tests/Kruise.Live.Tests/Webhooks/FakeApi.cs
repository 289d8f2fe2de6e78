using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>As much of an API server as the webhooks need: objects by path with versions, conflicts, and watches of one name; over plain HTTP.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly LabFolder _folder = new("fake-api");
    private readonly ConcurrentDictionary<Channel<JsonObject>, string> _watches = new();
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly WebApplication _app;
    private int _revision;

    private FakeApi()
    {
        int port = LabEnvironment.FreePorts(1)[0];
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        _app.Run(HandleAsync);
        string kubeconfig = _folder.Write(
            "kubeconfig",
            $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: fake, cluster: {server: "http://127.0.0.1:{{port}}"} }]
            users: [{name: user, user: {token: any} }]
            contexts: [{name: fake, context: {cluster: fake, user: user} }]
            current-context: fake

            """);
        Connection = ClusterConnection.Open(kubeconfig);
        Client = new ApiClient(Connection, "test", limiter: null, TimeProvider.System);
    }

    public ClusterConnection Connection { get; }

    public ApiClient Client { get; }

    /// <summary>Requests that changed something or tried to, as "METHOD path code".</summary>
    public ConcurrentQueue<string> Writes { get; } = [];

    /// <summary>Called before a request is carried out; a code other than 0 is answered instead.</summary>
    public Func<string, string, Task<int>> Before { get; set; } = (_, _) => Task.FromResult(0);

    public static async Task<FakeApi> StartAsync()
    {
        var api = new FakeApi();
        await api._app.StartAsync();
        return api;
    }

    public JsonObject? Get(string path)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(path, out JsonObject? found) ? (JsonObject)found.DeepClone() : null;
        }
    }

    public void Put(string path, JsonObject obj)
    {
        lock (_lock)
        {
            Store(path, (JsonObject)obj.DeepClone());
        }
    }

    public void Remove(string path)
    {
        lock (_lock)
        {
            if (_objects.Remove(path, out JsonObject? old))
            {
                Tell(path, "DELETED", old);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Channel<JsonObject> watch in _watches.Keys)
        {
            watch.Writer.TryComplete();
        }

        Connection.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!.TrimStart('/');
        if (context.Request.Query.ContainsKey("watch"))
        {
            await WatchAsync(context, $"{path}/{context.Request.Query["fieldSelector"].ToString().Split('=')[1]}");
            return;
        }

        string method = context.Request.Method;
        JsonObject? body = method is "PUT" or "POST" ? (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))! : null;
        int code = await Before(method, path);
        JsonObject? answer = null;
        if (code == 0)
        {
            (code, answer) = Do(method, path, body);
        }

        if (method != "GET")
        {
            Writes.Enqueue($"{method} {path} {code}");
        }

        string reason = code switch { 404 => "NotFound", 409 when method == "POST" => "AlreadyExists", 409 => "Conflict", 403 => "Forbidden", _ => "" };
        answer ??= new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["code"] = code, ["reason"] = reason, ["message"] = reason };
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private (int Code, JsonObject? Answer) Do(string method, string path, JsonObject? body)
    {
        lock (_lock)
        {
            switch (method)
            {
                case "GET":
                    return Get(path) is { } found ? (200, found) : (404, null);
                case "POST":
                    string created = $"{path}/{body!["metadata"]!["name"]}";
                    return _objects.ContainsKey(created) ? (409, null) : (201, Store(created, body));
                case "PUT" when !_objects.ContainsKey(path):
                    return (404, null);
                case "PUT":
                    return _objects[path]["metadata"]!["resourceVersion"]!.ToString() == body!["metadata"]!["resourceVersion"]?.ToString() ? (200, Store(path, body)) : (409, null);
                default:
                    return (405, null);
            }
        }
    }

    private JsonObject Store(string path, JsonObject obj)
    {
        obj["metadata"]!["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
        _objects[path] = obj;
        Tell(path, "MODIFIED", obj);
        return (JsonObject)obj.DeepClone();
    }

    private void Tell(string path, string type, JsonObject obj)
    {
        foreach ((Channel<JsonObject> watch, string watched) in _watches)
        {
            if (watched == path)
            {
                watch.Writer.TryWrite(new JsonObject { ["type"] = type, ["object"] = obj.DeepClone() });
            }
        }
    }

    private async Task WatchAsync(HttpContext context, string path)
    {
        var events = Channel.CreateUnbounded<JsonObject>();
        lock (_lock)
        {
            _watches[events] = path;
            if (_objects.TryGetValue(path, out JsonObject? now))
            {
                events.Writer.TryWrite(new JsonObject { ["type"] = "ADDED", ["object"] = now.DeepClone() });
            }
        }

        try
        {
            await context.Response.StartAsync();
            await foreach (JsonObject change in events.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(change.ToJsonString() + "\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher left.
        }
        finally
        {
            _watches.TryRemove(events, out _);
        }
    }
}
