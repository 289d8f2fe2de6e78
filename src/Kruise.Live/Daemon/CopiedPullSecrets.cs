using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Daemon;

/// <summary>
/// Reads the copies of pull secrets that the manager keeps for daemons, one at a time and by name: a daemon need not be allowed to list any. Each attempt asks
/// anew, so that a rotated secret helps the next one; what was read last is used when the API server cannot be reached, or does not answer soon: the attempt's
/// time is for the pull. The manager copies a secret while it asks for the image, so a copy that is not there yet is waited for.
/// </summary>
internal sealed partial class CopiedPullSecrets(ApiClient client, ILogger<CopiedPullSecrets> logger) : ISecretSource
{
    /// <summary>How long to wait for a copy, or for an answer: a manager makes one within a second of the job.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, V1Secret> _lastRead = [];

    public async Task<IReadOnlyList<V1Secret>> FindAsync(IReadOnlyList<ReferenceObject>? references, CancellationToken cancellationToken)
    {
        if (references is not { Count: > 0 })
        {
            return [];
        }

        V1Secret?[] found = await Task.WhenAll(references.Select(reference => FindAsync(new ObjectKey(reference.Namespace ?? "", reference.Name ?? ""), cancellationToken)));
        return [.. found.OfType<V1Secret>()];
    }

    private async Task<V1Secret?> FindAsync(ObjectKey source, CancellationToken cancellationToken)
    {
        ObjectKey copy = PullSecretCopies.CopyOf(source);
        using var patience = new CancellationTokenSource(_patience, client.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        bool isMissing = false;
        try
        {
            while (true)
            {
                if (await client.TryGetAsync<V1Secret>(copy, limit.Token) is { } read)
                {
                    return Remember(source, read);
                }

                isMissing = true;
                await Task.Delay(_pause, client.Time, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (isMissing)
            {
                Forget(source);
                return null;
            }

            LogUnreadable(source, $"no answer from {client.Connection.BaseUri} within {_patience.TotalSeconds:0} s");
            return LastRead(source);
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            LogUnreadable(source, ApiFailure.Describe(e, client.Connection.BaseUri));
            return LastRead(source);
        }
    }

    // Under the name that the NodeImage uses, which is what people know.
    private V1Secret Remember(ObjectKey source, V1Secret read)
    {
        V1Secret secret = read with { Metadata = new V1ObjectMeta { NamespaceProperty = source.Namespace, Name = source.Name } };
        lock (_lock)
        {
            _lastRead[source] = secret;
        }

        return secret;
    }

    private V1Secret? LastRead(ObjectKey source)
    {
        lock (_lock)
        {
            return _lastRead.GetValueOrDefault(source);
        }
    }

    private void Forget(ObjectKey source)
    {
        lock (_lock)
        {
            _lastRead.Remove(source);
        }
    }

    [LoggerMessage(EventId = 401, Level = LogLevel.Warning, Message = "The copy of pull secret {Secret} cannot be read, going on with what was read last: {Error}")]
    private partial void LogUnreadable(ObjectKey secret, string error);
}
