using System.Runtime.InteropServices;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;

namespace Kruise.Core.ImagePull;

/// <summary>
/// The progress of every unfinished job and the nodes that each job owns tags on, maintained change by change. A NodeImage whose labels
/// stay costs what its tags have owners; one that appears, goes or changes labels costs a look at each unfinished job; a job that appears or
/// changes its selector or image costs a look at each NodeImage.
/// </summary>
public sealed class ImagePullJobIndex : IViewIndex
{
    private readonly Dictionary<string, NodeImage> _nodes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ObjectKey, ImagePullJobProgress> _jobs = [];
    private readonly Dictionary<string, ImagePullJobProgress> _jobsByUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _nodesByOwner = new(StringComparer.Ordinal);

    /// <summary>The progress of a job; null when there is no such job or it has finished.</summary>
    public ImagePullJobProgress? Progress(ObjectKey job) => _jobs.GetValueOrDefault(job);

    /// <summary>The nodes with a tag that the job with this uid owns, finished or not, existing or not; sorted.</summary>
    public IReadOnlyList<string> NodesOwnedBy(string jobUid) =>
        _nodesByOwner.TryGetValue(jobUid, out HashSet<string>? nodes) ? [.. nodes.Order(StringComparer.Ordinal)] : [];

    /// <inheritdoc/>
    public void OnChange(in ObjectChange change)
    {
        switch (change.Object)
        {
            case NodeImage nodeImage:
                OnNodeImage(nodeImage.Metadata.Name, change.New as NodeImage);
                break;
            case ImagePullJob:
                OnJob(change.Key, change.New as ImagePullJob);
                break;
        }
    }

    /// <summary>Adds the unfinished jobs for which the change moves the node from one state to another, or into or out of their targets.</summary>
    internal void AddJobsMovedBy(NodeImage? old, NodeImage? current, ICollection<ObjectKey> keys)
    {
        foreach (ImagePullJobProgress job in Concerned(old, current))
        {
            if (job.StateOf(old) != job.StateOf(current))
            {
                keys.Add(job.Key);
            }
        }

        // A node that was full has room again: jobs that passed it over must hear of it.
        if (old is not null && current is not null && TagClaims.IsFull(old) && !TagClaims.IsFull(current))
        {
            foreach (ImagePullJobProgress job in _jobs.Values)
            {
                if (job.StateOf(current) == NodePullState.NotSynced)
                {
                    keys.Add(job.Key);
                }
            }
        }
    }

    /// <summary>Adds the unfinished jobs that select the node and have nothing left to do: they may have waited for its NodeImage.</summary>
    internal void AddJobsWithNothingToDo(V1ObjectMeta node, ICollection<ObjectKey> keys)
    {
        foreach (ImagePullJobProgress job in _jobs.Values)
        {
            if (job.NothingToDo && job.Selects(node))
            {
                keys.Add(job.Key);
            }
        }
    }

    private void OnNodeImage(string node, NodeImage? current)
    {
        // What was taken in before counts, not what the change calls old: so nothing is ever counted twice.
        NodeImage? old = _nodes.GetValueOrDefault(node);
        foreach (ImagePullJobProgress job in Concerned(old, current))
        {
            job.Move(node, job.StateOf(old), job.StateOf(current));
        }

        FollowOwners(node, old, current);
        if (current is null)
        {
            _nodes.Remove(node);
        }
        else
        {
            _nodes[node] = current;
        }
    }

    private void OnJob(ObjectKey key, ImagePullJob? current)
    {
        bool wanted = current is { Status.CompletionTime: null };
        if (_jobs.TryGetValue(key, out ImagePullJobProgress? known))
        {
            if (wanted && known.TryFollow(current!))
            {
                return;
            }

            _jobs.Remove(key);
            _jobsByUid.Remove(known.Uid);
        }

        if (!wanted)
        {
            return;
        }

        var progress = new ImagePullJobProgress(current!);
        _jobs.Add(key, progress);
        _jobsByUid[progress.Uid] = progress;
        // The order of the nodes does not matter: the progress orders what it keeps.
        foreach ((string node, NodeImage nodeImage) in _nodes)
        {
            progress.Move(node, null, progress.StateOf(nodeImage));
        }
    }

    // All jobs that may see the node differently: the owners of its tags, or every job when the node's labels or existence changed.
    private IEnumerable<ImagePullJobProgress> Concerned(NodeImage? old, NodeImage? current)
    {
        if (old is null || current is null || !Labels.Same(old.Metadata.Labels, current.Metadata.Labels))
        {
            return _jobs.Values;
        }

        if (ReferenceEquals(old.Spec, current.Spec) && ReferenceEquals(old.Status, current.Status))
        {
            return [];
        }

        var concerned = new List<ImagePullJobProgress>();
        AddOwners(old, concerned);
        if (!ReferenceEquals(old.Spec, current.Spec))
        {
            AddOwners(current, concerned);
        }

        return concerned;
    }

    private void AddOwners(NodeImage nodeImage, List<ImagePullJobProgress> jobs)
    {
        foreach (string uid in OwnerUids(nodeImage))
        {
            if (_jobsByUid.TryGetValue(uid, out ImagePullJobProgress? job) && !jobs.Contains(job))
            {
                jobs.Add(job);
            }
        }
    }

    private void FollowOwners(string node, NodeImage? old, NodeImage? current)
    {
        if (old is not null && current is not null && ReferenceEquals(old.Spec, current.Spec))
        {
            return;
        }

        List<string> before = OwnerUids(old);
        List<string> after = OwnerUids(current);
        foreach (string uid in before)
        {
            if (!after.Contains(uid) && _nodesByOwner.TryGetValue(uid, out HashSet<string>? nodes) && nodes.Remove(node) && nodes.Count == 0)
            {
                _nodesByOwner.Remove(uid);
            }
        }

        foreach (string uid in after)
        {
            ref HashSet<string>? nodes = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodesByOwner, uid, out _);
            (nodes ??= new HashSet<string>(StringComparer.Ordinal)).Add(node);
        }
    }

    private static List<string> OwnerUids(NodeImage? nodeImage)
    {
        var uids = new List<string>();
        if (nodeImage?.Spec.Images is not { } images)
        {
            return uids;
        }

        foreach ((_, ImageSpec image) in images)
        {
            foreach (ImageTagSpec tag in image.Tags)
            {
                foreach (V1ObjectReference owner in tag.OwnerReferences ?? [])
                {
                    if (owner.Uid is not null && TagOwners.IsJob(owner))
                    {
                        uids.Add(owner.Uid);
                    }
                }
            }
        }

        return uids;
    }
}
