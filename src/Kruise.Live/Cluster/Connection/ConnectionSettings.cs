using System.Security.Cryptography.X509Certificates;
using k8s.Authentication;

namespace Kruise.Live.Cluster.Connection;

/// <summary>How to reach one API server, and as whom.</summary>
internal sealed record ConnectionSettings
{
    /// <summary>Where the settings come from, for messages: a file, or the pod's service account.</summary>
    public required string Origin { get; init; }

    public required Uri Server { get; init; }

    /// <summary>Who may vouch for the server; the system's authorities when empty.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>Whether the server's certificate is not looked at.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The name that the server's certificate must bear when it is not that of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The certificate to show; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Gives the Authorization header of each request; null for none.</summary>
    public ITokenProvider? Token { get; init; }

    /// <summary>The namespace of the context or of the pod; null when none is said.</summary>
    public string? Namespace { get; init; }
}
