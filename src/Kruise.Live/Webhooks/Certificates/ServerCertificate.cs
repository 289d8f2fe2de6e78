using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>
/// A certificate with its key, ready to serve, and the authorities that vouch for it. It is left to the garbage collector when another one takes its place:
/// connections that began with it go on.
/// </summary>
internal sealed class ServerCertificate
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2 _certificate;

    private ServerCertificate(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        _certificate = certificate;
        Authorities = authorities;
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>Whom clients should trust: the authority of this certificate, and those before it.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The same as PEM, as the webhook configurations carry it.</summary>
    public string AuthoritiesPem => Authorities.ExportCertificatePems();

    /// <summary>What handshakes need, prepared once.</summary>
    public SslStreamCertificateContext Context { get; }

    public DateTimeOffset NotAfter => _certificate.End();

    public string Thumbprint => _certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Opens what a Secret holds; null when it does not parse, or when key and certificate do not belong together.</summary>
    public static ServerCertificate? TryOpen(CertificateFiles files)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(files.Authorities);
            return authorities.Count == 0 ? null : new ServerCertificate(X509Certificate2.CreateFromPem(files.Certificate, files.Key), authorities);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether clients that trust these authorities accept a certificate at a moment.</summary>
    public static bool IsAccepted(X509Certificate2 certificate, X509Certificate2Collection authorities, DateTimeOffset at) =>
        IssuerOf(certificate, authorities) is { } issuer && ProblemOf(certificate, "", at) is null && ProblemOf(issuer, "", at) is null;

    /// <summary>Why the certificate would not do for these names at a moment; null when it would.</summary>
    public string? ProblemFor(WebhookOptions options, DateTimeOffset at)
    {
        if (IssuerOf(_certificate, Authorities) is not { } issuer)
        {
            return "its authority did not issue it";
        }

        if (MissingName(options) is { } name)
        {
            return $"it is not valid for {name}";
        }

        return ProblemOf(_certificate, "it", at) ?? ProblemOf(issuer, "its authority", at);
    }

    /// <inheritdoc cref="IsAccepted"/>
    public bool IsAcceptedBy(X509Certificate2Collection authorities, DateTimeOffset at) => IsAccepted(_certificate, authorities, at);

    private static string? ProblemOf(X509Certificate2 certificate, string what, DateTimeOffset at)
    {
        if (at < certificate.Begin())
        {
            return string.Create(CultureInfo.InvariantCulture, $"{what} is valid only from {certificate.Begin():u}");
        }

        return at > certificate.End() ? string.Create(CultureInfo.InvariantCulture, $"{what} expires at {certificate.End():u}") : null;
    }

    private static X509Certificate2? IssuerOf(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate)
            ? authorities.FirstOrDefault(authority => authority.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span))
            : null;
    }

    private string? MissingName(WebhookOptions options)
    {
        X509SubjectAlternativeNameExtension? names = _certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] dnsNames = [.. names?.EnumerateDnsNames() ?? []];
        IPAddress[] addresses = [.. names?.EnumerateIPAddresses() ?? []];
        return options.DnsNames.FirstOrDefault(name => !dnsNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            ?? options.Addresses.FirstOrDefault(address => !addresses.Contains(address))?.ToString();
    }
}
