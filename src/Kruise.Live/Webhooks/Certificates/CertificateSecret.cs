using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>
/// The Secret in which the replicas share keys and certificates. Whoever finds that it holds nothing that will do issues and stores; when two do so at once,
/// the API server lets one of them win, and the other takes what that one stored.
/// </summary>
internal sealed partial class CertificateSecret(WebhookOptions options, ApiClient client, TimeProvider time, ILogger logger)
{
    /// <summary>How often the Secret is read again because another replica was faster; each time it should hold what is needed.</summary>
    private const int MaxRounds = 5;

    private readonly ObjectKey _key = new(options.Namespace, options.SecretName);

    /// <summary>The certificate to serve with: the stored one if it will do for the next months, otherwise a new one, stored.</summary>
    public async Task<ServerCertificate> EnsureAsync(CancellationToken cancellationToken)
    {
        for (int round = 1; ; round++)
        {
            V1Secret? secret = await client.TryGetAsync<V1Secret>(_key, cancellationToken);
            CertificateFiles? stored = secret is null ? null : CertificateFiles.Read(secret);
            ServerCertificate? certificate = stored is null ? null : ServerCertificate.TryOpen(stored);
            string? problem = certificate is null
                ? stored is null ? "there is none" : "it does not parse, or its key is another's"
                : ProblemOf(certificate);
            if (problem is null)
            {
                return certificate!;
            }

            CertificateFiles issued = CertificateIssuer.Issue(stored, options, time.GetUtcNow());
            try
            {
                await StoreAsync(secret, issued, cancellationToken);
                WebhookMetrics.CertificatesIssued.Inc();
                LogIssued(_key, problem);
                return ServerCertificate.TryOpen(issued)!;
            }
            catch (ApiException e) when (round < MaxRounds && (e.IsAlreadyExists || e.IsConflict || (e.IsNotFound && secret is not null)))
            {
                LogLost(_key);
            }
        }
    }

    private string? ProblemOf(ServerCertificate certificate)
    {
        DateTimeOffset now = time.GetUtcNow();
        return certificate.ProblemFor(options, now) ?? certificate.ProblemFor(options, now + CertificateIssuer.RenewBefore);
    }

    private Task StoreAsync(V1Secret? secret, CertificateFiles files, CancellationToken cancellationToken) => secret is null
        ? client.CreateAsync(
            new V1Secret
            {
                ApiVersion = "v1",
                Kind = V1Secret.KubeKind,
                Metadata = new V1ObjectMeta { Name = options.SecretName, NamespaceProperty = options.Namespace },
                Type = "Opaque",
                Data = files.MergeInto(null),
            },
            cancellationToken)
        : client.UpdateAsync(secret with { Data = files.MergeInto(secret.Data) }, cancellationToken);

    [LoggerMessage(EventId = 311, Level = LogLevel.Information, Message = "Issued a certificate for the webhooks into Secret {Secret}; before: {Problem}")]
    private partial void LogIssued(ObjectKey secret, string problem);

    [LoggerMessage(EventId = 312, Level = LogLevel.Information, Message = "Another replica changed Secret {Secret} first: reading it again")]
    private partial void LogLost(ObjectKey secret);
}
