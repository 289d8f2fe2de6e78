using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>
/// Makes certificates, with an authority of its own. A certificate lives for a year and is renewed when half of that is over, so that a renewal has months
/// to succeed. The authority lives for ten, so that a renewal is rarely a matter for the webhook configurations; it is used again while it outlives what it
/// issues.
/// </summary>
internal static class CertificateIssuer
{
    /// <summary>A certificate must still do so long from now; otherwise it is renewed (inventory §4.2).</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromDays(183);

    private static readonly TimeSpan _lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan _authorityLifetime = TimeSpan.FromDays(3650);

    // An authority is used again only if it lives for so much longer (inventory §4.2).
    private static readonly TimeSpan _authorityMustLast = TimeSpan.FromDays(365);

    // The API server's clock may be behind ours.
    private static readonly TimeSpan _clockSkew = TimeSpan.FromHours(1);

    /// <summary>Issues a certificate.</summary>
    /// <param name="before">
    /// What was in use; its authority issues again if it can, and stays trusted as long as its certificates may be served. Null for none.
    /// </param>
    /// <param name="options">The names to be valid for.</param>
    /// <param name="now">The time.</param>
    public static CertificateFiles Issue(CertificateFiles? before, WebhookOptions options, DateTimeOffset now)
    {
        // X.509 counts in whole seconds.
        now = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        X509Certificate2Collection trusted = Trusted(before, now);
        if (Reusable(before, trusted, now) is { } reused)
        {
            using (reused)
            {
                // Whatever a Secret holds may be called an authority; what it issues tells.
                CertificateFiles issued = IssueBy(reused, before!.AuthorityKey!, trusted, options, now);
                if (ServerCertificate.TryOpen(issued)?.ProblemFor(options, now + RenewBefore) is null)
                {
                    return issued;
                }
            }
        }

        using X509Certificate2 authority = NewAuthority(now);
        return IssueBy(authority, ExportKey(authority), trusted, options, now);
    }

    private static CertificateFiles IssueBy(
        X509Certificate2 authority, string authorityKey, X509Certificate2Collection trusted, WebhookOptions options, DateTimeOffset now)
    {
        IEnumerable<X509Certificate2> others = trusted.Where(other => !other.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span));
        string authorities = string.Join('\n', others.Take(1).Prepend(authority).Select(each => each.ExportCertificatePem()));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = NewServer(authority, key, options, now);
        return new CertificateFiles(authorityKey, authorities + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", certificate.ExportCertificatePem() + "\n");
    }

    private static X509Certificate2Collection Trusted(CertificateFiles? before, DateTimeOffset now)
    {
        var found = new X509Certificate2Collection();
        if (before is not null)
        {
            try
            {
                found.ImportFromPem(before.Authorities);
            }
            catch (CryptographicException)
            {
                // What does not parse is trusted by nobody.
            }
        }

        return [.. found.Where(authority => now <= authority.End())];
    }

    private static X509Certificate2? Reusable(CertificateFiles? before, X509Certificate2Collection trusted, DateTimeOffset now)
    {
        if (before?.AuthorityKey is null || trusted.Count == 0 || now < trusted[0].Begin() || now + _authorityMustLast > trusted[0].End())
        {
            return null;
        }

        try
        {
            X509Certificate2 authority = X509Certificate2.CreateFromPem(before.Authorities, before.AuthorityKey);
            using AsymmetricAlgorithm key = KeyOf(authority);
            return authority;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static X509Certificate2 NewAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=webhook-cert-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now - _clockSkew, now + _authorityLifetime);
    }

    private static X509Certificate2 NewServer(X509Certificate2 authority, ECDsa key, WebhookOptions options, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=kruise-webhook", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([Oid.FromOidValue("1.3.6.1.5.5.7.3.1", OidGroup.EnhancedKeyUsage)], false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in options.DnsNames)
        {
            names.AddDnsName(name);
        }

        foreach (System.Net.IPAddress address in options.Addresses)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());

        // It tells authorities of the same name apart. An authority that another tool made may lack its half.
        if (authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
        {
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        }

        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        DateTimeOffset begin = now - _clockSkew < authority.Begin() ? authority.Begin() : now - _clockSkew;
        DateTimeOffset end = now + _lifetime > authority.End() ? authority.End() : now + _lifetime;
        using AsymmetricAlgorithm authorityKey = KeyOf(authority);
        X509SignatureGenerator signer = authorityKey is RSA rsa
            ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)authorityKey);
        return request.Create(authority.SubjectName, signer, begin, end, serial);
    }

    // Upstream's authorities have RSA keys, ours have elliptic ones.
    private static AsymmetricAlgorithm KeyOf(X509Certificate2 authority) =>
        authority.GetECDsaPrivateKey()
        ?? (AsymmetricAlgorithm?)authority.GetRSAPrivateKey()
        ?? throw new CryptographicException("The authority has no key that can sign.");

    private static string ExportKey(X509Certificate2 authority)
    {
        using AsymmetricAlgorithm key = KeyOf(authority);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
