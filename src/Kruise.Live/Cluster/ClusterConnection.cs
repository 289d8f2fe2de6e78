using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using Kruise.Live.Cli;

namespace Kruise.Live.Cluster;

/// <summary>
/// The way to one API server: TLS, credentials and connections, all KubernetesClient's. Shared by every client of the process; which of them asks is said by
/// its user agent.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    private readonly Kubernetes _kubernetes;

    private ClusterConnection(KubernetesClientConfiguration configuration, string origin, bool readOnly)
    {
        Origin = origin;
        Namespace = configuration.Namespace;

        // A watch of every kind and the writes of every controller go over one connection until its streams are used up.
        configuration.FirstMessageHandlerSetup = handler => handler.EnableMultipleHttp2Connections = true;
        _kubernetes = readOnly ? new Kubernetes(configuration, new ReadOnlyHandler()) : new Kubernetes(configuration);
        Http = _kubernetes.HttpClient;
        BaseUri = _kubernetes.BaseUri;
    }

    /// <summary>Where the connection's settings come from, for messages: a file, or the pod's service account.</summary>
    public string Origin { get; }

    public HttpClient Http { get; }

    public Uri BaseUri { get; }

    /// <summary>The namespace of the context or of the pod; null when none is said.</summary>
    public string? Namespace { get; }

    /// <summary>Whether there is anything to connect by when no file is named.</summary>
    public static bool IsConfigured() =>
        NullIfEmpty(Environment.GetEnvironmentVariable("KUBECONFIG")) is not null || KubernetesClientConfiguration.IsInCluster() || File.Exists(HomeFile());

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
        string? path = kubeconfig ?? NullIfEmpty(Environment.GetEnvironmentVariable("KUBECONFIG"))?.Split(Path.PathSeparator)[0];
        if (path is null && KubernetesClientConfiguration.IsInCluster())
        {
            return new ClusterConnection(KubernetesClientConfiguration.InClusterConfig(), "the pod's service account", readOnly);
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

        return FromFile(path, context, readOnly);
    }

    public void Dispose() => _kubernetes.Dispose();

    /// <summary>Adds the credentials that the server wants to see with every request, for example a token that is renewed from time to time.</summary>
    public Task AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _kubernetes.Credentials?.ProcessHttpRequestAsync(request, cancellationToken) ?? Task.CompletedTask;

    private static ClusterConnection FromFile(string path, string? context, bool readOnly)
    {
        K8SConfiguration file = KubeConfigFile.Read(path);
        try
        {
            return new ClusterConnection(KubernetesClientConfiguration.BuildConfigFromConfigObject(file, context), path, readOnly);
        }
        catch (Exception e) when (e is KubeConfigException or FormatException or System.Security.Cryptography.CryptographicException or IOException or ArgumentException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{path}: the kubeconfig cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string HomeFile() => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
