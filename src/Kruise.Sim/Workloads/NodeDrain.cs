using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// Draining one node, as <c>kubectl drain --ignore-daemonsets</c> does it (kubectl/pkg/drain): the node is cordoned, and the pods that it has then are deleted all at
/// once, each with its grace; those of a DaemonSet stay. Disruption budgets are not modelled.
/// </summary>
internal sealed class NodeDrain : IWatchSink
{
    private readonly ApiServer _server;
    private readonly List<V1Pod> _listed = [];
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly WatchStream _watch;
    private bool _isListed;

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
        switch (watchEvent.Type)
        {
            case WatchEventType.Bookmark when !_isListed:
                _isListed = true;
                DeleteAll();
                break;
            case WatchEventType.Added when !_isListed && watchEvent.New is V1Pod pod && !IsOfDaemonSet(pod):
                _listed.Add(pod);
                _left.Add(pod.Metadata.Uid);
                return;
            case WatchEventType.Deleted:
                _left.Remove(watchEvent.New!.Metadata.Uid);
                break;
        }

        if (_isListed && _left.Count == 0)
        {
            IsDone = true;
            _watch.Stop();
        }
    }

    private static bool IsOfDaemonSet(V1Pod pod) => pod.Metadata.OwnerReferences?.Any(o => o is { Controller: true, Kind: "DaemonSet" }) == true;

    private void DeleteAll()
    {
        foreach (V1Pod pod in _listed)
        {
            if (!_server.Delete(typeof(V1Pod), ObjectKey.Of(pod), new DeleteOptions(pod.Metadata.Uid)).Succeeded)
            {
                _left.Remove(pod.Metadata.Uid);
            }
        }

        _listed.Clear();
    }
}
