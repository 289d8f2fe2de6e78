using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull;

/// <summary>
/// Drops from a NodeImage what nobody wants any more (inventory §7.4, step 3): tags without createdAt, tags whose jobs are all gone, tags
/// whose time to live has passed; and from the lists of owners and secrets what has no job behind it.
/// </summary>
/// <remarks>
/// The time to live of a finished tag counts from the later of its own completion and the completion of the Always jobs that own it: while
/// such a job runs, its finished tags stay, else the nodes that finished first would be asked again and again. A Never job does not
/// finish, so its tags go after their time to live and are asked for anew: that is how it refreshes nodes (§7.6).
/// </remarks>
internal sealed class NodeImageSpecPass(NodeImage nodeImage, IClusterView view, DateTime now, NodeImageOptions options)
{
    /// <summary>When a tag may be due to be dropped next; null when none is waiting for that.</summary>
    public DateTime? LookAgainAt { get; private set; }

    /// <summary>The images that stay: the same instance when all is as it should be.</summary>
    public IReadOnlyDictionary<string, ImageSpec>? Run()
    {
        if (nodeImage.Spec.Images is not { } images)
        {
            return null;
        }

        SortedList<string, ImageSpec>? changed = null;
        foreach ((string name, ImageSpec image) in images.InOrder())
        {
            ImageSpec? kept = Keep(name, image);
            if (!ReferenceEquals(kept, image))
            {
                changed ??= images.Copy();
                if (kept is null)
                {
                    changed.Remove(name);
                }
                else
                {
                    changed[name] = kept;
                }
            }
        }

        return changed ?? images;
    }

    private ImageSpec? Keep(string name, ImageSpec image)
    {
        var kept = new List<ImageTagSpec>(image.Tags.Count);
        var jobs = new List<ImagePullJob>();
        bool same = true;
        bool onlyJobs = true;
        foreach (ImageTagSpec tag in image.Tags)
        {
            int owners = tag.OwnerReferences?.Count ?? 0;
            List<V1ObjectReference> living = Living(name, tag, jobs, out bool held, out DateTime? jobsFinishedAt);
            if (tag.CreatedAt is null || (owners > 0 && living.Count == 0) || HasExpired(name, tag, held, jobsFinishedAt))
            {
                same = false;
                continue;
            }

            onlyJobs &= living.Count > 0 && living.TrueForAll(TagOwners.IsJob);
            same &= living.Count == owners && (kept.Count == 0 || string.CompareOrdinal(kept[^1].Tag, tag.Tag) <= 0);
            kept.Add(living.Count == owners ? tag : tag with { OwnerReferences = living });
        }

        if (kept.Count == 0)
        {
            return null;
        }

        // Whose secrets they are can be told only while every tag belongs to jobs; else nothing is taken away.
        IReadOnlyList<ReferenceObject>? secrets = onlyJobs ? PullSecretList.Exactly(image.PullSecrets, jobs) : image.PullSecrets;
        if (same && ReferenceEquals(secrets, image.PullSecrets))
        {
            return image;
        }

        kept.Sort((a, b) => string.CompareOrdinal(a.Tag, b.Tag));
        return image with { PullSecrets = secrets, Tags = kept };
    }

    private List<V1ObjectReference> Living(
        string name, ImageTagSpec tag, List<ImagePullJob> jobs, out bool held, out DateTime? jobsFinishedAt)
    {
        var living = new List<V1ObjectReference>();
        held = false;
        jobsFinishedAt = null;
        foreach (V1ObjectReference owner in tag.OwnerReferences ?? [])
        {
            if (!TagOwners.IsJob(owner))
            {
                living.Add(owner);
            }
            else if (TagOwners.Find(owner, name, tag.Tag, view) is { } job && !HasGivenUp(job, name, tag))
            {
                living.Add(owner);
                jobs.Add(job);
                held |= job.Status.CompletionTime is null && job.Spec.CompletionPolicy.Type != CompletionPolicy.Never;
                if (job.Status.CompletionTime is { } finishedAt && !(finishedAt <= jobsFinishedAt))
                {
                    jobsFinishedAt = finishedAt;
                }
            }
        }

        return living;
    }

    // A job that finished while the node was at work for it (by its deadline) does not want the pull any more. A round that another job began
    // later is none of its business, and its claim on the finished one stays for the time to live.
    private bool HasGivenUp(ImagePullJob job, string name, ImageTagSpec tag) =>
        job.Status.CompletionTime is { } finishedAt
        && tag.CreatedAt <= finishedAt
        && !(nodeImage.FindStatus(name, tag.Tag) is { CompletionTime: not null } status && status.Version == tag.Version);

    private bool HasExpired(string name, ImageTagSpec tag, bool held, DateTime? jobsFinishedAt)
    {
        if (tag.PullPolicy?.TtlSecondsAfterFinished is not { } ttl
            || nodeImage.FindStatus(name, tag.Tag) is not { CompletionTime: { } completedAt } status
            || status.Version != tag.Version)
        {
            return false;
        }

        if (held)
        {
            // The job will finish now at the earliest, so the tag cannot be due before a whole time to live has passed.
            LookAgain(now + TimeSpan.FromSeconds(Math.Max(ttl, options.ResponseTimeout.TotalSeconds)));
            return false;
        }

        DateTime start = jobsFinishedAt > completedAt ? jobsFinishedAt.Value : completedAt;
        if (KubernetesTime.After(start, ttl) is not { } due)
        {
            return false;
        }

        if (due <= now)
        {
            return true;
        }

        LookAgain(due);
        return false;
    }

    private void LookAgain(DateTime at)
    {
        if (!(LookAgainAt <= at))
        {
            LookAgainAt = at;
        }
    }
}
