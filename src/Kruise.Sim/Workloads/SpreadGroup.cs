using k8s.Models;
using Kruise.Core.Selectors;

namespace Kruise.Sim.Workloads;

/// <summary>
/// Pods that are to be spread: those of one controller, or those that a topology spread constraint selects. Counts them by node and by the values of one
/// label, change by
/// change.
/// </summary>
internal sealed class SpreadGroup(string @namespace, string? controllerUid, LabelMatcher? matcher, string topologyKey)
{
    private readonly Dictionary<string, int> _byValue = new(StringComparer.Ordinal);
    private int[] _byNode = [];

    public string TopologyKey { get; } = topologyKey;

    public bool Has(SchedulingPod pod) =>
        pod.Namespace == @namespace && (controllerUid is not null ? pod.ControllerUid == controllerUid : matcher!.Matches(pod.Labels));

    public int OnNode(ScheduledNode node) => node.Index < _byNode.Length ? _byNode[node.Index] : 0;

    public int With(string? value) => value is null ? 0 : _byValue.GetValueOrDefault(value);

    /// <summary>The node's value of the label; the node's name when the label is that of host names and missing.</summary>
    public string? ValueOf(ScheduledNode node) =>
        node.Labels is { } labels && labels.TryGetValue(TopologyKey, out string? value) ? value : TopologyKey == "kubernetes.io/hostname" ? node.Name : null;

    public void Count(ScheduledNode node, int change)
    {
        if (node.Index >= _byNode.Length)
        {
            Array.Resize(ref _byNode, Math.Max(node.Index + 1, _byNode.Length * 2));
        }

        _byNode[node.Index] += change;
        if (ValueOf(node) is { } value)
        {
            _byValue[value] = _byValue.GetValueOrDefault(value) + change;
        }
    }
}

/// <summary>A pod as the scheduler knows it.</summary>
internal sealed class SchedulingPod(V1Pod pod, long arrival)
{
    public string Uid { get; } = pod.Metadata.Uid;

    public string Namespace { get; } = pod.Metadata.NamespaceProperty;

    public long Arrival { get; } = arrival;

    public V1Pod Object { get; set; } = pod;

    public IDictionary<string, string>? Labels => Object.Metadata.Labels;

    public string? ControllerUid { get; } = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true)?.Uid;

    public Requests Requests { get; } = Requests.Of(pod.Spec);

    /// <summary>The node that it counts on: it was bound there, or was just chosen to be.</summary>
    public ScheduledNode? Node { get; set; }

    /// <summary>Waits in the queue or is being decided about.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Counts among the pods to be spread: it does not end.</summary>
    public bool IsSpread { get; set; }

    public int Attempts { get; set; }

    public Engine.SimTime LastAttempt { get; set; }

    public bool IsUnschedulable { get; set; }

    public bool IsGone { get; set; }

    public string? Message { get; set; }

    public Engine.EventHandle Flush;
}
