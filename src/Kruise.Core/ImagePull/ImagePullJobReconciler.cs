using System.Globalization;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;

namespace Kruise.Core.ImagePull;

/// <summary>
/// Spreads an image over the nodes that an <see cref="ImagePullJob"/> selects, at most <c>parallelism</c> at a time, and counts how far it has
/// come (inventory §7.5). A reconcile costs what there is to start, never what there is; only one that could complete the job looks at every node.
/// </summary>
public sealed class ImagePullJobReconciler(ImagePullJobOptions options, NodeImageOptions nodeImages) : IReconciler
{
    private static readonly TimeSpan MorePause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "imagepulljob-controller";

    /// <inheritdoc/>
    public IReadOnlyList<Type> Watches { get; } = [typeof(ImagePullJob), typeof(NodeImage), typeof(V1Node)];

    /// <inheritdoc/>
    public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [() => new ImagePullJobIndex()];

    /// <inheritdoc/>
    public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys)
    {
        switch (change.Object)
        {
            case ImagePullJob when change.New is ImagePullJob job && !IsCountersOnly(change.Old as ImagePullJob, job):
                keys.Add(change.Key);
                break;
            case NodeImage:
                view.Index<ImagePullJobIndex>().AddJobsMovedBy(change.Old as NodeImage, change.New as NodeImage, keys);
                break;
            case V1Node when change.Old is V1Node old && IsAwaited(old, view) && !IsStillAwaited(old, change.New as V1Node, view):
                // Its NodeImage will not come, so no change of one will tell.
                view.Index<ImagePullJobIndex>().AddJobsWithNothingToDo(old.Metadata, keys);
                break;
        }
    }

    /// <inheritdoc/>
    public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
    {
        if (!context.Gates.KruiseDaemon || view.Get<ImagePullJob>(key) is not { Metadata.DeletionTimestamp: null } job)
        {
            return Plan.Nothing;
        }

        if (job.Status.CompletionTime is { } completedAt)
        {
            return AfterCompletion(job, key, completedAt, context.Now);
        }

        ImagePullJobProgress progress = view.Index<ImagePullJobIndex>().Progress(key)
            ?? throw new InvalidOperationException($"The index does not know the unfinished job {key}.");
        DateTime startTime = job.Status.StartTime ?? KubernetesTime.WholeSeconds(context.Now);
        bool finishes = job.Spec.CompletionPolicy.Type != CompletionPolicy.Never;
        int awaited = finishes && progress.NothingToDo ? Awaited(progress, view) : 0;
        if (finishes && progress.NothingToDo && awaited == 0)
        {
            return Complete(job, progress, startTime, context.Now);
        }

        TimeSpan? remaining = null;
        if (finishes && job.Spec.CompletionPolicy.ActiveDeadlineSeconds is { } seconds && KubernetesTime.After(startTime, seconds) is { } deadline)
        {
            remaining = deadline - context.Now;
            if (remaining <= TimeSpan.Zero)
            {
                return ExceedDeadline(job, progress, startTime, context.Now);
            }
        }

        return Continue(job, progress, awaited, view, startTime, remaining, context);
    }

    // The list of all nodes is gone through only when nothing else is left to do, and that is once in most jobs' lives.
    private int Awaited(ImagePullJobProgress progress, IClusterView view) =>
        options.WaitsForNodeImages ? view.List<V1Node>().Count(node => progress.Selects(node.Metadata) && IsAwaited(node, view)) : 0;

    private bool IsAwaited(V1Node node, IClusterView view) =>
        node.Metadata.DeletionTimestamp is null && view.Get<NodeImage>(ObjectKey.Cluster(node.Metadata.Name)) is null && nodeImages.Wants(node);

    private bool IsStillAwaited(V1Node old, V1Node? current, IClusterView view) =>
        current is not null && Labels.Same(old.Metadata.Labels, current.Metadata.Labels) && IsAwaited(current, view);

    // A write of counters and message comes from this controller itself and changes no decision.
    private static bool IsCountersOnly(ImagePullJob? old, ImagePullJob current) =>
        old is not null
        && !Equals(old.Status, current.Status)
        && old.Metadata.Uid == current.Metadata.Uid
        && old.Metadata.DeletionTimestamp == current.Metadata.DeletionTimestamp
        && old.Status.StartTime == current.Status.StartTime
        && old.Status.CompletionTime == current.Status.CompletionTime
        && (ReferenceEquals(old.Spec, current.Spec) || old.Spec == current.Spec);

    private static Plan AfterCompletion(ImagePullJob job, ObjectKey key, DateTime completedAt, DateTime now)
    {
        if (job.Spec.CompletionPolicy.TtlSecondsAfterFinished is not { } ttl || KubernetesTime.After(completedAt, ttl) is not { } end)
        {
            return Plan.Nothing;
        }

        return now >= end
            ? Plan.Of(new Write.Delete(typeof(ImagePullJob), key, job.Metadata.Uid))
            : Plan.LookAgainAfter(end - now);
    }

    private static Plan Complete(ImagePullJob job, ImagePullJobProgress progress, DateTime startTime, DateTime now) =>
        Finish(job, new ImagePullJobStatus
        {
            Unknown = job.Status.Unknown,
            StartTime = startTime,
            CompletionTime = KubernetesTime.WholeSeconds(now),
            Desired = progress.Desired,
            Succeeded = progress.Succeeded,
            Failed = progress.Failed,
            FailedNodes = NullIfEmpty(progress.FailedNodes),
            Message = progress.Desired == 0 ? "job has completed: it selects no node" : "job has completed",
        });

    // One write, however many nodes are at work: the NodeImage controller takes back what they have not finished, because a job that is over no
    // longer stands behind it. So neither a slow client nor a node whose writes conflict can put the end of the job off.
    private static Plan ExceedDeadline(ImagePullJob job, ImagePullJobProgress progress, DateTime startTime, DateTime now)
    {
        string[] failedNodes = [.. progress.FailedNodes, .. progress.PullingNodes(), .. progress.NotSyncedNodes];
        Array.Sort(failedNodes, StringComparer.Ordinal);
        return Finish(job, new ImagePullJobStatus
        {
            Unknown = job.Status.Unknown,
            StartTime = startTime,
            CompletionTime = KubernetesTime.WholeSeconds(now),
            Desired = progress.Desired,
            Succeeded = progress.Succeeded,
            Failed = failedNodes.Length,
            FailedNodes = failedNodes,
            Message = "job exceeds activeDeadlineSeconds",
        });
    }

    // The deletion of the finished job is planned when the view shows it finished: Map lets that change through.
    private static Plan Finish(ImagePullJob job, ImagePullJobStatus status) => Plan.Of(new Write.UpdateStatus(job with { Status = status }));

    // The status says what holds when the claims have been written, so that a pass costs one status write. It goes beside the claims and not
    // after them: a node whose claim keeps failing must hold up neither startTime nor the counters of all others. If a claim fails, the retry
    // sees the node as not synced and claims it again.
    private Plan Continue(
        ImagePullJob job, ImagePullJobProgress progress, int awaited, IClusterView view, DateTime startTime, TimeSpan? requeueAfter, ReconcileContext context)
    {
        List<Write> writes = Claims(job, progress, view, context, out bool more);
        if (more && !(requeueAfter < MorePause))
        {
            // The claims' own changes ask for the next pass; this is for the case that all of them fail.
            requeueAfter = MorePause;
        }

        var status = new ImagePullJobStatus
        {
            Unknown = job.Status.Unknown,
            StartTime = startTime,
            Desired = progress.Desired,
            Active = progress.Pulling + writes.Count,
            Succeeded = progress.Succeeded,
            Failed = progress.Failed,
            FailedNodes = NullIfEmpty(progress.FailedNodes),
            Message = Message(job, progress, awaited),
        };
        if (status != job.Status)
        {
            writes.Add(new Write.UpdateStatus(job with { Status = status }));
        }

        return new Plan(writes.Count == 0 ? [] : [new WriteGroup(writes, Parallel: true)], requeueAfter);
    }

    private List<Write> Claims(ImagePullJob job, ImagePullJobProgress progress, IClusterView view, ReconcileContext context, out bool more)
    {
        more = false;
        var claims = new List<Write>();
        // A value that is no parallelism (admission refuses it) pauses the job.
        Parallelism limit = Parallelism.TryParse(job.Spec.Parallelism, out Parallelism given) ? given : Parallelism.Paused;
        int slots = limit.Of(progress.Desired) - progress.Pulling;
        if (slots <= 0 || progress.Image is not { } image)
        {
            return claims;
        }

        foreach (string node in progress.NotSyncedNodes)
        {
            NodeImage nodeImage = view.Get<NodeImage>(ObjectKey.Cluster(node))!;
            if (!TagClaims.HasRoom(nodeImage, image))
            {
                continue;
            }

            if (claims.Count == options.MaxClaimsPerPass)
            {
                more = true;
                break;
            }

            ImageTagPullPolicy policy = TagPullPolicies.Of(job.Spec, options, context.Random);
            claims.Add(new Write.Update(TagClaims.Claim(nodeImage, job, image, policy, context.Now)));
            if (claims.Count == slots)
            {
                break;
            }
        }

        return claims;
    }

    private static string Message(ImagePullJob job, ImagePullJobProgress progress, int awaited)
    {
        if (progress.Image is null)
        {
            return $"image \"{job.Spec.Image}\" cannot be pulled: {progress.ImageProblem}";
        }

        if (awaited > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"job is running, {awaited} {(awaited == 1 ? "node has" : "nodes have")} no NodeImage yet");
        }

        double percent = progress.Desired == 0 ? 0 : 100.0 * (progress.Succeeded + progress.Failed) / progress.Desired;
        return string.Create(CultureInfo.InvariantCulture, $"job is running, progress {percent:F1}%");
    }

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string> names) => names.Count == 0 ? null : names;
}
