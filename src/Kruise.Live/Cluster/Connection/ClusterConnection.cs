using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kruise.Live.Cli;

namespace Kruise.Live.Cluster.Connection;

/// <summary>
/// The way to one API server: TLS, credentials and connections. Shared by every client of the process; which of them asks is said by its user agent.
/// </summary>
/// <remarks>
/// KubernetesClient's own client is not used for this: making one roots the JSON of every kind of Kubernetes in a binary that is compiled ahead of time, which
/// is more than the rest of a daemon.
/// </remarks>
internal sealed class ClusterConnection : IDisposable
{
    // As client-go has it: a peer that is silent for 30 s is asked, and given up 15 s later.
    private static readonly TimeSpan _pingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pingTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(30);

    private readonly ConnectionSettings _settings;

    private ClusterConnection(ConnectionSettings settings, bool readOnly)
    {
        _settings = settings;
        HttpMessageHandler handler = Handler(settings);
        Http = new HttpClient(readOnly ? new ReadOnlyHandler { InnerHandler = handler } : handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where the connection's settings come from, for messages.</summary>
    public string Origin => _settings.Origin;

    public HttpClient Http { get; }

    public Uri BaseUri => _settings.Server;

    /// <summary>The namespace of the context or of the pod; null when none is said.</summary>
    public string? Namespace => _settings.Namespace;

    /// <summary>Whether there is anything to connect by when no file is named.</summary>
    public static bool IsConfigured() => FileInEnvironment() is not null || InCluster.IsInPod() || File.Exists(HomeFile());

    /// <summary>
    /// Connects as <paramref name="kubeconfig"/> says; without it as <c>KUBECONFIG</c> says; without that as the pod that this runs in; last by
    /// <c>~/.kube/config</c>. Nothing is sent yet.
    /// </summary>
    /// <param name="kubeconfig">A file.</param>
    /// <param name="context">A context of the file other than its current one.</param>
    /// <param name="readOnly">Whether everything that writes is refused before it is sent.</param>
    /// <exception cref="UserErrorException">There is nothing to connect by, or it is wrong.</exception>
    public static ClusterConnection Open(string? kubeconfig, string? context = null, bool readOnly = false)
    {
        string? path = kubeconfig ?? FileInEnvironment();
        if (path is null && InCluster.IsInPod())
        {
            return new ClusterConnection(InCluster.Read(), readOnly);
        }

        if (path is null)
        {
            path = HomeFile();
            if (!File.Exists(path))
            {
                throw new UserErrorException(
                    ExitCode.BadInput, $"no kubeconfig: give --kubeconfig FILE, set KUBECONFIG, create {path}, or run inside a pod with a service account");
            }
        }

        return new ClusterConnection(KubeConfigFile.Read(path, context), readOnly);
    }

    public void Dispose()
    {
        Http.Dispose();
        _settings.ClientCertificate?.Dispose();
    }

    /// <summary>Adds the credentials that the server wants to see with every request, for example a token that is renewed from time to time.</summary>
    /// <exception cref="HttpRequestException">There are none to be had now: without them there is no request.</exception>
    public async ValueTask AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_settings.Token is not { } token)
        {
            return;
        }

        try
        {
            request.Headers.Authorization = await token.GetAuthenticationHeaderAsync(cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or HttpRequestException))
        {
            throw new HttpRequestException($"no credentials as {Origin} says: {e.Message}", e);
        }
    }

    /// <summary>The server did not accept the credentials of a request (401): a token that can be got anew is not used again.</summary>
    public void Refused(HttpRequestMessage request)
    {
        if (_settings.Token is ExecCredential exec && request.Headers.Authorization is { } header)
        {
            exec.Forget(header);
        }
    }

    private static SocketsHttpHandler Handler(ConnectionSettings settings)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = settings.TlsServerName };
        if (settings.SkipTlsVerify)
        {
            // What the person asked for by insecure-skip-tls-verify.
#pragma warning disable CA5359
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.Authorities.Count > 0)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(settings.Authorities);
        }

        if (settings.ClientCertificate is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new SocketsHttpHandler
        {
            SslOptions = tls,
            ConnectTimeout = _connectTimeout,

            // A watch of every kind and the writes of every controller go over one connection until its streams are used up.
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = _pingAfter,
            KeepAlivePingTimeout = _pingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
    }

    // Of several files the first; clients that merge files are people's, and they can name the one they mean.
    private static string? FileInEnvironment() =>
        Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } paths ? paths.Split(Path.PathSeparator)[0] : null;

    private static string HomeFile() => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
}
