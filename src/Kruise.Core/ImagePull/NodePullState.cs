using Kruise.Core.Api;

namespace Kruise.Core.ImagePull;

/// <summary>Where a target node stands with a job. Every target is in exactly one state.</summary>
public enum NodePullState
{
    /// <summary>The node has not been asked yet: no tag entry there is owned by the job.</summary>
    NotSynced,

    /// <summary>The node has been asked and has not finished; also when it has not reported on this version, or on this tag, yet.</summary>
    Pulling,

    /// <summary>The node has the image.</summary>
    Succeeded,

    /// <summary>The node gave up, or was given up.</summary>
    Failed,
}

/// <summary>Reads a node's state off its NodeImage.</summary>
internal static class NodePullStates
{
    /// <summary>The state of a target node for the job with this uid.</summary>
    public static NodePullState Of(NodeImage nodeImage, ImageReference? image, string jobUid)
    {
        if (image is null || nodeImage.FindTag(image) is not { } tag || !TagOwners.Contains(tag, jobUid))
        {
            return NodePullState.NotSynced;
        }

        ImageTagStatus? status = nodeImage.FindStatus(image.FamiliarName, image.TagOrDigest);
        if (status is null || status.Version != tag.Version)
        {
            return NodePullState.Pulling;
        }

        return status.Phase switch
        {
            ImagePullPhase.Succeeded => NodePullState.Succeeded,
            ImagePullPhase.Failed => NodePullState.Failed,
            _ => NodePullState.Pulling,
        };
    }

    /// <summary>The wanted tag of an image, or null.</summary>
    public static ImageTagSpec? FindTag(this NodeImage nodeImage, ImageReference image)
    {
        if (nodeImage.Spec.Images is { } images && images.TryGetValue(image.FamiliarName, out ImageSpec? spec))
        {
            foreach (ImageTagSpec tag in spec.Tags)
            {
                if (tag.Tag == image.TagOrDigest)
                {
                    return tag;
                }
            }
        }

        return null;
    }

    /// <summary>What was reported of a tag, or null.</summary>
    public static ImageTagStatus? FindStatus(this NodeImage nodeImage, string imageName, string tagName)
    {
        if (nodeImage.Status.ImageStatuses is { } images && images.TryGetValue(imageName, out ImageStatus? status))
        {
            foreach (ImageTagStatus tag in status.Tags)
            {
                if (tag.Tag == tagName)
                {
                    return tag;
                }
            }
        }

        return null;
    }
}
