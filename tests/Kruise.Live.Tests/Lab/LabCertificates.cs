using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kruise.Live.Tests.Lab;

/// <summary>The certificate authority of a lab control plane.</summary>
internal sealed class LabCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    public LabCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=lab-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    public string AuthorityPem => _authority.ExportCertificatePem();

    public string AuthorityKeyPem => _authority.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    /// <summary>A certificate for a server on loopback.</summary>
    public (string Certificate, string Key) Server(params string[] names) => Issue("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", null, names);

    /// <summary>A certificate that makes its holder a user with groups.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="notAfter">When it expires; in 20 days when null.</param>
    public (string Certificate, string Key) Client(string user, IEnumerable<string> groups, DateTimeOffset? notAfter = null)
    {
        var subject = new X500DistinguishedNameBuilder();
        foreach (string group in groups)
        {
            subject.AddOrganizationName(group);
        }

        subject.AddCommonName(user);
        return Issue(subject.Build().Name, "1.3.6.1.5.5.7.3.2", notAfter, []);
    }

    public void Dispose() => _authority.Dispose();

    private (string Certificate, string Key) Issue(string subject, string usage, DateTimeOffset? notAfter, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            alternatives.AddIpAddress(IPAddress.Loopback);
            foreach (string name in names)
            {
                alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        DateTimeOffset end = notAfter ?? DateTimeOffset.UtcNow.AddDays(20);
        DateTimeOffset begin = new[] { DateTimeOffset.UtcNow, end }.Min().AddHours(-12);
        using X509Certificate2 certificate = request.Create(_authority, begin, end, serial);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
