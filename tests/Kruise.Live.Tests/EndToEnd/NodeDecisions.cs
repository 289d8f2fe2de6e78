using System.Collections.Concurrent;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Sim.Cluster;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>What was decided about each node, in its order, as a watch shows it: asked for which version, and each phase reported. The same for both worlds.</summary>
internal sealed class NodeDecisions : IObjectSink<NodeImage>, IWatchSink
{
    private readonly ConcurrentDictionary<string, List<string>> _byNode = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Of(string node) => _byNode.TryGetValue(node, out List<string>? decisions) ? decisions : [];

    void IObjectSink<NodeImage>.Store(NodeImage obj) => Take(obj);

    void IObjectSink<NodeImage>.Delete(ObjectKey key, long revision) => _byNode.GetOrAdd(key.Name, _ => []).Add("deleted");

    void IObjectSink<NodeImage>.Observe(long revision)
    {
    }

    void IWatchSink.OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        if (watchEvent.New is NodeImage nodeImage)
        {
            Take(nodeImage);
        }
    }

    private void Take(NodeImage nodeImage)
    {
        List<string> decisions = _byNode.GetOrAdd(nodeImage.Metadata.Name, _ => []);
        foreach ((string image, ImageSpec spec) in nodeImage.Spec.Images ?? new Dictionary<string, ImageSpec>())
        {
            foreach (ImageTagSpec tag in spec.Tags)
            {
                Add(decisions, $"asked for {image}:{tag.Tag} version {tag.Version}");
            }
        }

        foreach ((string image, ImageStatus status) in nodeImage.Status.ImageStatuses ?? new Dictionary<string, ImageStatus>())
        {
            foreach (ImageTagStatus tag in status.Tags)
            {
                Add(decisions, $"reported {image}:{tag.Tag} version {tag.Version} {tag.Phase}");
            }
        }
    }

    private static void Add(List<string> decisions, string decision)
    {
        if (!decisions.Contains(decision))
        {
            decisions.Add(decision);
        }
    }
}
