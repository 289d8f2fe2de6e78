using System.Collections.Concurrent;
using k8s;
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

    /// <summary>The kinds that are listed where a controller watches them, each with how.</summary>
    private static readonly (Type Kind, bool IsOfWorkloads, Func<ApiClient, ListScope, CancellationToken, Task<IEnumerable<IKubernetesObject<V1ObjectMeta>>>> List)[] _kinds =
    [
        (typeof(ImagePullJob), false, ListAsync<ImagePullJob>),
        (typeof(NodeImage), false, ListAsync<NodeImage>),
        (typeof(V1Node), false, ListAsync<V1Node>),
        (typeof(SidecarSet), false, ListAsync<SidecarSet>),
        (typeof(CloneSet), true, ListAsync<CloneSet>),
        (typeof(V1Pod), true, ListAsync<V1Pod>),
        (typeof(V1PersistentVolumeClaim), true, ListAsync<V1PersistentVolumeClaim>),
        (typeof(V1ControllerRevision), true, ListAsync<V1ControllerRevision>),
    ];

    /// <summary>Reads what controllers watch, except secrets.</summary>
    /// <param name="client">Who reads.</param>
    /// <param name="controllers">The controllers.</param>
    /// <param name="namespace">The only namespace whose workloads are read; null for all. Of warm-up everything is read: nodes serve all namespaces.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserErrorException">The cluster lacks CRDs or permissions, or cannot be reached.</exception>
    public static async Task<ObjectCache> ReadAsync(
        ApiClient client, IReadOnlyCollection<IReconciler> controllers, string? @namespace, CancellationToken cancellationToken)
    {
        HashSet<Type> watched = [.. controllers.SelectMany(controller => controller.Watches)];
        var kinds = _kinds.Where(kind => watched.Contains(kind.Kind))
            .Select(kind => (Kind: ResourceKind.Of(kind.Kind), Scope: kind.IsOfWorkloads ? new ListScope(@namespace) : ListScope.Everything, kind.List)).ToArray();
        var check = new ClusterCheck(client);
        await check.ReachAsync(cancellationToken);
        await check.RequireKindsAsync([.. kinds.Where(kind => kind.Kind.IsOurs).Select(kind => kind.Kind.Plural)], cancellationToken);
        await check.RequirePermissionsAsync(
            kinds.Select(kind => new Permission("list", kind.Kind.Group, kind.Kind.Plural, kind.Scope.Namespace)), cancellationToken);

        var cache = new ObjectCache(controllers.SelectMany(controller => controller.Indexes), write: KubeJson.Write);
        try
        {
            foreach ((_, ListScope scope, var list) in kinds)
            {
                Store(cache, await list(client, scope, cancellationToken));
            }
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

    private static async Task<IEnumerable<IKubernetesObject<V1ObjectMeta>>> ListAsync<T>(ApiClient client, ListScope scope, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> => await ListPages.ObjectsAsync<T>(client, scope, cancellationToken);

    private static void Store(ObjectCache cache, IEnumerable<IKubernetesObject<V1ObjectMeta>> objects)
    {
        foreach (IKubernetesObject<V1ObjectMeta> obj in objects)
        {
            cache.Store(obj, out _);
        }
    }
}
