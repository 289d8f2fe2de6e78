using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s.Models;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Certificates;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class CertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly WebhookOptions Options = new() { Host = "2001:db8::7" };

    [Fact]
    public void A_certificate_is_valid_for_every_name_and_for_half_a_year_at_least()
    {
        ServerCertificate certificate = Open(CertificateIssuer.Issue(null, Options, Now));

        Assert.Null(certificate.ProblemFor(Options, Now));
        Assert.Null(certificate.ProblemFor(Options, Now + CertificateIssuer.RenewBefore));
        Assert.Null(certificate.ProblemFor(new WebhookOptions(), Now));
        Assert.Equal("it is not valid for 192.0.2.1", certificate.ProblemFor(Options with { Host = "192.0.2.1" }, Now));
        Assert.Equal("it is not valid for manager.example", certificate.ProblemFor(Options with { Host = "manager.example" }, Now));
        Assert.Equal("it is not valid for other.kruise-system.svc", certificate.ProblemFor(Options with { ServiceName = "other" }, Now));
        Assert.StartsWith("it is valid only from", certificate.ProblemFor(Options, Now.AddHours(-2)), StringComparison.Ordinal);
        Assert.StartsWith("it expires at", certificate.ProblemFor(Options, Now.AddDays(366)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_authority_issues_again_while_it_lasts_a_year_and_stays_trusted_when_another_takes_its_place()
    {
        CertificateFiles first = CertificateIssuer.Issue(null, Options, Now);
        CertificateFiles renewed = CertificateIssuer.Issue(first, Options, Now.AddDays(200));
        CertificateFiles late = CertificateIssuer.Issue(renewed, Options, Now.AddDays(3650 - 364));
        CertificateFiles afterAll = CertificateIssuer.Issue(late, Options, Now.AddDays(3651));

        Assert.Equal(first.Authorities, renewed.Authorities);
        Assert.NotEqual(first.Certificate, renewed.Certificate);
        X509Certificate2Collection both = Open(late).Authorities;
        Assert.Equal(2, both.Count);
        Assert.Equal(Open(first).Authorities[0], both[1]);
        Assert.True(Open(renewed).IsAcceptedBy(both, Now.AddDays(300)));
        Assert.False(Open(late).IsAcceptedBy(Open(first).Authorities, Now.AddDays(3650 - 364)));
        Assert.Single(Open(afterAll).Authorities);
        Assert.Equal(both[0], Open(afterAll).Authorities[0]);
    }

    [Fact]
    public void What_upstream_left_behind_is_used_and_renewed()
    {
        using var authorityKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=webhook-cert-ca", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(3650));
        var upstreams = new CertificateFiles(authorityKey.ExportRSAPrivateKeyPem(), authority.ExportCertificatePem(), "", "");

        CertificateFiles issued = CertificateIssuer.Issue(upstreams, Options, Now);

        Assert.Null(Open(issued).ProblemFor(Options, Now));
        Assert.Equal([authority], Open(issued).Authorities);
        Assert.Equal(upstreams.AuthorityKey, issued.AuthorityKey);
    }

    [Fact]
    public void An_authority_whose_certificates_nobody_would_accept_is_not_used_again()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=no-authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using X509Certificate2 leaf = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(3650));

        ServerCertificate issued = Open(CertificateIssuer.Issue(new CertificateFiles(key.ExportPkcs8PrivateKeyPem(), leaf.ExportCertificatePem(), "", ""), Options, Now));

        Assert.Null(issued.ProblemFor(Options, Now));
        Assert.NotEqual(leaf, issued.Authorities[0]);
    }

    [Fact]
    public void What_does_not_parse_or_belong_together_is_not_opened()
    {
        CertificateFiles good = CertificateIssuer.Issue(null, Options, Now);
        CertificateFiles other = CertificateIssuer.Issue(null, Options, Now);

        Assert.Null(ServerCertificate.TryOpen(new CertificateFiles(null, good.Authorities, other.Key, good.Certificate)));
        Assert.Null(ServerCertificate.TryOpen(new CertificateFiles(null, good.Authorities, "junk", good.Certificate)));
        Assert.Null(ServerCertificate.TryOpen(new CertificateFiles(null, "junk", good.Key, good.Certificate)));
        Assert.Equal("its authority did not issue it", ServerCertificate.TryOpen(new CertificateFiles(null, other.Authorities, good.Key, good.Certificate))!.ProblemFor(Options, Now));

        X509Certificate2Collection healed = Open(CertificateIssuer.Issue(new CertificateFiles("junk", good.Authorities, "junk", "junk"), Options, Now)).Authorities;
        Assert.Equal(2, healed.Count);
        Assert.Equal(Open(good).Authorities[0], healed[1]);
    }

    [Fact]
    public void The_secret_has_upstreams_keys_and_keeps_other_ones()
    {
        CertificateFiles files = CertificateIssuer.Issue(null, Options, Now);
        Dictionary<string, byte[]> data = files.MergeInto(new Dictionary<string, byte[]> { ["mine"] = [1], ["tls.key"] = [2] });

        Assert.Equal(["ca-cert.pem", "ca-key.pem", "cert.pem", "key.pem", "mine", "tls.crt", "tls.key"], data.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(data["key.pem"], data["tls.key"]);
        Assert.Equal(data["cert.pem"], data["tls.crt"]);
        Assert.Equal(files.Certificate, CertificateFiles.Read(new V1Secret { Data = data })!.Certificate);
        Assert.Null(CertificateFiles.Read(new V1Secret()));
    }

    [Fact]
    public void An_ipv4_host_is_an_address_in_the_certificate()
    {
        var options = new WebhookOptions { Host = "192.0.2.7" };
        CertificateFiles files = CertificateIssuer.Issue(null, options, Now);
        using var certificate = X509Certificate2.CreateFromPem(files.Certificate);
        X509SubjectAlternativeNameExtension names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();

        Assert.Equal([IPAddress.Parse("192.0.2.7")], names.EnumerateIPAddresses());
        Assert.Equal(["kruise-webhook-service.kruise-system.svc", "localhost"], names.EnumerateDnsNames());
    }

    private static ServerCertificate Open(CertificateFiles files) => ServerCertificate.TryOpen(files)!;
}
