using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;

namespace Kruise.Live.Planning;

/// <summary>What controllers see of a cluster, read once: one list after another, so that a kind may be a moment newer than the one before it.</summary>
internal static class ClusterSnapshot
{
    /// <summary>Secrets read at a time.</summary>
    private const int ParallelReads = 8;

    /// <summary>What has to be allowed besides reading secrets.</summary>
    private static readonly Permission[] _permissions =
    [
        new("list", KruiseGroup.Name, "imagepulljobs"), new("list", KruiseGroup.Name, "nodeimages"), new("list", "", "nodes"),
    ];

    /// <summary>Reads jobs, NodeImages and nodes.</summary>
    /// <exception cref="UserErrorException">The cluster lacks CRDs or permissions, or cannot be reached.</exception>
    public static async Task<ObjectCache> ReadAsync(ApiClient client, IEnumerable<IReconciler> controllers, CancellationToken cancellationToken)
    {
        var check = new ClusterCheck(client);
        await check.ReachAsync(cancellationToken);
        await check.RequireKindsAsync(["imagepulljobs", "nodeimages"], cancellationToken);
        await check.RequirePermissionsAsync(_permissions, cancellationToken);

        var cache = new ObjectCache(controllers.SelectMany(controller => controller.Indexes), write: KubeJson.Write);
        try
        {
            Store(cache, await ListPages.ObjectsAsync<ImagePullJob>(client, ListScope.Everything, cancellationToken));
            Store(cache, await ListPages.ObjectsAsync<NodeImage>(client, ListScope.Everything, cancellationToken));
            Store(cache, await ListPages.ObjectsAsync<V1Node>(client, ListScope.Everything, cancellationToken));
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            throw ApiFailure.ToUserError(e, client.Connection);
        }

        return cache;
    }

    /// <summary>
    /// Reads the secrets that unfinished jobs name, each by its name, and the copies; no other. Returns why that is not allowed; null when it is.
    /// </summary>
    /// <exception cref="UserErrorException">The cluster cannot be reached.</exception>
    public static async Task<string?> TryReadSecretsAsync(ApiClient client, ObjectCache cache, CancellationToken cancellationToken)
    {
        var secrets = new ConcurrentQueue<V1Secret>();
        try
        {
            foreach (V1Secret copy in await ListPages.ObjectsAsync<V1Secret>(client, new ListScope(PullSecretCopies.Namespace), cancellationToken))
            {
                secrets.Enqueue(copy);
            }

            var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(cache.Index<PullSecretIndex>().Wanted, options, async (key, token) =>
            {
                if (key.Namespace != PullSecretCopies.Namespace && await client.TryGetAsync<V1Secret>(key, token) is { } secret)
                {
                    secrets.Enqueue(secret);
                }
            });
        }
        catch (ApiException e) when (e.IsForbidden)
        {
            return e.Message;
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            throw ApiFailure.ToUserError(e, client.Connection);
        }

        Store(cache, secrets);
        return null;
    }

    private static void Store(ObjectCache cache, IEnumerable<k8s.IKubernetesObject<V1ObjectMeta>> objects)
    {
        foreach (k8s.IKubernetesObject<V1ObjectMeta> obj in objects)
        {
            cache.Store(obj, out _);
        }
    }
}
