using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager;

/// <summary>The cache that the controllers read and the reflectors that fill it: of the kinds that its controllers and webhooks read.</summary>
internal sealed class ManagerCaches
{
    private readonly List<Func<CancellationToken, Task>> _runs = [];
    private readonly List<(string Name, Task Synced, Func<Exception?> LastFailure)> _sources = [];

    public ManagerCaches(ManagerOptions options, IReadOnlyList<CatalogedController> controllers, ApiClient client, ILoggerFactory loggers)
    {
        Cache = new ClusterCache(controllers.SelectMany(controller => controller.Reconciler.Indexes));
        HashSet<Type> watched = [.. controllers.SelectMany(controller => controller.Reconciler.Watches)];
        ILogger logger = loggers.CreateLogger<ManagerCaches>();

        // What a warm-up claims on a node belongs to jobs of all namespaces; what workloads are made of belongs to its own namespace alone.
        var own = new ListScope(options.Namespace);
        Add<ImagePullJob>(ListScope.Everything);
        Add<NodeImage>(ListScope.Everything);
        Add<V1Node>(ListScope.Everything);
        Add<CloneSet>(own);
        Add<V1Pod>(own);
        Add<V1PersistentVolumeClaim>(own);
        Add<V1ControllerRevision>(own);
        Add<V1Secret>(new ListScope(PullSecretCopies.Namespace));
        if (options.ServesWebhooks)
        {
            // Every replica puts sidecars into pods, whether or not it leads.
            watched.Add(typeof(SidecarSet));
        }

        if (Add<SidecarSet>(ListScope.Everything) is { } sets)
        {
            SidecarSets = new CachedSidecarSets(Cache, sets.Synced);
        }

        if (watched.Contains(typeof(V1Secret)))
        {
            _runs.Add(new PullSecretSources(Cache, client, options.Namespace, logger).RunAsync);
        }

        Reflector<T>? Add<T>(ListScope scope)
            where T : class, k8s.IKubernetesObject<V1ObjectMeta>
        {
            if (!watched.Contains(typeof(T)))
            {
                return null;
            }

            var reflector = new Reflector<T>(client, scope, Cache.Sink<T>(), ReflectorOptions.Default, logger);
            _runs.Add(reflector.RunAsync);
            _sources.Add((reflector.Kind.FullName, reflector.Synced, () => reflector.LastFailure));
            return reflector;
        }
    }

    public ClusterCache Cache { get; }

    /// <summary>The SidecarSets for the webhooks; null where neither they nor a controller need any.</summary>
    public CachedSidecarSets? SidecarSets { get; }

    /// <summary>Ends when every reflector has listed.</summary>
    public Task Synced => Task.WhenAll(_sources.Select(source => source.Synced));

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_runs.Select(run => run(cancellationToken)));

    /// <summary>What is not there yet, for readiness; null when all is.</summary>
    public string? Missing()
    {
        string[] missing =
        [
            .. _sources.Where(source => !source.Synced.IsCompletedSuccessfully)
                .Select(source => source.LastFailure() is { } failure ? $"{source.Name} ({failure.Message})" : source.Name),
        ];
        return missing.Length == 0 ? null : "not listed yet: " + string.Join(", ", missing);
    }
}
