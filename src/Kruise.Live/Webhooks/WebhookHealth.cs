using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kruise.Live.Webhooks.Certificates;

namespace Kruise.Live.Webhooks;

/// <summary>Whether the webhooks answer as the API server would see it: over TLS, with a certificate that the authorities of now vouch for.</summary>
internal sealed class WebhookHealth : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly ServingCertificate _serving;
    private readonly TimeProvider _time;

    public WebhookHealth(WebhookOptions options, ServingCertificate serving, TimeProvider time)
    {
        (_serving, _time) = (serving, time);
        _url = new UriBuilder(Uri.UriSchemeHttps, "localhost", options.Port, "/healthz").Uri;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,

            // Each look is a handshake of its own: an old connection would not show what a new one meets.
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Accepts },
        });
    }

    /// <summary>Asks once; false also when nothing answers within 5 s.</summary>
    public async Task<bool> IsServingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(_url, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is X509Certificate2 server
        && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
        && ServerCertificate.IsAccepted(server, _serving.Trusted, _time.GetUtcNow());
}
