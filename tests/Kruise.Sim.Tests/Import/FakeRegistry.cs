using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kruise.Sim.Tests.Import;

/// <summary>A registry and token service that answer what a test says.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<HttpListenerRequest, Answer> _answer;
    private readonly Task _served;

    public FakeRegistry(Func<HttpListenerRequest, Answer> answer)
    {
        _answer = answer;
        // Another process may take a port between the two steps.
        while (true)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Host = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            // One that could not start is of no use any more.
            _listener = new HttpListener();
            _listener.Prefixes.Add($"http://{Host}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                // Taken meanwhile.
            }
        }

        _served = Task.Run(ServeAsync);
    }

    public string Host { get; }

    /// <summary>Requests in order: method, path with query, and Authorization where it is given.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose()
    {
        _listener.Stop();
        _served.Wait();
        _listener.Close();
    }

    public static string DigestOf(string content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or InvalidOperationException)
            {
                return;
            }

            string authorization = context.Request.Headers["Authorization"] is { } given ? " " + given : "";
            Requests.Enqueue($"{context.Request.HttpMethod} {context.Request.RawUrl}{authorization}");
            Answer answer = _answer(context.Request);
            context.Response.StatusCode = answer.Status;
            if (answer.Challenge is not null)
            {
                context.Response.AddHeader("WWW-Authenticate", answer.Challenge);
            }

            if (answer.Location is not null)
            {
                context.Response.AddHeader("Location", answer.Location);
            }

            byte[] body = Encoding.UTF8.GetBytes(answer.Body);
            context.Response.ContentLength64 = body.Length;
            try
            {
                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (HttpListenerException)
            {
                // The client has seen enough.
            }
        }
    }

    public sealed record Answer(int Status, string Body = "", string? Challenge = null, string? Location = null);
}
