using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;

namespace Kruise.Core.ImagePull;

/// <summary>
/// Keeps one <see cref="NodeImage"/> per node: creates and deletes it with the node, copies the node's labels, drops what nobody wants any
/// more and gives up what does not come (inventory §7.4).
/// </summary>
public sealed class NodeImageReconciler(NodeImageOptions options) : IReconciler
{
    private const string PullImageFailed = "PullImageFailed";

    /// <inheritdoc/>
    public string Name => "nodeimage-controller";

    /// <inheritdoc/>
    public IReadOnlyList<Type> Watches { get; } = [typeof(NodeImage), typeof(V1Node), typeof(ImagePullJob)];

    /// <inheritdoc/>
    public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [() => new ImagePullJobIndex()];

    /// <inheritdoc/>
    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        switch (change.Object)
        {
            case NodeImage when !IsProgressOnly(change.Old as NodeImage, change.New as NodeImage):
                keys.Add(change.Key);
                break;
            case V1Node node when change.New is null || Concerns(node, view.Get<NodeImage>(change.Key)):
                keys.Add(change.Key);
                break;
            case ImagePullJob when change.Old is ImagePullJob old && MayGiveUpClaims(old, change.New as ImagePullJob):
                foreach (string node in view.Index<ImagePullJobIndex>().NodesOwnedBy(old.Metadata.Uid ?? ""))
                {
                    keys.Add(ObjectKey.Cluster(node));
                }

                break;
        }
    }

    /// <inheritdoc/>
    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
    {
        if (!context.Gates.KruiseDaemon)
        {
            return Plan.Nothing;
        }

        V1Node? node = view.Get<V1Node>(key) is { Metadata.DeletionTimestamp: null } present ? present : null;
        NodeImage? nodeImage = view.Get<NodeImage>(key);
        if (nodeImage is null)
        {
            return node is not null && options.Wants(node) ? Plan.Of(new Write.Create(NewFor(node))) : Plan.Nothing;
        }

        if (nodeImage.Metadata.DeletionTimestamp is not null)
        {
            return Plan.Nothing;
        }

        if (node is null && nodeImage.Metadata.Labels?.ContainsKey(NodeImage.FakeLabel) != true)
        {
            return Plan.Of(new Write.Delete(typeof(NodeImage), key, nodeImage.Metadata.Uid));
        }

        var spec = new NodeImageSpecPass(nodeImage, view, context.Now, options);
        IReadOnlyDictionary<string, ImageSpec>? images = spec.Run();
        NodeImage wanted = node is null || Labels.Same(nodeImage.Metadata.Labels, node.Metadata.Labels)
            ? nodeImage
            : nodeImage with { Metadata = nodeImage.Metadata with { Labels = Copy(node.Metadata.Labels) } };
        if (!ReferenceEquals(images, nodeImage.Spec.Images))
        {
            wanted = wanted with { Spec = nodeImage.Spec with { Images = images!.Count == 0 ? null : images } };
        }

        if (!ReferenceEquals(wanted, nodeImage))
        {
            // The status is judged against the new spec, once the view shows it.
            return Plan.Of(new Write.Update(wanted));
        }

        var status = new NodeImageStatusPass(nodeImage, context.Now, options);
        NodeImageStatus judged = status.Run();
        TimeSpan? wait = Wait(Earlier(spec.LookAgainAt, status.LookAgainAt), context);
        if (ReferenceEquals(judged, nodeImage.Status))
        {
            return new Plan([], wait);
        }

        var write = new WriteGroup([new Write.UpdateStatus(nodeImage with { Status = judged })]);
        return new Plan(status.GivenUp.Count == 0 ? [write] : [write, new WriteGroup([.. Events(nodeImage, status.GivenUp)])], wait);
    }

    // Percentages and texts of a running pull lead to no decision.
    private static bool IsProgressOnly(NodeImage? old, NodeImage? current)
    {
        return old is not null
            && current is not null
            && old.Metadata.Uid == current.Metadata.Uid
            && old.Metadata.DeletionTimestamp == current.Metadata.DeletionTimestamp
            && Labels.Same(old.Metadata.Labels, current.Metadata.Labels)
            && (ReferenceEquals(old.Spec, current.Spec) || old.Spec == current.Spec)
            && (ReferenceEquals(old.Status, current.Status) || SameBesidesProgress(old.Status, current.Status));
    }

    private static bool SameBesidesProgress(NodeImageStatus old, NodeImageStatus current)
    {
        if (NodeImageCounters.In(old) != NodeImageCounters.In(current)
            || old.FirstSyncStatus != current.FirstSyncStatus
            || old.ImageStatuses?.Count != current.ImageStatuses?.Count)
        {
            return false;
        }

        if (old.ImageStatuses is not { } images)
        {
            return true;
        }

        foreach ((string name, ImageStatus image) in images)
        {
            if (!current.ImageStatuses!.TryGetValue(name, out ImageStatus? other) || image.Tags.Count != other.Tags.Count)
            {
                return false;
            }

            for (int i = 0; i < image.Tags.Count; i++)
            {
                if (image.Tags[i] != other.Tags[i] with { Progress = image.Tags[i].Progress, Message = image.Tags[i].Message })
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Concerns(V1Node node, NodeImage? nodeImage) =>
        nodeImage is null || node.Metadata.DeletionTimestamp is not null || !Labels.Same(node.Metadata.Labels, nodeImage.Metadata.Labels);

    private static bool MayGiveUpClaims(ImagePullJob old, ImagePullJob? current) =>
        current is null
        || old.Metadata.Uid != current.Metadata.Uid
        || old.Spec.Image != current.Spec.Image
        || (old.Status.CompletionTime is null && IsOverdue(current))
        || !(old.Spec.PullSecrets ?? []).SequenceEqual(current.Spec.PullSecrets ?? [], StringComparer.Ordinal);

    // Finished by its deadline, so nodes may still be at work for it.
    private static bool IsOverdue(ImagePullJob job) =>
        job.Status is { StartTime: { } startTime, CompletionTime: { } finishedAt }
        && job.Spec.CompletionPolicy.ActiveDeadlineSeconds is { } seconds
        && KubernetesTime.After(startTime, seconds) <= finishedAt;

    private static NodeImage NewFor(V1Node node) =>
        new() { Metadata = new V1ObjectMeta { Name = node.Metadata.Name, Labels = Copy(node.Metadata.Labels) } };

    private static Dictionary<string, string>? Copy(IDictionary<string, string>? labels) =>
        labels is null ? null : new Dictionary<string, string>(labels, StringComparer.Ordinal);

    private TimeSpan? Wait(DateTime? until, ReconcileContext context)
    {
        if (until is null)
        {
            return null;
        }

        TimeSpan wait = until.Value - context.Now;
        if (wait >= options.RequeueFloor)
        {
            return wait;
        }

        long jitterMilliseconds = (long)options.RequeueFloorJitter.TotalMilliseconds;
        return options.RequeueFloor + TimeSpan.FromMilliseconds(jitterMilliseconds > 0 ? context.Random.Next(jitterMilliseconds) : 0);
    }

    private static DateTime? Earlier(DateTime? left, DateTime? right) => right is null || left < right ? left : right;

    private static IEnumerable<Write> Events(NodeImage nodeImage, IReadOnlyList<GivenUpTag> tags)
    {
        var about = new V1ObjectReference
        {
            ApiVersion = nodeImage.ApiVersion,
            Kind = nodeImage.Kind,
            Name = nodeImage.Metadata.Name,
            Uid = nodeImage.Metadata.Uid,
        };
        foreach (GivenUpTag tag in tags)
        {
            string image = ImageReference.Pullable(tag.ImageName, tag.Tag.Tag);
            string message = $"Failed to pull image {image} on node {nodeImage.Metadata.Name}: {tag.Message}";
            foreach (V1ObjectReference owner in tag.Tag.OwnerReferences ?? [])
            {
                yield return new Write.RecordEvent(owner, EventSeverity.Warning, PullImageFailed, message);
            }

            yield return new Write.RecordEvent(about, EventSeverity.Warning, PullImageFailed, message);
        }
    }
}
