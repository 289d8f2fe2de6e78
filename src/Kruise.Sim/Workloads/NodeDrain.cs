using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// Draining one node, as an administrator does: it is cordoned, and its pods are deleted one after another, each with its grace, the next when the one
/// before is gone. Pods
/// of a DaemonSet stay, as with <c>kubectl drain --ignore-daemonsets</c>. Disruption budgets are not modelled.
/// </summary>
internal sealed class NodeDrain : IWatchSink
{
    private readonly ApiServer _server;
    private readonly Queue<(ObjectKey Key, string Uid)> _pods = new();
    private readonly WatchStream _watch;
    private string? _under;

    public NodeDrain(ApiServer server, NodeLifecycle lifecycle, string node, Func<SimTime> watchDelay)
    {
        _server = server;
        lifecycle.Cordon(node);
        _watch = server.WatchField(typeof(V1Pod), node, watchDelay, this);
    }

    /// <summary>Every pod that was on the node at its beginning is gone.</summary>
    public bool IsDone { get; private set; }

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        if (watchEvent.Type == WatchEventType.Bookmark)
        {
            Next();
            return;
        }

        var pod = (V1Pod)watchEvent.New!;
        if (watchEvent.Type == WatchEventType.Deleted)
        {
            if (pod.Metadata.Uid == _under)
            {
                _under = null;
                Next();
            }
        }
        else if (watchEvent.Type == WatchEventType.Added && pod.Metadata.OwnerReferences?.Any(o => o is { Controller: true, Kind: "DaemonSet" }) != true)
        {
            _pods.Enqueue((ObjectKey.Of(pod), pod.Metadata.Uid));
        }
    }

    private void Next()
    {
        while (_under is null && _pods.TryDequeue(out (ObjectKey Key, string Uid) pod))
        {
            if (_server.Delete(typeof(V1Pod), pod.Key, new DeleteOptions(pod.Uid)).Succeeded)
            {
                _under = pod.Uid;
            }
        }

        if (_under is null)
        {
            IsDone = true;
            _watch.Stop();
        }
    }
}
