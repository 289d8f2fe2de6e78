using System.Security.Cryptography.X509Certificates;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>Begin and end of a certificate as moments: .NET gives them in local time.</summary>
internal static class CertificateTimes
{
    public static DateTimeOffset Begin(this X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    public static DateTimeOffset End(this X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());
}
