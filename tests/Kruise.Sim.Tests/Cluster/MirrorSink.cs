using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>A watcher's copy of the world; fails as soon as an event does not fit to what it was told before.</summary>
internal sealed class MirrorSink : IWatchSink
{
    public Dictionary<ObjectKey, IKubernetesObject<V1ObjectMeta>> Objects { get; init; } = [];

    public List<long> Revisions { get; } = [];

    public long Bookmark { get; private set; }

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        if (watchEvent.Type == WatchEventType.Bookmark)
        {
            Bookmark = watchEvent.Revision;
            return;
        }

        Assert.True(Revisions.Count == 0 || Revisions[^1] < watchEvent.Revision);
        Assert.Equal(watchEvent.Revision, watch.Revision);
        Assert.Equal(watchEvent.Revision, ApiServer.RevisionOf(watchEvent.New!));
        Revisions.Add(watchEvent.Revision);
        ObjectKey key = ObjectKey.Of(watchEvent.New!);
        Assert.Same(Objects.GetValueOrDefault(key), watchEvent.Old);
        Assert.Equal(watchEvent.Type == WatchEventType.Added, watchEvent.Old is null);
        if (watchEvent.Type == WatchEventType.Deleted)
        {
            Objects.Remove(key);
        }
        else
        {
            Objects[key] = watchEvent.New!;
        }
    }
}
