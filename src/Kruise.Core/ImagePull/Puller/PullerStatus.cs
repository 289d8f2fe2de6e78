using Kruise.Core.Api;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>How far what a daemon knows is from what the API server was told.</summary>
internal enum StatusDifference
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Progress or messages.</summary>
    Progress,

    /// <summary>Phases, versions, times or counts: what controllers act upon.</summary>
    Phase,
}

/// <summary>A node's status as its tags make it.</summary>
internal static class PullerStatus
{
    /// <summary>The status to report in place of the known one. Tags come sorted by image and tag, and so do the statuses.</summary>
    public static NodeImageStatus Build(List<TagPull> tags, NodeImageStatus known)
    {
        Dictionary<string, ImageStatus>? images = null;
        for (int i = 0; i < tags.Count;)
        {
            string image = tags[i].Image;
            List<ImageTagStatus>? statuses = null;
            for (; i < tags.Count && tags[i].Image == image; i++)
            {
                if (tags[i].Shown is { } shown)
                {
                    (statuses ??= new List<ImageTagStatus>(1)).Add(shown);
                }
            }

            if (statuses is not null)
            {
                (images ??= new Dictionary<string, ImageStatus>(1, StringComparer.Ordinal)).Add(image, new ImageStatus { Tags = statuses });
            }
        }

        NodeImageCounters counters = Count(tags);
        return new NodeImageStatus
        {
            Desired = counters.Desired,
            Succeeded = counters.Succeeded,
            Failed = counters.Failed,
            Pulling = counters.Pulling,
            ImageStatuses = images,
            FirstSyncStatus = known.FirstSyncStatus,
            Unknown = known.Unknown,
        };
    }

    /// <summary>Compares without building: <see cref="StatusDifference.None"/> says that <see cref="Build"/> would give an equal status.</summary>
    public static StatusDifference Compare(List<TagPull> tags, NodeImageStatus known)
    {
        if (NodeImageCounters.In(known) != Count(tags))
        {
            return StatusDifference.Phase;
        }

        var difference = StatusDifference.None;
        int published = 0, images = 0;
        string? image = null;
        IReadOnlyList<ImageTagStatus>? statuses = null;
        int position = 0;
        foreach (TagPull tag in tags)
        {
            if (tag.Shown is not { } shown)
            {
                continue;
            }

            if (tag.Image != image)
            {
                image = tag.Image;
                images++;
                statuses = Find(known, image);
                position = 0;
            }

            published++;

            // Position by position: a status that lists other tags, or the same ones in another order, is to be replaced.
            if (statuses is null || position >= statuses.Count)
            {
                return StatusDifference.Phase;
            }

            ImageTagStatus told = statuses[position++];
            if (told.Equals(shown))
            {
                continue;
            }

            if (!told.Equals(shown with { Progress = told.Progress, Message = told.Message }))
            {
                return StatusDifference.Phase;
            }

            difference = StatusDifference.Progress;
        }

        return CountTags(known) == (images, published) ? difference : StatusDifference.Phase;
    }

    /// <summary>What a status says of a tag; null when nothing.</summary>
    public static ImageTagStatus? Find(NodeImageStatus status, string image, string tag)
    {
        if (Find(status, image) is { } statuses)
        {
            for (int i = 0; i < statuses.Count; i++)
            {
                if (statuses[i].Tag == tag)
                {
                    return statuses[i];
                }
            }
        }

        return null;
    }

    private static IReadOnlyList<ImageTagStatus>? Find(NodeImageStatus status, string image) =>
        status.ImageStatuses is { } images && images.TryGetValue(image, out ImageStatus? found) ? found.Tags : null;

    private static (int Images, int Tags) CountTags(NodeImageStatus status)
    {
        int tags = 0;
        if (status.ImageStatuses is { } images)
        {
            foreach (ImageStatus image in images.Values)
            {
                tags += image.Tags.Count;
            }
        }

        return (status.ImageStatuses?.Count ?? 0, tags);
    }

    private static NodeImageCounters Count(List<TagPull> tags)
    {
        var counters = new NodeImageCounters(tags.Count, 0, 0, 0);
        foreach (TagPull tag in tags)
        {
            if (tag.Shown is { } shown)
            {
                counters = counters.With(shown.Phase);
            }
        }

        return counters;
    }
}
