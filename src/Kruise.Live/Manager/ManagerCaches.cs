using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager;

/// <summary>The cache that the controllers read and the reflectors that fill it.</summary>
internal sealed class ManagerCaches
{
    private readonly List<Func<CancellationToken, Task>> _runs = [];
    private readonly List<(string Name, Task Synced, Func<Exception?> LastFailure)> _sources = [];
    private readonly PullSecretSources _pullSecrets;

    public ManagerCaches(ManagerOptions options, IReadOnlyList<CatalogedController> controllers, ApiClient client, ILoggerFactory loggers)
    {
        Cache = new ClusterCache(controllers.SelectMany(controller => controller.Reconciler.Indexes));
        ILogger logger = loggers.CreateLogger<ManagerCaches>();
        Add(new Reflector<ImagePullJob>(client, ListScope.Everything, Cache.Sink<ImagePullJob>(), ReflectorOptions.Default, logger));
        Add(new Reflector<NodeImage>(client, ListScope.Everything, Cache.Sink<NodeImage>(), ReflectorOptions.Default, logger));
        Add(new Reflector<V1Node>(client, ListScope.Everything, Cache.Sink<V1Node>(), ReflectorOptions.Default, logger));
        Add(new Reflector<V1Secret>(client, new ListScope(PullSecretCopies.Namespace), Cache.Sink<V1Secret>(), ReflectorOptions.Default, logger));
        _pullSecrets = new PullSecretSources(Cache, client, options.Namespace, logger);
        _runs.Add(_pullSecrets.RunAsync);

        void Add<T>(Reflector<T> reflector)
            where T : class, k8s.IKubernetesObject<V1ObjectMeta>
        {
            _runs.Add(reflector.RunAsync);
            _sources.Add((reflector.Kind.FullName, reflector.Synced, () => reflector.LastFailure));
        }
    }

    public ClusterCache Cache { get; }

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
