using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull;

/// <summary>Where the targets of one unfinished job stand, kept up to date by <see cref="ImagePullJobIndex"/>.</summary>
public sealed class ImagePullJobProgress
{
    private readonly TargetSelector _targets;
    private readonly SortedSet<string> _notSynced;
    private readonly HashSet<string> _pulling = new(StringComparer.Ordinal);
    private readonly List<string> _failed = [];
    private IReadOnlyList<string>? _failedSnapshot;

    internal ImagePullJobProgress(ImagePullJob job)
    {
        Key = ObjectKey.Of(job);
        Uid = job.Metadata.Uid ?? "";
        Spec = job.Spec;
        Image = ImageReference.TryParse(job.Spec.Image, out ImageReference? image, out string problem) ? image : null;
        ImageProblem = problem;
        _targets = new TargetSelector(job.Spec.Selector);
        _notSynced = new SortedSet<string>(_targets.Order);
    }

    /// <summary>The image, or null when the job's reference is not one.</summary>
    public ImageReference? Image { get; }

    /// <summary>Target nodes: each counts once, and only while its NodeImage exists.</summary>
    public int Desired => _notSynced.Count + _pulling.Count + Succeeded + _failed.Count;

    /// <summary>Nodes not asked yet.</summary>
    public int NotSynced => _notSynced.Count;

    /// <summary>Nodes at work.</summary>
    public int Pulling => _pulling.Count;

    /// <summary>Whether every target has succeeded or given up.</summary>
    public bool NothingToDo => NotSynced + Pulling == 0;

    /// <summary>Nodes that have the image.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Nodes that gave up.</summary>
    public int Failed => _failed.Count;

    /// <summary>Nodes not asked yet, in the order in which they will be (<see cref="TargetSelector.Order"/>).</summary>
    public IEnumerable<string> NotSyncedNodes => _notSynced;

    /// <summary>Nodes that gave up, sorted; the same instance until they change.</summary>
    public IReadOnlyList<string> FailedNodes => _failedSnapshot ??= [.. _failed];

    /// <summary>What is wrong with the job's reference; empty when nothing is.</summary>
    public string ImageProblem { get; }

    internal ObjectKey Key { get; }

    internal string Uid { get; }

    internal ImagePullJobSpec Spec { get; private set; }

    /// <summary>Nodes at work, sorted. Costs O(n log n).</summary>
    public IReadOnlyList<string> PullingNodes() => [.. _pulling.Order(StringComparer.Ordinal)];

    /// <summary>Whether the node, or its NodeImage, with this metadata is a target.</summary>
    internal bool Selects(V1ObjectMeta node) => _targets.Selects(node);

    /// <summary>The node's state, or null when it is no target.</summary>
    internal NodePullState? StateOf(NodeImage? nodeImage)
    {
        if (nodeImage is null || !_targets.Selects(nodeImage.Metadata))
        {
            return null;
        }

        return NodePullStates.Of(nodeImage, Image, Uid);
    }

    internal void Move(string node, NodePullState? from, NodePullState? to)
    {
        if (from == to)
        {
            return;
        }

        switch (from)
        {
            case NodePullState.NotSynced: _notSynced.Remove(node); break;
            case NodePullState.Pulling: _pulling.Remove(node); break;
            case NodePullState.Succeeded: Succeeded--; break;
            case NodePullState.Failed: ChangeFailed(node, add: false); break;
        }

        switch (to)
        {
            case NodePullState.NotSynced: _notSynced.Add(node); break;
            case NodePullState.Pulling: _pulling.Add(node); break;
            case NodePullState.Succeeded: Succeeded++; break;
            case NodePullState.Failed: ChangeFailed(node, add: true); break;
        }
    }

    /// <summary>Takes over a newer version of the job; false when its targets or image differ, so that all nodes must be looked at again.</summary>
    internal bool TryFollow(ImagePullJob job)
    {
        bool same = Uid == (job.Metadata.Uid ?? "")
            && (ReferenceEquals(Spec, job.Spec) || (Spec.Image == job.Spec.Image && Equals(Spec.Selector, job.Spec.Selector)));
        if (same)
        {
            Spec = job.Spec;
        }

        return same;
    }

    private void ChangeFailed(string node, bool add)
    {
        int at = _failed.BinarySearch(node, StringComparer.Ordinal);
        if (add)
        {
            _failed.Insert(~at, node);
        }
        else
        {
            _failed.RemoveAt(at);
        }

        _failedSnapshot = null;
    }
}
