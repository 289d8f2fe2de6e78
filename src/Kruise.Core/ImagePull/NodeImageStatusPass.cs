using Kruise.Core.Api;

namespace Kruise.Core.ImagePull;

/// <summary>A tag that the controller has given up.</summary>
internal readonly record struct GivenUpTag(string ImageName, ImageTagSpec Tag, string Message);

/// <summary>
/// Gives up tags whose node stays silent or overruns its deadline, and puts the status in order when the node's daemon cannot be expected
/// to do so (inventory §7.4, step 4).
/// </summary>
internal sealed class NodeImageStatusPass(NodeImage nodeImage, DateTime now, NodeImageOptions options)
{
    private readonly List<GivenUpTag> _givenUp = [];
    private bool _awaitsReport;

    /// <summary>The tags given up in this pass.</summary>
    public IReadOnlyList<GivenUpTag> GivenUp => _givenUp;

    /// <summary>When a tag is due to be given up next; null when none is.</summary>
    public DateTime? LookAgainAt { get; private set; }

    /// <summary>The status as it should be: the same instance when nothing is to be written.</summary>
    public NodeImageStatus Run()
    {
        var statuses = new SortedList<string, ImageStatus>(StringComparer.Ordinal);
        bool changed = nodeImage.Status.ImageStatuses is { } reported && reported.Keys.Any(name => !IsWanted(name));
        if (nodeImage.Spec.Images is { } images)
        {
            foreach ((string name, ImageSpec image) in images.InOrder())
            {
                ImageStatus? before = nodeImage.Status.ImageStatuses?.GetValueOrDefault(name);
                var tags = new List<ImageTagStatus>(image.Tags.Count);
                foreach (ImageTagSpec tag in image.Tags)
                {
                    if (Judge(name, tag) is { } status)
                    {
                        tags.Add(status);
                    }
                }

                bool same = ValueEquality.Same(tags, before?.Tags ?? []);
                changed |= !same;
                if (tags.Count > 0)
                {
                    statuses.Add(name, same ? before! : new ImageStatus { Tags = tags });
                }
            }
        }

        NodeImageCounters counters = NodeImageCounters.Of(nodeImage.Spec.Images, statuses);
        changed |= counters != NodeImageCounters.In(nodeImage.Status);
        // A node that is about to report writes its whole status anyway; only what it fails to say is said here meanwhile.
        if (!changed || (_givenUp.Count == 0 && _awaitsReport))
        {
            return nodeImage.Status;
        }

        return nodeImage.Status with
        {
            Desired = counters.Desired,
            Succeeded = counters.Succeeded,
            Failed = counters.Failed,
            Pulling = counters.Pulling,
            ImageStatuses = statuses.Count == 0 ? null : statuses,
        };
    }

    private bool IsWanted(string imageName) => nodeImage.Spec.Images?.ContainsKey(imageName) == true;

    private ImageTagStatus? Judge(string name, ImageTagSpec tag)
    {
        ImageTagStatus? status = nodeImage.FindStatus(name, tag.Tag);
        if (tag.CreatedAt is not { } createdAt)
        {
            return status;
        }

        if (status is null || status.Version != tag.Version)
        {
            if (!IsDue(createdAt + options.ResponseTimeout))
            {
                _awaitsReport = true;
                return status;
            }

            return GiveUp(name, tag, null, "node has not responded for a long time");
        }

        return status.CompletionTime is null
            && tag.PullPolicy?.ActiveDeadlineSeconds is { } seconds
            && KubernetesTime.After(createdAt, seconds) is { } deadline
            && IsDue(deadline + options.DeadlineSlack)
            ? GiveUp(name, tag, status, "pulling exceeds the activeDeadlineSeconds")
            : status;
    }

    private ImageTagStatus GiveUp(string name, ImageTagSpec tag, ImageTagStatus? status, string message)
    {
        _givenUp.Add(new GivenUpTag(name, tag, message));
        return (status ?? new ImageTagStatus { Tag = tag.Tag }) with
        {
            Phase = ImagePullPhase.Failed,
            CompletionTime = KubernetesTime.WholeSeconds(now),
            Version = tag.Version,
            Message = message,
        };
    }

    private bool IsDue(DateTime at)
    {
        if (at <= now)
        {
            return true;
        }

        if (!(LookAgainAt <= at))
        {
            LookAgainAt = at;
        }

        return false;
    }
}
