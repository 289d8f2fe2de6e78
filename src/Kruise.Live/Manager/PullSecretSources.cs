using System.Threading.Channels;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager;

/// <summary>
/// Watches exactly those secrets that unfinished jobs name, each by its name, while they name it. No other secret of the cluster is ever read: neither the
/// manager's memory nor its traffic holds what it was not asked for.
/// </summary>
internal sealed class PullSecretSources(ClusterCache cache, ApiClient client, string? @namespace, ILogger logger) : IChangeListener
{
    private readonly Dictionary<ObjectKey, (CancellationTokenSource Stop, Task Run)> _watched = [];
    private readonly Dictionary<ObjectKey, Task> _ending = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void OnChange(in ObjectChange change, IClusterView view)
    {
        if (change.Object is ImagePullJob)
        {
            _changed.Writer.TryWrite(true);
        }
    }

    public void OnObserved(Type kind, long revision)
    {
    }

    /// <summary>Follows the jobs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (cache.Gate)
        {
            cache.Seed([typeof(ImagePullJob)], this);
            cache.AddListener(this);
        }

        try
        {
            while (true)
            {
                await _changed.Reader.ReadAsync(cancellationToken);
                Follow(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll([.. _watched.Values.Select(watched => watched.Run), .. _ending.Values]);
        }
    }

    private void Follow(CancellationToken cancellationToken)
    {
        HashSet<ObjectKey> wanted;
        lock (cache.Gate)
        {
            wanted = [.. cache.View.Index<PullSecretIndex>().Wanted.Where(IsOurs)];
        }

        foreach (ObjectKey key in _ending.Where(ending => ending.Value.IsCompleted).Select(ending => ending.Key).ToArray())
        {
            _ending.Remove(key);
        }

        foreach (ObjectKey key in wanted.Where(key => !_watched.ContainsKey(key)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _watched.Add(key, (stop, WatchAsync(key, _ending.GetValueOrDefault(key, Task.CompletedTask), stop.Token)));
        }

        foreach (ObjectKey key in _watched.Keys.Where(key => !wanted.Contains(key)).ToArray())
        {
            _watched.Remove(key, out (CancellationTokenSource Stop, Task Run) watched);
            _ending[key] = StopAsync(key, watched.Stop, watched.Run);
        }
    }

    // The copies themselves are watched as a whole already, and whoever watches them there must not be made to forget one.
    private bool IsOurs(ObjectKey key) => key.Namespace != PullSecretCopies.Namespace && (@namespace is null || key.Namespace == @namespace);

    // A secret that is wanted again is watched only when its watch before has ended: what that one forgets would be missed by this one.
    private async Task WatchAsync(ObjectKey key, Task before, CancellationToken cancellationToken)
    {
        await before;
        var reflector = new Reflector<V1Secret>(
            client, new ListScope(key.Namespace, key.Name), cache.Sink<V1Secret>(isWhole: false), ReflectorOptions.Default, logger);
        await reflector.RunAsync(cancellationToken);
    }

    // What is no longer watched is forgotten, once nothing can bring it back.
    private async Task StopAsync(ObjectKey key, CancellationTokenSource stop, Task run)
    {
        await stop.CancelAsync();
        await run;
        stop.Dispose();
        cache.Forget<V1Secret>(key);
    }
}
