using k8s;
using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>One event of a watch.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Old">What the watch delivered (or its list contained) before; null for added objects and bookmarks.</param>
/// <param name="New">The new state; for a deletion the last state with the deletion's resourceVersion; null for bookmarks.</param>
/// <param name="Revision">The revision of the event; a watch resumed from here misses nothing and repeats nothing.</param>
internal readonly record struct WatchEvent(
    WatchEventType Type,
    IKubernetesObject<V1ObjectMeta>? Old,
    IKubernetesObject<V1ObjectMeta>? New,
    long Revision);

/// <summary>Receives the events of watches, at their virtual time of arrival, in order.</summary>
internal interface IWatchSink
{
    void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent);
}
