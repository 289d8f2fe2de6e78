using System.Security.Cryptography.X509Certificates;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>The certificate that new connections are served with, and whom this replica's clients trust now. Replaced while running.</summary>
internal sealed class ServingCertificate
{
    private volatile ServerCertificate? _current;
    private volatile X509Certificate2Collection _trusted = [];

    /// <summary>Null until the first one is there.</summary>
    public ServerCertificate? Current => _current;

    /// <summary>The authorities of the newest certificate known, served yet or not: what the webhook configurations carry.</summary>
    public X509Certificate2Collection Trusted => _trusted;

    public void Trust(X509Certificate2Collection authorities) => _trusted = authorities;

    public void Serve(ServerCertificate certificate)
    {
        _current = certificate;
        WebhookMetrics.CertificateExpiry.Set(certificate.NotAfter.ToUnixTimeSeconds());
    }
}
