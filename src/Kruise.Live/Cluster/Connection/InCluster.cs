using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;
using Kruise.Live.Cli;

namespace Kruise.Live.Cluster.Connection;

/// <summary>The settings that the kubelet gives every pod.</summary>
internal static class InCluster
{
    private const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsInPod() => Host() is not null && File.Exists(Path.Combine(Folder, "token"));

    /// <exception cref="UserErrorException">The files are not what they must be.</exception>
    public static ConnectionSettings Read()
    {
        string host = Host()!;
        string port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(Path.Combine(Folder, "ca.crt"));
            string @namespace = Path.Combine(Folder, "namespace");
            return new ConnectionSettings
            {
                Origin = "the pod's service account",
                Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"),
                Authorities = authorities,

                // Reads the file again now and then: the kubelet renews the token.
                Token = new TokenFileAuth(Path.Combine(Folder, "token")),
                Namespace = File.Exists(@namespace) ? File.ReadAllText(@namespace).Trim() : null,
            };
        }
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException or UriFormatException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"the pod's service account cannot be used: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string? Host() => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host ? host : null;
}
